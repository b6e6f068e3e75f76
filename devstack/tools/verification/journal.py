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

"""The journal of a unit of systemd's."""

from __future__ import annotations

from collections.abc import Sequence
import subprocess

from devstack.tools.verification import check
from devstack.tools.verification import logline

# Seconds for journalctl and systemctl.
_TIMEOUT = 60.0
_CURSOR = '-- cursor: '


class Journal:
    """What a unit has written.

    :param unit: for example ``devstack@n-cpu``.
    """

    def __init__(self, unit: str) -> None:
        self.unit = unit

    def mark(self) -> str:
        """Return where the journal ends now, for :meth:`since`."""
        # Not of this unit alone: one that has written nothing has no end.
        lines = _journalctl('-n', '1', '--show-cursor').splitlines()
        for line in reversed(lines):
            if line.startswith(_CURSOR):
                return line.removeprefix(_CURSOR)
        raise check.Failed('the journal of systemd is empty')

    def since(self, mark: str) -> list[logline.Line]:
        """Return what was written after a mark."""
        return self._lines(f'--after-cursor={mark}')

    def of_this_start(self, pattern: str) -> list[logline.Line]:
        """Return what the unit has written since it was started last.

        :param pattern: a regular expression; that may be a lot.
        """
        started = self.show('InvocationID')['InvocationID']
        return self._lines(f'_SYSTEMD_INVOCATION_ID={started}',
                           f'--grep={pattern}')

    def show(self, *properties: str) -> dict[str, str]:
        """Return properties of the unit, '' where it has none."""
        answer = _run(['systemctl', 'show', self.unit,
                       f'--property={",".join(properties)}'])
        pairs = (line.partition('=') for line in answer.splitlines())
        return dict.fromkeys(properties, '') | {
            name: value for name, _equals, value in pairs}

    def _lines(self, *arguments: str) -> list[logline.Line]:
        return [logline.parse(text) for text in _journalctl(
            '-u', self.unit, *arguments).splitlines()]


def _journalctl(*arguments: str) -> str:
    # With --all, as the colours of a log make systemd take it for binary.
    return _run(['sudo', '-n', 'journalctl', '--quiet', '--no-pager', '--all',
                 '--output=cat', *arguments])


def _run(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors='replace',
            timeout=_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise check.Failed(f'{command[0]} cannot be run: {exc}') from exc
    # journalctl ends with 1 when it has found no line of a pattern.
    if done.returncode > 1 or (done.returncode and done.stderr):
        raise check.Failed(
            f'{" ".join(command[:3])} ended with {done.returncode}: '
            f'{done.stderr.strip()}',
            'Run this on the controller, as a user with sudo without a '
            'password.')
    return done.stdout
