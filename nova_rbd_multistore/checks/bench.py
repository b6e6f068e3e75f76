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

"""Where imports are tried: the workers, and what was made at them.

Everything that is made has the tag :data:`TAG` and a name that begins with it
and tells the run, so that it can be recognised whatever happens.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import dataclasses
import threading
from typing import TypeVar
import uuid

from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import pacing
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import material as material_mod
from nova_rbd_multistore.glance import imports

LOG = logging.getLogger(__name__)

_T = TypeVar('_T')

TAG = 'nova-rbd-multistore-check'

# Seconds that a clean-up waits for an import that runs: a deleted image leaves
# in the store what its import still writes.
_SETTLE = 60.0

# Seconds between the end of an import's lock and that of its task, at most.
_TASK_ENDS = 3.0

_LONGEST_PAUSE = 5.0

_QUEUED = 'queued'


@dataclasses.dataclass
class Specimen:
    """An image that was made to try something.

    :ivar worker: name of the one at which its data are staged.
    :ivar staged: whether they have ever been.
    :ivar removed: whether it is gone.
    """

    image_id: str
    name: str
    worker: str
    material: material_mod.Material
    staged: bool = False
    removed: bool = False


class Bench:
    """The workers that can be used, and the images of this run.

    :param services: by the name of the worker.
    :param cancelled: tells whether the run is to end.
    :ivar run: tells this run from others.
    """

    def __init__(
        self,
        services: Mapping[str, imports.Imports],
        clock: timing.Clock,
        cancelled: Callable[[], bool],
    ) -> None:
        self.run = uuid.uuid4().hex[:8]
        self.clock = clock
        self._services = services
        self._cancelled = cancelled
        self._made: list[Specimen] = []
        self._lock = threading.Lock()
        self._started = clock.monotonic()

    def at(self, worker: str) -> imports.Imports:
        """Return Glance at a worker."""
        return self._services[worker]

    def others(self, *workers: str) -> Iterator[str]:
        """Yield the workers that are none of these."""
        return (name for name in self._services if name not in workers)

    def check_up(self, *workers: str) -> None:
        """Do nothing as long as workers answer.

        :raises WorkerDown: for the first that does not.
        """
        for name in workers:
            try:
                self.at(name).newest_version()
            except exception.GlanceError as exc:
                raise check_exception.WorkerDown(name, exc) from exc

    def budget(self, timeout: float) -> timing.Budget:
        """Return the time for something from now on.

        :param timeout: seconds.
        """
        return timing.Budget(self.clock, timeout, self._cancelled)

    def check(self) -> None:
        """Do nothing as long as the run goes on.

        :raises Cancelled: when it is to end.
        """
        if self._cancelled():
            raise exception.Cancelled(
                self.clock.monotonic() - self._started)

    def stage(
        self, worker: str, material: material_mod.Material,
    ) -> Specimen:
        """Make an image and stage its data at a worker.

        :raises GlanceError: as Glance answers.
        :raises WorkerDown: when it does not.
        :raises Cancelled: when the run is to end.
        """
        self.check()
        service = self.at(worker)
        with self._lock:
            name = f'{TAG}-{self.run}-{len(self._made) + 1}'
            specimen = Specimen('', name, worker, material)
            self._made.append(specimen)
        try:
            # Without a usable answer nobody knows whether it was made; then
            # the clean-up looks for the name.
            specimen.image_id = service.create(
                name, material.disk_format, [TAG])
            with material.open(name) as data:
                service.stage(specimen.image_id, data)
            specimen.staged = True
        except exception.GlanceUnavailable:
            self.check_up(worker)
            raise
        LOG.debug('Staged image %s at %s', specimen.image_id, worker)
        return specimen

    def wait(
        self, specimen: Specimen, stores: frozenset[str], timeout: float,
    ) -> image_mod.Image:
        """Return the image when it is active in the stores.

        :param timeout: seconds.
        :raises ImportFailed: when the import has ended without that.
        :raises ImportTimedOut: when it goes on for too long.
        :raises WorkerDown: when the one that imports does not answer.
        :raises GlanceError: when no worker tells.
        :raises Cancelled: when the run is to end.
        """
        budget = self.budget(timeout)
        pace = pacing.Pacing(longest=_LONGEST_PAUSE, shortest=0.2)
        while True:
            image = self._look_at_import(specimen)
            if image.lock is None:
                if image.active and stores <= image.stores:
                    return image
                raise check_exception.ImportFailed(
                    image.id, self._why(specimen, image))
            if not budget.left:
                raise check_exception.ImportTimedOut(image.id, budget.elapsed)
            budget.pause(pace.interval(budget.elapsed))

    def remove(self, specimen: Specimen) -> None:
        """Delete an image through the worker that has its staged data.

        :raises GlanceError: when that cannot be done.
        """
        if not specimen.removed and specimen.image_id:
            with contextlib.suppress(exception.NotFound):
                self.at(specimen.worker).delete(specimen.image_id)
        specimen.removed = True

    def discard(self, specimen: Specimen) -> None:
        """Delete an image; the end of the run tells if that cannot be."""
        try:
            self.remove(specimen)
        except exception.GlanceError as exc:
            LOG.debug('Image %s is left for now: %s', specimen.image_id, exc)

    def sweep(self) -> Iterator[tuple[Specimen, exception.GlanceError]]:
        """Remove all that is left of this run; yield what cannot be."""
        for specimen in self._made:
            if specimen.removed:
                continue
            try:
                self._identify(specimen)
                self._remove_at_last(specimen, self._settle(specimen))
            except exception.GlanceError as exc:
                yield specimen, exc

    def _look(self, specimen: Specimen) -> image_mod.Image:
        return self._anywhere(
            specimen, lambda service: service.image(specimen.image_id))

    def _look_at_import(self, specimen: Specimen) -> image_mod.Image:
        try:
            return self.at(specimen.worker).image(specimen.image_id)
        except exception.GlanceUnavailable:
            image = self._look(specimen)
            if image.lock:
                # Nobody else carries on with it.
                self.check_up(specimen.worker)
            return image

    def _anywhere(
        self, specimen: Specimen, ask: Callable[[imports.Imports], _T],
    ) -> _T:
        """Ask the worker with the data, or else whichever one answers."""
        try:
            return ask(self.at(specimen.worker))
        except exception.GlanceUnavailable:
            for other in self.others(specimen.worker):
                with contextlib.suppress(exception.GlanceUnavailable):
                    return ask(self.at(other))
            raise

    def _why(self, specimen: Specimen, image: image_mod.Image) -> str:
        """Say why an import has ended without success."""
        missing = f'its status is {image.status}'
        if image.stores:
            missing += f', its stores are {", ".join(sorted(image.stores))}'
        budget = self.budget(_TASK_ENDS)
        try:
            tasks = self.at(specimen.worker).tasks(image.id)
            # Its task ends after the lock, and says why.
            while not all(task.ended for task in tasks) and budget.left:
                budget.pause(0.5)
                tasks = self.at(specimen.worker).tasks(image.id)
        except exception.GlanceError:
            return missing
        messages = [task.message for task in tasks if task.message]
        return ', '.join([missing, *(f'the task says "{message}"'
                                     for message in messages[-1:])])

    def _identify(self, specimen: Specimen) -> None:
        """Find the id of an image whose creation had no usable answer."""
        if not specimen.image_id:
            found = self._anywhere(
                specimen, lambda service: service.tagged(TAG))
            specimen.image_id = next(
                (image.id for image in found
                 if image.name == specimen.name), '')

    def _settle(self, specimen: Specimen) -> image_mod.Image | None:
        """Wait, for a while, until no import writes to the image.

        Return what it is then, None when there is none.
        """
        budget = timing.Budget(self.clock, _SETTLE)
        try:
            while specimen.image_id:
                image = self._look(specimen)
                if not image.lock or not budget.left:
                    return image
                budget.pause(1.0)
        except exception.NotFound:
            specimen.removed = True
        return None

    def _remove_at_last(
        self, specimen: Specimen, image: image_mod.Image | None,
    ) -> None:
        try:
            self.remove(specimen)
        except exception.GlanceUnavailable:
            # Through a worker that does not know where the data are staged,
            # the image would go and they would stay.
            if image is None or not (image.active or (
                    image.status == _QUEUED and not specimen.staged)):
                raise
            with contextlib.suppress(exception.NotFound):
                self._anywhere(specimen, lambda service: service.delete(
                    specimen.image_id))
            specimen.removed = True
