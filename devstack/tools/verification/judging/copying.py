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

"""Who had an image copied, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses

from devstack.tools.verification import check
from devstack.tools.verification import logline
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import record as record_mod

_COPY = 'copy-image'
_SUCCESS = 'success'
_PACKAGE = 'nova_rbd_multistore'
_COMPLAINTS = ('WARNING', 'ERROR')


@dataclasses.dataclass(frozen=True)
class Task:
    """A task of an image.

    :ivar method: of its import, '' where it is none.
    """

    id: str
    status: str
    method: str

    @classmethod
    def from_glance(cls, body: object) -> Task:
        """Build from an element of ``GET /v2/images/{id}/tasks``.

        :raises InvalidRecord: when it is not of that shape.
        """
        task = image_mod.Task.from_glance(body)
        try:
            asked = record_mod.Record(record_mod.Record(
                body).value('input')).value('import_req')
            method = record_mod.Record(record_mod.Record(
                asked).value('method')).word('name')
        except exception.InvalidRecord:
            # A location that is registered is a task without an import.
            method = None
        return cls(task.id, task.status, method or '')


def tasks_from_glance(body: object) -> tuple[Task, ...]:
    """Build from the body of ``GET /v2/images/{id}/tasks``.

    :raises InvalidRecord: when it is not of that shape.
    """
    return tuple(map(
        Task.from_glance, record_mod.Record(body).elements('tasks')))


def one_copy(tasks: Iterable[Task]) -> Task:
    """Return the task of the only copy.

    :raises Failed: when there was none, several, or it has not succeeded.
    """
    copies = [task for task in tasks if task.method == _COPY]
    if len(copies) != 1:
        raise check.Failed(
            f'the image has {len(copies)} copy-image tasks, not one'
            + ''.join(f'; {one.id} {one.status}' for one in copies))
    if copies[0].status != _SUCCESS:
        raise check.Failed(
            f'copy-image task {copies[0].id} is {copies[0].status}')
    return copies[0]


def none_new(before: Iterable[Task], after: Iterable[Task]) -> int:
    """Return how many tasks there are, none of which is new.

    :raises Failed: when there are others than before.
    """
    known, seen = set(before), set(after)
    if known != seen:
        raise check.Failed(
            'the tasks of the image have changed: ' + ', '.join(sorted(
                f'{one.method} {one.id} {one.status}'
                for one in known ^ seen)))
    return len(seen)


def about(
    lines: Iterable[logline.Line], image_id: str,
) -> list[logline.Line]:
    """Return the lines of the library that name an image."""
    return [line for line in lines
            if line.is_from(_PACKAGE) and image_id in line.message]


def complaint(lines: Iterable[logline.Line], image_id: str) -> str:
    """Return what the library told operators of an image at last.

    '' for nothing; users are told less.
    """
    told_of = [line.message for line in about(lines, image_id)
               if line.level in _COMPLAINTS]
    return told_of[-1] if told_of else ''


def asked(lines: Iterable[logline.Line], image_id: str) -> int:
    """Return how often the library says that it asked for a copy."""
    return len([line for line in about(lines, image_id)
                if line.message.startswith('Asked Glance to copy')])


def told(
    lines: Sequence[logline.Line], image_id: str, store: str,
) -> str:
    """Return what the library told at the end of the copy that it asked for.

    :raises Failed: when it says nothing of its beginning or its end.
    """
    count = asked(lines, image_id)
    if count != 1:
        raise check.Failed(
            f'the library told {count} times that it asked Glance to copy '
            f'image {image_id}, not once',
            'Look whether devstack@n-cpu runs nova-compute-rbd-multistore.')
    for line in about(lines, image_id):
        text = line.message
        if (text.startswith(f'Image {image_id} ')
                and f' is in store {store} after ' in text):
            return text.partition(' {{')[0]
    raise check.Failed(
        f'the library asked for a copy of image {image_id}, and did not tell '
        f'that it is in store {store}')


def silent(lines: Sequence[logline.Line], image_id: str) -> None:
    """Do nothing when no copy was asked for.

    :raises Failed: when one was.
    """
    count = asked(lines, image_id)
    if count:
        raise check.Failed(
            f'the library asked for {count} copies of image {image_id}')
