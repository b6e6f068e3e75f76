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

"""How an image stands in each store, from one look at Glance.

Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
import dataclasses
import datetime
import enum

from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal
from nova_rbd_multistore import lock as lock_mod
from nova_rbd_multistore import store as store_mod
from nova_rbd_multistore.placing import importtask

# Seconds. An import says something about once a minute while it writes, and
# nothing while it stages.
STALLED_AFTER = 600.0


class State(enum.Enum):
    """How an image stands in a store."""

    PRESENT = 'present'
    QUEUED = 'queued'
    COPYING = 'copying'
    STALLED = 'stalled'
    FAILED = 'failed'
    ABSENT = 'absent'


@dataclasses.dataclass(frozen=True)
class Standing:
    """How an image stands in a store.

    :ivar since: UTC; the last sign of life of an import, or the end of one
        that failed. None where Glance does not tell.
    :ivar locked_until: UTC; until when Glance lets no other import take the
        image over, without a further sign of life.
    :ivar detail: what is known about it, for people.
    :ivar pool: where the store has its images, None where Glance does not
        tell.
    """

    store: str
    state: State
    task: image_mod.Task | None = None
    since: datetime.datetime | None = None
    locked_until: datetime.datetime | None = None
    detail: str = ''
    pool: store_mod.RbdPool | None = None


@dataclasses.dataclass(frozen=True)
class Seen:
    """What Glance shows of an image.

    :ivar at: UTC, by this machine's clock.
    :ivar imports: of the image; Glance shows those of other projects to
        administrators only.
    :ivar stores: the names of those that this Glance has.
    :ivar pools: of RBD stores by name, empty where Glance hides them.
    """

    at: datetime.datetime
    image: image_mod.Image
    imports: Collection[importtask.ImportTask] = ()
    stores: frozenset[str] = frozenset()
    pools: Mapping[str, store_mod.RbdPool] = dataclasses.field(
        default_factory=dict)

    @property
    def running(self) -> importtask.ImportTask | None:
        """The import that holds the image, None for none or a hidden one."""
        return next((one for one in self.imports
                     if one.task.id == self.image.lock), None)

    @property
    def hidden(self) -> bool:
        """Whether an import holds the image whose task is not shown."""
        return self.image.lock is not None and self.running is None

    def standings(
        self, stalled_after: float = STALLED_AFTER,
    ) -> list[Standing]:
        """Return how the image stands in each store, in their order.

        :param stalled_after: seconds without a sign of life.
        """
        named = self.stores | self.image.stores | self.image.importing | \
            self.image.failed
        return [dataclasses.replace(
            self._standing(store, stalled_after), pool=self.pools.get(store))
            for store in sorted(named)]

    def _standing(self, store: str, stalled_after: float) -> Standing:
        if store in self.image.stores:
            unknown = self.stores and store not in self.stores
            return Standing(store, State.PRESENT, detail='this Glance does '
                            'not have the store' if unknown else '')
        running = self.running
        if running is not None and (
                store in running.stores or not running.stores
                and store in self.image.importing):
            if self._has_failed(store, running.task):
                return self._failed(store, running)
            return self._copying(store, running.task, stalled_after)
        if self.hidden and store in self.image.importing:
            return Standing(
                store, State.COPYING,
                detail=f'import task {self.image.lock}, which this '
                       f'credential may not see; the store may be that of '
                       f'an earlier import')
        return self._idle(store)

    def _has_failed(self, store: str, task: image_mod.Task) -> bool:
        """Tell whether an import that holds the image is done with a store.

        The lists count from when it has started. It may have ended since the
        image was shown.
        """
        return task.status == 'failure' or (
            task.status != 'pending' and store in self.image.failed
            and store not in self.image.importing)

    def _copying(
        self, store: str, task: image_mod.Task, stalled_after: float,
    ) -> Standing:
        seen = self._observation(task)
        since = self._sign_of_life(task)
        silence = max(0.0, (self.at - since).total_seconds()) if since else 0.0
        until = task.updated_at + datetime.timedelta(
            seconds=lock_mod.expiry(task)) if task.updated_at else None
        if silence >= stalled_after or lock_mod.has_expired(seen):
            state = State.STALLED
            detail = lock_mod.stalled(seen, task.id, silence)
        else:
            state = (State.QUEUED if task.status == 'pending'
                     else State.COPYING)
            detail = lock_mod.holder(seen, task.id, silence)
        return Standing(store, state, task, since, until, detail)

    def _idle(self, store: str) -> Standing:
        """Tell about a store that no import writes to now."""
        last = max((one for one in self.imports
                    if store in one.stores and one.task.ended),
                   key=lambda one: one.updated_at, default=None)
        listed = store in self.image.failed or (
            self.image.lock is None and store in self.image.importing)
        if listed or last is not None and last.task.status == 'failure':
            return self._failed(store, last)
        return Standing(store, State.ABSENT)

    def _failed(
        self, store: str, last: importtask.ImportTask | None,
    ) -> Standing:
        """Tell why the last import did not get to the store.

        :param last: None where Glance does not show it.
        """
        task = last.task if last else None
        why = journal.why_ended(self._observation(task), store)
        if task is not None and task.request_id:
            why += (f'. Look for request {task.request_id} in the logs of '
                    f'the Glance API workers.')
        return Standing(store, State.FAILED, task,
                        task.updated_at if task else None, detail=why)

    def _sign_of_life(
        self, task: image_mod.Task,
    ) -> datetime.datetime | None:
        """Return the last one; the image moves when it has been staged."""
        times = [at for at in (task.updated_at, self.image.updated_at)
                 if at is not None]
        return max(times, default=None)

    def _observation(
        self, task: image_mod.Task | None,
    ) -> journal.Observation:
        age = None
        if task is not None and task.updated_at is not None:
            age = (self.at - task.updated_at).total_seconds()
        return journal.Observation(0.0, self.image, task, age)
