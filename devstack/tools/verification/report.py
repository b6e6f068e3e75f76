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

"""What is printed: a line for each check, and how many ended how."""

from __future__ import annotations

import dataclasses
import json
from typing import TextIO

from devstack.tools.verification import check
from nova_rbd_multistore.cmd import screen as screen_mod

_NAME = 13


class Report:
    """The outcomes of a run.

    :param stdout: for the result.
    :param screen: for what is no result.
    :param as_json: the result is a JSON document, and lines are no result.
    :ivar outcomes: in the order in which they were known.
    """

    def __init__(
        self, stdout: TextIO, screen: screen_mod.Screen, as_json: bool,
    ) -> None:
        self.outcomes: list[check.Outcome] = []
        self._without: list[tuple[str, str]] = []
        self._stdout = stdout
        self._screen = screen
        self._as_json = as_json
        self._now = ''
        self._said = ''

    def begin(self, one: check.Check) -> None:
        """Say what is checked now."""
        self._now = one.name
        self._said = ''
        self._screen.show(f'{one.name}: {one.title}')

    def say(self, text: str) -> None:
        """Say what is waited for; where lines stay, each once."""
        if self._screen.live:
            self._screen.show(f'{self._now}: {text}')
        elif text != self._said:
            self._screen.line(f'... {self._now}: {text}')
        self._said = text

    def trace(self, text: str) -> None:
        """Show where something unexpected has happened."""
        self._screen.line(text.rstrip())

    def left_out(self, one: check.Check, reason: str) -> None:
        """Report a check that cannot be made here."""
        self._without.append((one.name, reason))
        self._write(f'left out {one.name:<{_NAME}} {reason}')

    def add(self, outcome: check.Outcome) -> None:
        """Report how a check ended."""
        self.outcomes.append(outcome)
        self._write(
            f'{outcome.verdict.value:<8} {outcome.name:<{_NAME}} '
            f'{outcome.detail} ({outcome.seconds:.1f} s)')
        if outcome.remedy:
            self._write(f'{"":<8} {"":<{_NAME}} -> {outcome.remedy}')

    def has_passed(self, name: str) -> bool:
        """Tell whether a check was made and passed."""
        return any(one.name == name and one.verdict is check.Verdict.PASSED
                   for one in self.outcomes)

    def count(self, verdict: check.Verdict) -> int:
        """Return how many checks ended like that."""
        return sum(one.verdict is verdict for one in self.outcomes)

    def end(self) -> None:
        """Write what is to be said of all of them."""
        control = [one.name for one in self.outcomes
                   if one.verdict is check.Verdict.LIBRARY_ONLY]
        if control:
            self._write(f'With Nova\'s own class, {", ".join(control)} did '
                        f'not pass; the library would.')
        passed = self.count(check.Verdict.PASSED)
        failed = self.count(check.Verdict.FAILED)
        if self._as_json:
            json.dump({
                'checks': [{**dataclasses.asdict(one),
                            'verdict': one.verdict.value.lower(),
                            'seconds': round(one.seconds, 1)}
                           for one in self.outcomes],
                'left_out': dict(self._without),
                'passed': passed, 'failed': failed}, self._stdout, indent=2)
            self._stdout.write('\n')
        self._write(f'{passed} passed, {failed} failed')

    def _write(self, text: str) -> None:
        if self._as_json:
            self._screen.line(text)
            return
        self._screen.close()
        self._stdout.write(f'{text}\n')
        self._stdout.flush()
