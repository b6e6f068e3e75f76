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

"""What a check is, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devstack.tools.verification import bench


class Failed(Exception):
    """Something is not as it should be.

    :param reason: what was seen.
    :param remedy: what to do, '' where the reason says it all.
    """

    def __init__(self, reason: str, remedy: str = '') -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class NotUsable(Exception):
    """The checks cannot begin; the message says why, and what to do."""


class Verdict(enum.Enum):
    """How a check ended."""

    PASSED = 'passed'
    FAILED = 'FAILED'
    # Of upstream's compute, where only the library would have passed.
    LIBRARY_ONLY = 'control'


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing to see.

    :ivar name: for ``--only`` and for reports.
    :ivar run: returns what was seen, raises :class:`Failed`.
    :ivar needs: names of checks whose success it builds on.
    :ivar library_only: whether nothing is wrong with the deployment when it
        fails with the compute service of Nova's tree.
    :ivar left_out: returns why it cannot be made here, None when it can.
    """

    name: str
    title: str
    run: Callable[[bench.Bench], str]
    needs: tuple[str, ...] = ()
    library_only: bool = False
    left_out: Callable[[bench.Bench], str | None] = lambda _bench: None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a check ended.

    :ivar detail: what was seen.
    :ivar remedy: what to do, '' for nothing.
    :ivar seconds: that it took.
    """

    name: str
    verdict: Verdict
    detail: str
    remedy: str
    seconds: float
