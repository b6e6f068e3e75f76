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

"""Wait for a state, with a deadline and the last state seen."""

from collections.abc import Callable
import time
from typing import NamedTuple


class Look(NamedTuple):
    """One observation: whether it is what we wait for, and what it is."""

    ready: bool
    state: str


class TimedOut(Exception):
    """The deadline passed, or going on was pointless.

    ``seconds`` is how long was waited, ``last_state`` what was seen last.
    """

    def __init__(self, seconds: float, last_state: str) -> None:
        self.seconds = seconds
        self.last_state = last_state
        super().__init__(f'after {seconds:.1f} s: {last_state}')


class Hopeless(Exception):
    """A look may raise this when the state can no longer become good."""


def until(look: Callable[[], Look], timeout: float, interval: float = 0.05,
          clock: Callable[[], float] = time.monotonic,
          sleep: Callable[[float], None] = time.sleep) -> float:
    """Call ``look`` until it reports ready; return the seconds it took.

    There is always one look, and one after the last sleep, so that a slow
    machine gets no false alarm.

    :param timeout: seconds
    :param interval: seconds between two looks
    :raises TimedOut: when ``timeout`` has passed or a look was hopeless
    """
    start = clock()
    while True:
        try:
            seen = look()
        except Hopeless as exc:
            raise TimedOut(clock() - start, str(exc)) from exc
        elapsed = clock() - start
        if seen.ready:
            return elapsed
        if elapsed >= timeout:
            raise TimedOut(elapsed, seen.state)
        sleep(min(interval, timeout - elapsed))
