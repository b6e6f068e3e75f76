#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""The task of an import, and which stores it writes to."""

from __future__ import annotations

import dataclasses
import datetime

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import record as record_mod

_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class ImportTask:
    """An import, where Glance lets the credential see its task.

    :ivar stores: that it was asked to write to, empty where Glance does not
        say.
    """

    task: image_mod.Task
    stores: frozenset[str] = frozenset()

    @classmethod
    def from_glance(cls, body: object) -> ImportTask:
        """Build from an element of ``GET /v2/images/{id}/tasks``.

        :raises InvalidRecord: when it is not of that shape.
        """
        return cls(image_mod.Task.from_glance(body),
                   _stores(record_mod.Record(body).value('input')))

    @property
    def updated_at(self) -> datetime.datetime:
        """When it last changed, to sort by."""
        return self.task.updated_at or _LONG_AGO


def imports_from_glance(body: object) -> tuple[ImportTask, ...]:
    """Build from the body of ``GET /v2/images/{id}/tasks``.

    :raises InvalidRecord: when it is not of that shape.
    """
    return tuple(map(
        ImportTask.from_glance, record_mod.Record(body).elements('tasks')))


def _stores(task_input: object) -> frozenset[str]:
    """Return the stores of an import; they explain, so nothing is refused."""
    try:
        names = record_mod.Record(task_input).elements('backend')
        return frozenset(record_mod.Record({'store': name}).needed_word(
            'store') for name in names)
    except exception.InvalidRecord:
        return frozenset()
