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

"""How :class:`~.fixture.FakeGlance` imports: the flow, moved by a clock.

:meth:`Import.steps` makes the changes that ``get_flow()`` of
``glance.async_.flows.api_image_import`` makes in Glance 33, in its order,
seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import datetime
import enum
import heapq
import itertools

from nova_rbd_multistore import fixture_records
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing

STAGING_QUOTA = 'image_stage_total'

_FAILED = 'Task failed due to Internal Error'
_RESERVED_PREFIX = 'os_glance_'
# Seconds between two updates of a task while a store is written to.
_HEARTBEAT = 60.0
_MIB = 1024 * 1024


def over_limit(
    project: str, resource: str, usage: int, delta: int = 0,
) -> str:
    """Return how Glance and oslo.limit say that a quota is exhausted.

    :param usage: what the project has used, MiB.
    :param delta: what it asks for on top, MiB.
    """
    return ('The request returned a 413 Request Entity Too Large. This '
            'generally means that rate limiting or a quota threshold was '
            'breached.\n\nThe response body:\n'
            f'Project {project} is over a limit for [Resource {resource} is '
            f'over limit of 0 due to current usage {usage} and delta '
            f'{delta}]')


class Failure(enum.Enum):
    """How an import can fail once Glance has accepted it."""

    WRITE = 'a store cannot be written to'
    STAGING = 'no store that has the image can be read'
    QUOTA = 'the staging quota of the project is exhausted'


@dataclasses.dataclass(frozen=True)
class Pace:
    """How long the parts of an import take, in seconds.

    :ivar starting: until a thread takes the task, which is then no longer
        pending.
    :ivar listing: from there until the image names the stores.
    :ivar staging: reading the image from its store.
    :ivar writing: for each store.
    :ivar settling: between the last change of the image, of the task, and
        the end of the lock.
    """

    starting: float = 0.05
    listing: float = 0.1
    staging: float = 3.0
    writing: float = 2.0
    settling: float = 0.05


class _Aborted(Exception):
    """The import does not hold the image any more."""


class _StagingFailed(Exception):
    """The image could not be staged."""


class _WriteFailed(Exception):
    """A store could not be written to, and all were to succeed."""


class Timeline:
    """All imports that run."""

    def __init__(self, clock: timing.Clock) -> None:
        self._clock = clock
        self._epoch = clock.utcnow() - datetime.timedelta(
            seconds=clock.monotonic())
        self._now: float | None = None
        self._order = itertools.count()
        self._running: list[
            tuple[float, int, Import, Iterator[float]]] = []

    def utcnow(self) -> datetime.datetime:
        """Return the time of the step in progress, or the present."""
        now = self._clock.monotonic() if self._now is None else self._now
        return self._epoch + datetime.timedelta(seconds=now)

    def start(self, work: Import) -> None:
        """Run an import from now on."""
        self._schedule(self._clock.monotonic(), work, work.steps())

    def advance(self) -> None:
        """Make all changes that are due, in order."""
        now = self._clock.monotonic()
        while self._running and self._running[0][0] <= now:
            self._now, _order, work, steps = heapq.heappop(self._running)
            self._schedule(self._now, work, steps)
        self._now = None

    def kill(self) -> None:
        """End all imports where they are, as a killed worker does."""
        self._running.clear()

    def _schedule(
        self, now: float, work: Import, steps: Iterator[float],
    ) -> None:
        delay = next(steps, None)
        if delay is not None:
            heapq.heappush(self._running, (
                now + delay, next(self._order), work, steps))


class Import:
    """One copy-image import.

    :param failure: how it is to fail, None for not at all.
    :param utcnow: returns the time for records.
    """

    def __init__(
        self,
        image: fixture_records.Image,
        task: fixture_records.Task,
        pace: Pace,
        failure: Failure | None,
        utcnow: Callable[[], datetime.datetime],
    ) -> None:
        self._image = image
        self._task = task
        self._pace = pace
        self._failure = failure
        self._utcnow = utcnow
        self._all_must_succeed = task.request.get(
            'all_stores_must_succeed', True)
        self._touched: list[str] = []
        self._written: str | None = None

    def steps(self) -> Iterator[float]:
        """Make one change after the other; yield the seconds between."""
        yield self._pace.starting
        self._task.change(self._utcnow(), fixture_records.PROCESSING)
        yield self._pace.listing
        try:
            yield from self._flow()
        except _Aborted:
            # Whoever took the image away from this task has ended it, or
            # the image is gone and its tasks with it.
            return
        except (_StagingFailed, _WriteFailed):
            self._image.lock = None
            yield self._pace.settling
            self._task.change(
                self._utcnow(), fixture_records.FAILURE, _FAILED)

    def _flow(self) -> Iterator[float]:
        stores = self._task.stores
        self._check_lock()
        if self._failure is Failure.QUOTA:
            yield from self._exceed_quota()
            return
        self._image.add(image_mod.IMPORTING_PROPERTY, stores)
        self._image.remove(image_mod.FAILED_PROPERTY, stores)
        self._save()
        yield from self._stage()
        for store in stores:
            yield from self._write(store)
        if self._image.status != image_mod.ACTIVE:
            self._revert(None)
            raise _WriteFailed
        yield self._pace.settling
        self._task.change(self._utcnow(), fixture_records.SUCCESS)
        yield self._pace.settling
        if self._image.lock == self._task.id:
            self._image.lock = None

    def _exceed_quota(self) -> Iterator[float]:
        for name in (image_mod.IMPORTING_PROPERTY,
                     image_mod.FAILED_PROPERTY):
            self._image.remove(name, self._task.stores)
        self._save()
        self._image.lock = None
        yield self._pace.settling
        size = self._image.size // _MIB
        self._task.change(
            self._utcnow(), fixture_records.FAILURE, over_limit(
                self._task.user.project, STAGING_QUOTA, size, size))

    def _stage(self) -> Iterator[float]:
        status = self._image.status
        yield self._pace.staging
        self._check_lock()
        if (self._failure is Failure.STAGING
                or not set(self._image.stores) - self._image.unreadable
                or self._image.status != status):
            raise _StagingFailed
        self._save()

    def _write(self, store: str) -> Iterator[float]:
        self._touched.append(store)
        if self._can_write(store):
            yield from self._write_data(store)
        else:
            yield self._pace.settling
        self._check_lock()
        if self._written == store:
            self._image.stores.append(store)
        elif self._all_must_succeed:
            self._revert(store)
            raise _WriteFailed
        else:
            self._image.add(image_mod.FAILED_PROPERTY, [store])
        self._image.remove(image_mod.IMPORTING_PROPERTY, [store])
        self._save()

    def _write_data(self, store: str) -> Iterator[float]:
        status = self._image.status
        # Whatever ends this import before its time, the data stays.
        self._image.strays.add(store)
        yield from self._copy_data()
        self._check_lock()
        if self._image.status != status:
            # Glance does not save an image whose status has changed.
            self._revert(store)
            raise _WriteFailed
        self._image.strays.discard(store)
        if self._failure is not Failure.WRITE:
            self._written = store

    def _copy_data(self) -> Iterator[float]:
        copied = 0.0
        while copied < self._pace.writing:
            pause = min(_HEARTBEAT, self._pace.writing - copied)
            yield pause
            if self._task.status != fixture_records.PROCESSING:
                raise _Aborted
            copied += pause
            part = copied / self._pace.writing
            self._task.change(
                self._utcnow(),
                message=f'Copied {int(self._image.size * part) // _MIB} MiB')

    def _can_write(self, store: str) -> bool:
        return (store not in self._image.strays
                and not store.startswith(_RESERVED_PREFIX))

    def _revert(self, failed: str | None) -> None:
        """Take back what was written; stores not yet tried stay listed."""
        for store in self._touched:
            if store in self._image.stores:
                self._image.stores.remove(store)
        self._image.remove(image_mod.IMPORTING_PROPERTY, self._touched)
        if failed is not None:
            self._image.add(image_mod.FAILED_PROPERTY, [failed])
        self._save()

    def _save(self) -> None:
        self._image.updated_at = self._utcnow()

    def _check_lock(self) -> None:
        if self._image.deleted or self._image.lock != self._task.id:
            raise _Aborted
