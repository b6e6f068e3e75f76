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

"""What is remembered between two looks at Glance.

Nothing here does I/O, and each method returns a new object.
"""

from __future__ import annotations

import dataclasses

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import obstacle as obstacle_mod

# A database that is read behind its writer shows the lock of an accepted
# submission a little later. Seconds.
_LOCK_LAG = 2.0

_BACKOFF_FIRST = 1.0
_BACKOFF_LIMIT = 30.0


@dataclasses.dataclass(frozen=True)
class Observation:
    """What one look at Glance showed.

    :ivar at: monotonic seconds.
    :ivar image: None when Glance says there is no such image.
    :ivar task: the task of the lock, or of the lock that was followed when it
        is gone; None where Glance hides it.
    :ivar task_age: seconds since the task's last update.
    :ivar known_stores: the stores that Glance has, None if it was not asked.
    :ivar obstacle: what was where a copy would have to go, a moment after
        Glance was asked; None where nobody looked.
    """

    at: float
    image: image_mod.Image | None
    task: image_mod.Task | None = None
    task_age: float | None = None
    known_stores: frozenset[str] | None = None
    obstacle: obstacle_mod.Obstacle | None = None

    @property
    def signs(self) -> tuple[object, ...]:
        """All that moves while an import lives."""
        return self.image, self.task


@dataclasses.dataclass(frozen=True)
class Signs:
    """Signs of life of an import.

    :ivar last: what moves, as last seen.
    :ivar changed_at: monotonic seconds at which that was seen first.
    :ivar moved: whether it ever changed before our eyes.
    """

    last: tuple[object, ...] | None = None
    changed_at: float = 0.0
    moved: bool = False

    @property
    def image(self) -> image_mod.Image | None:
        """The image as last seen, None when there was none."""
        seen = self.last[0] if self.last else None
        return seen if isinstance(seen, image_mod.Image) else None

    def observed(self, seen: Observation) -> Signs:
        """Take in what a look showed."""
        if seen.signs == self.last:
            return self
        return Signs(seen.signs, seen.at, self.last is not None)

    def silence(self, seen: Observation) -> float:
        """Return for how many seconds there was no sign of life.

        Where the task is hidden that can only be counted from our first look.
        """
        since_change = seen.at - self.changed_at
        if seen.task_age is None:
            return since_change
        return min(seen.task_age, since_change) if self.moved \
            else seen.task_age


@dataclasses.dataclass(frozen=True)
class Writing:
    """What an import has been seen to write to our store, under one lock.

    Whoever writes has it open. What nobody was seen to have open may be older
    than the import.

    :ivar identity: of what somebody had open, None for nothing yet.
    :ivar deserted_at: monotonic seconds since when nobody has; None while
        somebody has, or when that is not known.
    """

    lock: str | None = None
    identity: str | None = None
    deserted_at: float | None = None

    def observed(self, seen: Observation) -> Writing:
        """Take in what a look showed."""
        lock = seen.image.lock if seen.image else None
        found = seen.obstacle
        before = self if lock == self.lock else Writing(lock)
        if lock is None:
            return Writing()
        if found is not None and not found.deserted:
            return Writing(lock, found.identity)
        if found is None or found.identity != before.identity:
            return Writing(lock, before.identity)
        if before.deserted_at is not None:
            return before
        return Writing(lock, before.identity, seen.at)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A submission that Glance did not accept, or not for sure.

    :ivar lock: the lock that it would have had to take, None for none.
    :ivar count: how many in a row.
    """

    answer: exception.GlanceError
    lock: str | None = None
    count: int = 1


@dataclasses.dataclass(frozen=True)
class Attempt:
    """What we asked Glance for, and what became of it.

    :ivar submitted: submissions that Glance accepted.
    :ivar running: whether the last of these has not ended yet.
    :ivar accepted_at: monotonic seconds, of the last of these.
    :ivar lock: the lock of the running one, None until a look has shown it.
    :ivar named: whether Glance has named the store as being imported under
        that lock; before, its lists may be those of an earlier run.
    :ivar ending: whether its lock is gone and its task was not at its end
        yet: after a failure Glance drops the lock first, and the task says
        why a moment later.
    :ivar failures: why the ended ones ended, one sentence each.
    :ivar refusal: None when the last submission was accepted.
    :ivar ready_at: monotonic seconds; no submission before.
    :ivar obstacle: what was in the way at the last look.
    :ivar obstructed: whether it was there before a look that showed the
        image free, and still is. So it belongs to no import, and every copy
        will fail.
    """

    image_id: str
    store: str
    submitted: int = 0
    running: bool = False
    accepted_at: float = 0.0
    lock: str | None = None
    named: bool = False
    ending: bool = False
    failures: tuple[str, ...] = ()
    refusal: Refusal | None = None
    ready_at: float = float('-inf')
    signs: Signs = Signs()
    obstacle: obstacle_mod.Obstacle | None = None
    obstructed: bool = False
    writing: Writing = Writing()

    def observed(self, seen: Observation) -> Attempt:
        """Take in what a look showed."""
        attempt = dataclasses.replace(
            self, signs=self.signs.observed(seen), obstacle=seen.obstacle,
            obstructed=seen.obstacle is not None and seen.obstacle.deserted
            and seen.obstacle == self.obstacle,
            writing=self.writing.observed(seen))
        if seen.image is None:
            return attempt
        if not self.running:
            return attempt._joined_failed(seen, self.signs.image)
        lock = seen.image.lock
        if lock is not None and self.lock in (None, lock):
            return dataclasses.replace(
                attempt, lock=lock,
                named=self.named or self.store in seen.image.importing)
        if self.store in seen.image.stores:
            return attempt
        if lock is None and self.lock is None and (
                seen.at < self.accepted_at + _LOCK_LAG):
            return attempt
        if seen.task is not None and not seen.task.ended and not self.ending:
            return dataclasses.replace(attempt, ending=True)
        return attempt._failed(seen.at, why_ended(seen, self.store))

    def _joined_failed(
        self, seen: Observation, before: image_mod.Image | None,
    ) -> Attempt:
        """Take in that somebody else's import could not write to our store.

        Only that is known for sure without being told by the task: a store
        comes into the list when an import fails, and goes when the next one
        begins.
        """
        assert seen.image is not None
        if before is None or self.store in seen.image.stores or \
                self.store in before.failed or \
                self.store not in seen.image.failed:
            return self
        return self._failed(
            seen.at, 'Glance could not write to the store, asked by others')

    def _failed(self, at: float, why: str) -> Attempt:
        failures = (*self.failures, why)
        return dataclasses.replace(
            self, running=False, lock=None, ending=False, failures=failures,
            ready_at=at + _backoff(len(failures)))

    def accepted(self, at: float) -> Attempt:
        """Take in a 202: from now on a run for our store is ours.

        :param at: monotonic seconds.
        """
        return dataclasses.replace(
            self, submitted=self.submitted + 1, running=True, accepted_at=at,
            lock=None, named=False, refusal=None)

    def refused(
        self, answer: exception.GlanceError, at: float, lock: str | None,
    ) -> Attempt:
        """Take in any other answer; the next look tells what it means.

        :param at: monotonic seconds.
        """
        count = self.refusal.count + 1 if self.refusal else 1
        return dataclasses.replace(
            self, refusal=Refusal(answer, lock, count),
            ready_at=at + _backoff(count))


def _backoff(tries: int) -> float:
    exponent = min(max(tries, 1), 16) - 1
    return float(min(_BACKOFF_FIRST * 2.0 ** exponent, _BACKOFF_LIMIT))


def why_ended(seen: Observation, store: str) -> str:
    """Say what Glance shows about a run that ended without success."""
    assert seen.image is not None
    if store in seen.image.failed:
        shown = 'Glance could not write to the store'
    elif store in seen.image.importing:
        shown = 'Glance could not stage the image from the stores that have it'
    else:
        shown = 'Glance ended the import without the store'
    if seen.task is None:
        return f'{shown} (its task is not visible to this credential)'
    return (f'{shown} (task {seen.task.id} {seen.task.status}: '
            f'{seen.task.message or "no message"})')
