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

"""Tell what is being waited for, when nothing else is told."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import threading
import time
from typing import NamedTuple

# Seconds.
_PATIENCE = 10.0
_TICK = 1.0


class _Awaited(NamedTuple):
    what: Callable[[], str]
    began: float


class Reminder:
    """Speaks up when nothing has been said for a while.

    :param say: called with one line, from a thread of its own
    :param patience: seconds of silence
    """

    def __init__(self, say: Callable[[str], None],
                 clock: Callable[[], float] = time.monotonic,
                 patience: float = _PATIENCE) -> None:
        self._say = say
        self._clock = clock
        self._patience = patience
        self._heard = clock()
        self._awaited: dict[object, _Awaited] = {}
        self._lock = threading.Lock()
        self._idle = threading.Event()

    def heard(self) -> None:
        """Note that something has been said."""
        self._heard = self._clock()

    @contextlib.contextmanager
    def awaiting(self, what: Callable[[], str]) -> Iterator[None]:
        """Remind of something for the time of a block.

        :param what: returns what is awaited, with its state where that is
            known; called from another thread
        """
        key = object()
        self._add(key, what)
        try:
            yield
        finally:
            self._remove(key)

    def tick(self) -> None:
        """Say all that is awaited, if the silence has been long enough."""
        now = self._clock()
        with self._lock:
            awaited = list(self._awaited.values())
        if awaited and now - self._heard >= self._patience:
            self._say('waiting for ' + '; '.join(
                f'{one.what()} ({now - one.began:.0f} s)'
                for one in awaited))
            self._heard = now

    def _add(self, key: object, what: Callable[[], str]) -> None:
        with self._lock:
            if not self._awaited:
                self._idle = threading.Event()
                threading.Thread(target=self._run, args=(self._idle,),
                                 daemon=True).start()
            self._awaited[key] = _Awaited(what, self._clock())

    def _remove(self, key: object) -> None:
        with self._lock:
            del self._awaited[key]
            if not self._awaited:
                self._idle.set()

    def _run(self, idle: threading.Event) -> None:
        while not idle.wait(_TICK):
            self.tick()
