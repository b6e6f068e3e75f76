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

"""Make the checks, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import traceback
from typing import Any

from devstack.tools.verification import check
from devstack.tools.verification import report as report_mod
from nova_rbd_multistore import exception
from nova_rbd_multistore import timing


@dataclasses.dataclass
class Runner:
    """Makes checks and reports how each one ends.

    :param bench: what they get.
    :param upstream: whether the compute service is Nova's own.
    """

    bench: Any
    report: report_mod.Report
    clock: timing.Clock
    upstream: bool = False

    def run(self, checks: Iterable[check.Check]) -> None:
        """Make the checks; one that fails is no reason to end."""
        for one in checks:
            reason = self._left_out(one)
            if reason is not None:
                self.report.left_out(one, reason)
                continue
            self.report.begin(one)
            started = self.clock.monotonic()
            verdict, detail, remedy = self._made(one)
            self.report.add(check.Outcome(
                one.name, verdict, detail, remedy,
                self.clock.monotonic() - started))

    def _left_out(self, one: check.Check) -> str | None:
        try:
            return one.left_out(self.bench)
        except Exception:
            # Then it will not pass either, and says why.
            return None

    def _made(self, one: check.Check) -> tuple[check.Verdict, str, str]:
        """Return how a check ends, what was seen, and what to do."""
        missing = [name for name in one.needs
                   if not self.report.has_passed(name)]
        if missing:
            return (self._bad(one), f'not possible without '
                    f'{" and ".join(missing)}', '')
        try:
            return check.Verdict.PASSED, one.run(self.bench), ''
        except check.Failed as exc:
            return self._bad(one), exc.reason, exc.remedy
        except exception.MultistoreError as exc:
            return self._bad(one), str(exc), ''
        except Exception as exc:
            # Whatever is wrong with one, the others tell more.
            self.report.trace(traceback.format_exc())
            return self._bad(one), f'{type(exc).__name__}: {exc}', ''

    def _bad(self, one: check.Check) -> check.Verdict:
        if self.upstream and one.library_only:
            return check.Verdict.LIBRARY_ONLY
        return check.Verdict.FAILED
