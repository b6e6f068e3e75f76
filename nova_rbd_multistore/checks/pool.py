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

"""Do the same for several things, a few at the same time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from concurrent import futures
from typing import TypeVar

_T = TypeVar('_T')
_R = TypeVar('_R')


def each(
    work: Callable[[_T], _R], over: Iterable[_T], at_once: int,
) -> list[_R]:
    """Return the results in the order of what they belong to.

    All have ended when this returns or raises.

    :raises Exception: the first that `work` raised.
    """
    with futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(work, over))
