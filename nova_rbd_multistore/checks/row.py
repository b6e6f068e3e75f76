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

"""What a check says: a row of its report."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import enum

WORKER = 'worker'
LEFT_OVERS = 'left-overs'
STAGE = 'stage'
SELF_URL = 'self URL'
IMPORT = 'import'
DELETE = 'delete'
BALANCER = 'load balancer'
CONVERSION = 'conversion'
RUN = 'run'

# In the order of a report.
_CHECKS = (WORKER, LEFT_OVERS, STAGE, SELF_URL, IMPORT, DELETE, BALANCER,
           CONVERSION, RUN)
# Whose workers are the one that staged, and the one that was asked.
_PAIRED = (IMPORT, DELETE, CONVERSION)
# Of several workers at the same time, each of which ends when it likes.
_AT_ONCE = (STAGE, *_PAIRED)


class Verdict(enum.Enum):
    """How a check ended."""

    OK = 'ok'
    FOUND = 'found'
    NOTE = 'note'
    NOT_TRIED = 'not tried'


@dataclasses.dataclass(frozen=True)
class Row:
    """One thing that was looked at.

    :ivar check: one of the constants above.
    :ivar workers: names of those that it is about; for an import first the
        one that staged, then the one that was asked.
    :ivar detail: what was seen; a finding with its explanation.
    :ivar code: of a finding, '' for none.
    :ivar remedy: what an operator can do, '' for nothing.
    :ivar seconds: that it took, None where that says nothing.
    :ivar facts: for other programs.
    """

    check: str
    workers: tuple[str, ...]
    verdict: Verdict
    detail: str = ''
    code: str = ''
    remedy: str = ''
    seconds: float | None = None
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def where(self) -> str:
        """Say which workers it is about."""
        return (' -> ' if self.check in _PAIRED else ', ').join(self.workers)

    @property
    def found(self) -> bool:
        """Whether an operator has to do something."""
        return self.verdict is Verdict.FOUND


@dataclasses.dataclass(frozen=True)
class Report:
    """All rows.

    :param rows: in the order in which they were known.
    :param workers: all names, in the order of the ring.
    :ivar rows: in an order that is the same in each run.
    """

    rows: tuple[Row, ...]
    workers: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, 'rows', tuple(sorted(
            self.rows, key=self._place)))

    def _place(self, row: Row) -> tuple[int, list[int]]:
        return _CHECKS.index(row.check), [
            self.workers.index(name) for name in row.workers
            if row.check in _AT_ONCE and name in self.workers]

    @property
    def findings(self) -> tuple[Row, ...]:
        """Those that need somebody."""
        return tuple(row for row in self.rows if row.found)

    @property
    def count(self) -> str:
        """Say how many checks ended how."""
        counts = {verdict: sum(row.verdict is verdict for row in self.rows)
                  for verdict in Verdict}
        return ', '.join(f'{number} {verdict.value}'
                         for verdict, number in counts.items() if number)


def joined(names: Iterable[str]) -> str:
    """Return names as in a sentence."""
    *most, last = list(names) or ['']
    return f'{", ".join(most)} and {last}' if most else last
