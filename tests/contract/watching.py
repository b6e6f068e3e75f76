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

"""Watch an image as a client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from tests.contract import deployment

_INTERVAL = 0.02
_DEADLINE = 120.0


class Look(NamedTuple):
    """What Glance showed at one moment, raw; None for an absent property.

    :ivar tasks: status by id; asked for after the image.
    """

    status: str
    stores: str | None
    lock: str | None
    importing: str | None
    failed: str | None
    tasks: dict[str, str]


def look(access: glance.Access, image_id: str) -> Look:
    """Look once.

    :raises AssertionError: when the image cannot be seen.
    """
    path = f'/v2/images/{image_id}'
    shown = deployment.send(access, 'GET', path)
    tasks = deployment.send(access, 'GET', f'{path}/tasks')
    if (shown.status, tasks.status) != (200, 200):
        raise AssertionError(f'{shown}, {tasks}')
    record = shown.json()
    return Look(
        status=record['status'], stores=record.get('stores'),
        lock=record.get('os_glance_import_task'),
        importing=record.get('os_glance_importing_to_stores'),
        failed=record.get('os_glance_failed_import'),
        tasks={task['id']: task['status']
               for task in tasks.json()['tasks']})


def until_free(
    access: glance.Access, image_id: str, clock: timing.Clock,
) -> Iterator[Look]:
    """Look until nothing holds the image and all its tasks have ended.

    :raises AssertionError: when that takes too long.
    """
    deadline = clock.monotonic() + _DEADLINE
    while True:
        seen = look(access, image_id)
        yield seen
        if seen.lock is None and set(
                seen.tasks.values()) <= {'success', 'failure'}:
            return
        if clock.monotonic() > deadline:
            raise AssertionError(f'after {_DEADLINE:.0f} s: {seen}')
        clock.sleep(_INTERVAL)
