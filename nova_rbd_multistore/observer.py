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

"""Look at an image in Glance, and at what else tells how its copy does."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal
from nova_rbd_multistore import obstacle
from nova_rbd_multistore import taskwatch
from nova_rbd_multistore import timing

LOG = logging.getLogger(__name__)


class ImageService(Protocol):
    """What a copy needs of Glance; see ``glance.Glance``."""

    def image(self, image_id: str) -> image_mod.Image: ...

    def tasks(self, image_id: str) -> Collection[image_mod.Task]: ...

    def stores(self) -> frozenset[str]: ...

    def submit_copy(self, image_id: str, store: str) -> None: ...


class Observer:
    """Makes the observations of one wait.

    The image is asked for at each look, all else when it matters and not
    more often than `interval`.

    :param interval: seconds.
    """

    def __init__(
        self,
        service: ImageService,
        clock: timing.Clock,
        interval: float,
        find_obstacle: obstacle.Find,
    ) -> None:
        self._service = service
        self._clock = clock
        self._interval = interval
        self._find_obstacle = find_obstacle
        self._tasks = taskwatch.TaskWatch(service.tasks, clock, interval)
        self._obstacle: obstacle.Obstacle | None = None
        self._searched_at = clock.monotonic()

    def look(
        self, attempt: journal.Attempt,
    ) -> journal.Observation | exception.GlanceError:
        """Look once.

        :returns: how Glance answered in place of the image, if it did. It is
            not raised: oslo.log adds what is being handled to its lines.
        """
        try:
            image = self._service.image(attempt.image_id)
        except exception.NotFound:
            return journal.Observation(self._clock.monotonic(), None)
        except exception.GlanceError as exc:
            return exc
        if not image.active or attempt.store in image.stores:
            return journal.Observation(self._clock.monotonic(), image)
        ours = attempt.lock if attempt.running else None
        task = None
        if image.lock or attempt.running:
            task = self._tasks.look(image, ours or image.lock)
        return journal.Observation(
            self._clock.monotonic(), image, task, self._tasks.age(task),
            self._known_stores(attempt, image), self._search(attempt, image))

    def _known_stores(
        self, attempt: journal.Attempt, image: image_mod.Image,
    ) -> frozenset[str] | None:
        """Return Glance's stores where they may explain a refusal."""
        refusal = attempt.refusal
        if image.lock or refusal is None or not isinstance(
                refusal.answer, exception.Conflict):
            return None
        try:
            return self._service.stores()
        except exception.GlanceError as exc:
            LOG.debug('The stores of Glance are not shown: %s', exc)
            return None

    def _search(
        self, attempt: journal.Attempt, image: image_mod.Image,
    ) -> obstacle.Obstacle | None:
        """Return what is where the copy has to go, as far as it matters.

        That is after a copy has failed, and, now and then, while one is
        being written: whether somebody still has it open.
        """
        now = self._clock.monotonic()
        if image.lock is None:
            wanted = bool(attempt.submitted or attempt.failures)
        elif attempt.store not in image.importing:
            wanted = False
        elif now < self._searched_at + self._interval:
            return self._obstacle
        else:
            wanted = True
        self._obstacle = self._find_obstacle(
            attempt.image_id, attempt.store) if wanted else None
        if wanted:
            self._searched_at = now
        return self._obstacle
