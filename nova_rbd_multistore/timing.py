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

"""The time, as far as waiting needs it."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import datetime
import math
import time

from nova_rbd_multistore import exception

# Seconds between two questions whether a result is still wanted: each may
# cost a request, and whoever gives up waits no longer than this.
_ASK_EVERY = 3.0


@dataclasses.dataclass(frozen=True)
class Clock:
    """A clock to wait by.

    :ivar monotonic: seconds; deadlines and pauses count in these.
    :ivar sleep: takes seconds.
    :ivar utcnow: read once for each wait and then carried on with
        `monotonic`, so that a jump of the wall clock does no harm.
    """

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    utcnow: Callable[[], datetime.datetime]

    @classmethod
    def system(cls) -> Clock:
        """Return the machine's, eventlet's where Nova has patched time."""
        return cls(time.monotonic, time.sleep,
                   lambda: datetime.datetime.now(datetime.UTC))


class Budget:
    """The time that somebody has for a wait, from now on.

    :param timeout: seconds, None for no limit.
    :param cancelled: tells whether nobody wants the result any more; None
        for a wait that nobody cancels.
    :ivar deadline: monotonic seconds, infinite for no limit.
    :ivar step: seconds, the longest time to go without :meth:`check`.
    """

    def __init__(
        self,
        clock: Clock,
        timeout: float | None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._clock = clock
        self._cancelled = cancelled
        self._started = self._asked = clock.monotonic()
        self.deadline = math.inf if timeout is None \
            else self._started + timeout
        self.step = math.inf if cancelled is None else _ASK_EVERY

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self._clock.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds to the deadline, 0 when it has passed."""
        return max(0.0, self.deadline - self._clock.monotonic())

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the deadline.

        :raises Cancelled: when the result is not wanted any more.
        """
        rest = min(seconds, self.left)
        while rest > 0:
            nap = min(rest, self.step)
            self._clock.sleep(nap)
            self.check()
            rest = min(rest - nap, self.left)

    def check(self) -> None:
        """Do nothing as long as the result is wanted.

        :raises Cancelled: when it is not; noticed within some seconds.
        """
        now = self._clock.monotonic()
        if self._cancelled is None or now < self._asked + _ASK_EVERY:
            return
        self._asked = now
        if self._cancelled():
            raise exception.Cancelled(self.elapsed)
