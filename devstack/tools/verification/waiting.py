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

"""Wait for something, with a deadline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from devstack.tools.verification import check
from nova_rbd_multistore import pacing
from nova_rbd_multistore import timing

_T = TypeVar('_T')

_LONGEST_PAUSE = 2.0

# Seconds for what has happened to be seen: a journal, or Glance's record of a
# task, comes a little later.
_SETTLES = 15.0


def until(
    look: Callable[[], tuple[_T | None, str]], what: str, timeout: float,
    clock: timing.Clock, say: Callable[[str], None] = lambda _text: None,
) -> _T:
    """Return what a look finds, as soon as it does.

    :param look: returns it, or None and the state that was seen instead.
    :param what: is waited for, for people.
    :param timeout: seconds.
    :param say: takes what is waited for, and the state, at each look.
    :raises Failed: when the time is over.
    """
    budget = timing.Budget(clock, timeout)
    pace = pacing.Pacing(longest=_LONGEST_PAUSE)
    while True:
        found, state = look()
        if found is not None:
            return found
        if not budget.left:
            raise check.Failed(
                f'{what}: not within {timeout:.0f} s; last seen: {state}')
        say(f'waiting for {what}: {state}')
        budget.pause(pace.interval(budget.elapsed))


def settled(
    judge: Callable[[], _T], clock: timing.Clock, timeout: float = _SETTLES,
) -> _T:
    """Return what a judgement says, as soon as it finds no fault.

    :param timeout: seconds; of what is still a fault then.
    :raises Failed: what it found last.
    """
    budget = timing.Budget(clock, timeout)
    while True:
        try:
            return judge()
        except check.Failed:
            if not budget.left:
                raise
        budget.pause(1.0)
