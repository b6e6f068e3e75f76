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

"""Follow the task of an import."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
import operator

from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing

LOG = logging.getLogger(__name__)


class TaskWatch:
    """The task of an import, asked for as seldom as it is useful.

    Glance updates a task about once a minute, so it says more about why a
    run ended than about how far it is.

    :param tasks: returns the tasks of an image.
    :param interval: seconds between two requests while nothing has ended.
    """

    def __init__(
        self,
        tasks: Callable[[str], Collection[image_mod.Task]],
        clock: timing.Clock,
        interval: float,
    ) -> None:
        self._tasks = tasks
        self._clock = clock
        self._interval = interval
        self._epoch = clock.utcnow()
        self._epoch_at = clock.monotonic()
        self._task: image_mod.Task | None = None
        self._asked_for: str | None = None
        self._asked_at = 0.0

    def look(
        self, image: image_mod.Image, task_id: str | None,
    ) -> image_mod.Task | None:
        """Return the task, None where Glance hides it.

        :param task_id: None for the latest of the image.
        """
        now = self._clock.monotonic()
        ended = task_id is None or task_id != image.lock
        if not ended and task_id == self._asked_for and \
                now < self._asked_at + self._interval:
            return self._task
        try:
            self._task = self._pick(image.id, task_id)
        except exception.GlanceUnavailable as exc:
            # A task only says more about what the image shows anyway.
            LOG.debug('No news of the tasks of image %s: %s', image.id, exc)
            return self._task if task_id == self._asked_for else None
        self._asked_for, self._asked_at = task_id, now
        return self._task

    def age(self, task: image_mod.Task | None) -> float | None:
        """Return the seconds since the task's last update, if it has one."""
        if task is None or task.updated_at is None:
            return None
        at_epoch = (self._epoch - task.updated_at).total_seconds()
        return max(
            0.0, at_epoch + self._clock.monotonic() - self._epoch_at)

    def _pick(
        self, image_id: str, task_id: str | None,
    ) -> image_mod.Task | None:
        try:
            tasks = self._tasks(image_id)
        except exception.GlanceUnavailable:
            raise
        except exception.GlanceError as exc:
            LOG.debug('The tasks of image %s are hidden: %s', image_id, exc)
            return None
        if task_id is not None:
            return next((task for task in tasks if task.id == task_id), None)
        dated = [(task.updated_at, task) for task in tasks
                 if task.updated_at is not None]
        return max(dated, key=operator.itemgetter(0))[1] if dated else None
