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

"""Several images, brought into stores side by side."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import queue
import threading

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing
from nova_rbd_multistore.placing import images
from nova_rbd_multistore.placing import placement

# Seconds; how often the passing time is told.
_TICK = 1.0


News = copier.Progress | placement.Outcome | None


class UnknownStore(exception.MultistoreError):
    """Glance has no store of a name."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        has = (f'but {", ".join(known)}' if known
               else 'because it has none at all (enabled_backends)')
        super().__init__(
            f'Glance has no store {", ".join(unknown)}, {has}. Nothing was '
            f'copied.')


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to place.

    :ivar images: each once; one after the other goes into all stores.
    :ivar parallel: how many of them at the same time.
    """

    images: tuple[image_mod.Image, ...]
    stores: tuple[str, ...]
    wait: bool
    settings: copier.Settings
    parallel: int = 4

    @property
    def total(self) -> int:
        """The number of outcomes."""
        return len(self.images) * len(self.stores)


def find(
    service: images.Images, wanted: Sequence[str], stores: Sequence[str],
) -> tuple[tuple[image_mod.Image, ...], tuple[str, ...]]:
    """Return the images and the stores, each once.

    :param wanted: ids or names.
    :raises NoSuchImage, AmbiguousName: when an image is not known.
    :raises UnknownStore: when a store is not known.
    """
    known = service.stores()
    unknown = sorted(set(stores) - known)
    if unknown:
        raise UnknownStore(unknown, sorted(known))
    found = {image.id: image for image in map(service.find, wanted)}
    return tuple(found.values()), tuple(dict.fromkeys(stores))


class Run:
    """Carries out a plan.

    :param service: returns Glance for a thread.
    :param tell: is told of all that changes, and of nothing (None) now and
        then; always by the thread that calls :meth:`outcomes`.
    """

    def __init__(
        self,
        plan: Plan,
        service: Callable[[], images.Images],
        tell: Callable[[News], None],
        clock: timing.Clock | None = None,
    ) -> None:
        self._plan = plan
        self._service = service
        self._tell = tell
        self._clock = clock or timing.Clock.system()
        self._todo: queue.SimpleQueue[image_mod.Image] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[
            copier.Progress | placement.Outcome | BaseException] = \
            queue.SimpleQueue()
        self._stopped = threading.Event()

    def outcomes(self) -> list[placement.Outcome]:
        """Return what became of each image and store, in their order.

        When this is interrupted, nothing more is asked for.
        """
        for image in self._plan.images:
            self._todo.put(image)
        budget = self._plan.settings.budget(self._clock)
        for _ in range(min(self._plan.parallel, len(self._plan.images))):
            # A request that hangs does not hold up who interrupts.
            threading.Thread(
                target=self._work, args=(budget,), daemon=True).start()
        found: dict[tuple[str, str], placement.Outcome] = {}
        try:
            while len(found) < self._plan.total:
                news = self._next()
                self._tell(news)
                if isinstance(news, placement.Outcome):
                    found[news.image.id, news.store] = news
        finally:
            self._stopped.set()
        return [found[image.id, store] for image in self._plan.images
                for store in self._plan.stores]

    def _next(self) -> News:
        """Return what has changed, None when nothing has for a while."""
        try:
            news = self._news.get(timeout=_TICK)
        except queue.Empty:
            return None
        if isinstance(news, BaseException):
            raise news
        return news

    def _work(self, budget: timing.Budget) -> None:
        """Place images until there are no more; what a thread does."""
        try:
            placing = placement.Placement(
                self._service(), self._plan.settings, self._clock, budget,
                self._plan.wait)
            while True:
                image = self._todo.get_nowait()
                for outcome in placing.run(
                        image, self._plan.stores, self._told):
                    self._news.put(outcome)
        except (queue.Empty, _Stopped):
            pass
        except BaseException as exc:
            # For the thread that waits.
            self._news.put(exc)

    def _told(self, progress: copier.Progress) -> None:
        if self._stopped.is_set():
            raise _Stopped
        self._news.put(progress)


class _Stopped(Exception):
    """Nobody waits any more."""
