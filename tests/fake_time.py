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


"""A clock that moves only when somebody sleeps."""

from __future__ import annotations

import datetime

from nova_rbd_multistore import timing

NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)

# Far above what any test needs: code that sleeps for nothing never gets to
# its deadline in fake time, and has to fail rather than hang.
_MOST_SLEEPS = 50_000


class FakeTime:
    """Monotonic and wall clock in one; each can be moved by a test.

    :ivar now: monotonic seconds.
    :ivar slept: what was asked for, call by call.
    """

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.slept: list[float] = []
        self._wall = NOON - datetime.timedelta(seconds=now)

    def clock(self) -> timing.Clock:
        return timing.Clock(self.monotonic, self.sleep, self.utcnow)

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime.datetime:
        return self._wall + datetime.timedelta(seconds=self.now)

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError('sleep length must be non-negative')
        self.slept.append(seconds)
        if len(self.slept) > _MOST_SLEEPS:
            raise AssertionError('sleeps without end')
        self.now += seconds

    def set_wall_clock(self, seconds: float) -> None:
        """Move the wall clock alone, as an operator or NTP may do."""
        self._wall += datetime.timedelta(seconds=seconds)
