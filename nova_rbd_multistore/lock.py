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

"""The lock that an import holds an image with: how long, and whose it is.

Nothing here does I/O.
"""

from __future__ import annotations

import datetime

from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal

# Glance lets the next import take the lock this long after the task's last
# update; a pending task gets twice as long. Both are constants in
# ImagesController._enforce_import_lock() of glance.api.v2.images.
LOCK_EXPIRY = 3600.0
PENDING_LOCK_EXPIRY = 7200.0
# Seconds; a healthy import says nothing for that long.
_WORTH_TELLING = 60.0


def has_expired(seen: journal.Observation) -> bool:
    """Tell whether a lock has expired by our clock, if its task is shown."""
    return seen.task is not None and seen.task_age is not None and \
        seen.task_age >= expiry(seen.task)


def expiry(task: image_mod.Task) -> float:
    """Return the seconds for which a task holds its lock without an update."""
    return PENDING_LOCK_EXPIRY if task.status == 'pending' else LOCK_EXPIRY


def holder(seen: journal.Observation, lock: str, silence: float) -> str:
    """Say what holds the image, for people.

    :param silence: seconds without a sign of life.
    """
    told = [f'import task {lock}']
    if seen.task is not None:
        told.append(f'{seen.task.status}: {seen.task.message}'
                    if seen.task.message else seen.task.status)
    if silence >= _WORTH_TELLING:
        told.append(f'no sign of life for {silence:.0f} s')
    return ', '.join(told)


def stalled(seen: journal.Observation, lock: str, silence: float) -> str:
    """Say whose import holds the image, since when and until when.

    :param silence: seconds without a sign of life.
    """
    task = seen.task
    if task is None or task.updated_at is None:
        return (f'import task {lock} holds the image and has shown no sign '
                f'of life for {silence:.0f} s. Glance lets a new import take '
                f'over {LOCK_EXPIRY:.0f} s after the task\'s last update '
                f'({PENDING_LOCK_EXPIRY:.0f} s while it is pending). Look '
                f'for a Glance API worker that died.')
    expires = task.updated_at + datetime.timedelta(seconds=expiry(task))
    return (f'import task {task.id} of project {task.owner} '
            f'(request {task.request_id}, {task.status}) holds the image and '
            f'has shown no sign of life for {silence:.0f} s, since '
            f'{task.updated_at:%Y-%m-%d %H:%M:%S} UTC. Glance lets a new '
            f'import take over at {expires:%Y-%m-%d %H:%M:%S} UTC. Look for '
            f'a Glance API worker that died.')
