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

"""One boot of a host at a time sees to the copy of an image."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import dataclasses
import threading

from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import timing

LOG = logging.getLogger(__name__)

# Ends that cost a copy, or the wait for one, to find out.
_SHARED = (exception.CopyFailed, exception.CopyStalled)


@dataclasses.dataclass
class _Queue:
    """Those who want the same image in the same store.

    :ivar waiting: how many there are, the one whose turn it is included.
    :ivar ends: how many turns have ended in an error that all share.
    """

    turn: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    waiting: int = 0
    ends: int = 0
    error: exception.CopyError | None = None

    @contextlib.contextmanager
    def sharing(self) -> Iterator[None]:
        """Enter a turn, and keep what all shall end with."""
        try:
            yield
        except _SHARED as exc:
            self.error = exc
            self.ends += 1
            raise


class Turns:
    """Whose turn it is, by image, store and who asks Glance.

    The others wait: Glance is asked once for all, a boot that is given up
    leaves at once, and when the copy fails, all who waited for it end with
    it. Nova's own lock does none of that: it cannot be left, and each boot
    behind it begins anew, with a timeout of its own.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queues: dict[tuple[str | None, ...], _Queue] = {}

    @contextlib.contextmanager
    def turn(
        self, image_id: str, store: str, budget: timing.Budget,
        project: str | None = None,
    ) -> Iterator[None]:
        """Enter when it is the caller's turn, or its time is over.

        :param project: whose rights and quotas decide about a copy, None for
            a credential that all have. A failure may be a project's own.
        :raises CopyError: what the turn of another ended with meanwhile.
        :raises Cancelled: when the caller is not wanted any more.
        """
        with self._queue((image_id, store, project)) as queue:
            before = queue.ends
            ours = _wait(queue, image_id, store, budget)
            try:
                if queue.error is not None and queue.ends > before:
                    raise _again(queue.error)
                with queue.sharing():
                    yield
            finally:
                if ours:
                    queue.turn.release()

    @contextlib.contextmanager
    def _queue(self, key: tuple[str | None, ...]) -> Iterator[_Queue]:
        """Enter a queue, which is there as long as somebody is in it."""
        with self._guard:
            queue = self._queues.setdefault(key, _Queue())
            queue.waiting += 1
        try:
            yield queue
        finally:
            with self._guard:
                queue.waiting -= 1
                if not queue.waiting:
                    del self._queues[key]


def _wait(
    queue: _Queue, image_id: str, store: str, budget: timing.Budget,
) -> bool:
    """Return whether it is the caller's turn; not at its deadline."""
    if queue.turn.acquire(blocking=False):
        return True
    LOG.info('Waiting for image %(image)s in store %(store)s: another request '
             'on this host sees to it', {'image': image_id, 'store': store})
    while budget.left:
        # A lock has no use for infinity.
        if queue.turn.acquire(timeout=min(budget.left, budget.step, 60.0)):
            return True
        budget.check()
    return False


def _again(error: exception.CopyError) -> exception.CopyError:
    """Return an error of the same words, for another thread to raise."""
    return type(error)(error.image_id, error.store, error.reason)
