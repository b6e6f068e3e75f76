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

from collections.abc import Mapping
import datetime

from nova_rbd_multistore import timing

NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)

# Far above what any test needs: code that sleeps for nothing never gets to
# its deadline in fake time, and has to fail rather than hang.
_MOST_SLEEPS = 50_000


class FakeTime:
    """A monotonic and a wall clock, at first 0 and noon.

    :param jumps: by how many seconds the wall clock is set forth or back, by
        the monotonic seconds at which that happens.
    :ivar now: monotonic seconds.
    :ivar slept: what was asked for, call by call.
    """

    def __init__(self, jumps: Mapping[float, float] | None = None) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._jumps = jumps or {}

    def clock(self) -> timing.Clock:
        return timing.Clock(self.monotonic, self.sleep, self.utcnow)

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime.datetime:
        jumped = sum(by for at, by in self._jumps.items() if at <= self.now)
        return NOON + datetime.timedelta(seconds=self.now + jumped)

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError('sleep length must be non-negative')
        self.slept.append(seconds)
        if len(self.slept) > _MOST_SLEEPS:
            raise AssertionError('sleeps without end')
        self.now += seconds
