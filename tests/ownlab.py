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

"""A lab that a test starts and stops itself."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import itertools
import pathlib
import subprocess
import sys

import fixtures

from lab import dnsmasq
from lab import ports
from lab import process
from lab import settings

_ROOT = pathlib.Path(__file__).parents[1]
# Seconds, for a whole cloud on a machine that does much else.
_TIMEOUT = 600


class OwnLab(fixtures.Fixture):
    """A lab in a directory of its own, which goes at the end of the test.

    :ivar state: that directory; it exists when ``up`` has begun.
    :param port_base: other than that of any lab beside it.
    :param options: of ``up``, besides the port base.
    """

    def __init__(self, port_base: int, *options: str) -> None:
        super().__init__()
        self._port_base = port_base
        self._up = ('up', *options, '--port-base', str(port_base))

    def _setUp(self) -> None:
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'lab'
        self.addCleanup(self.command, 'down')

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the lab to its end."""
        return subprocess.run(
            self._command(*arguments), cwd=_ROOT, capture_output=True,
            text=True, timeout=_TIMEOUT, check=False)

    def up(self) -> subprocess.CompletedProcess[str]:
        """Run ``up`` to its end."""
        return self.command(*self._up)

    def start_up(self) -> subprocess.Popen[str]:
        """Start ``up`` and return it while it runs."""
        up = subprocess.Popen(
            self._command(*self._up), cwd=_ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        assert up.stdout is not None
        self.addCleanup(up.stdout.close)
        self.addCleanup(up.wait)
        self.addCleanup(up.kill)
        return up

    def remains(self) -> list[str]:
        """Name what is left of the lab on this machine."""
        return [*self._processes(), *self._mounts(), *self._ports(),
                *([str(self.state)] if self.state.exists() else [])]

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, '-m', 'lab', '--state', str(self.state),
                *arguments]

    def _processes(self) -> Iterator[str]:
        for pid in process.pids():
            if any(str(self.state).encode() in _read(pid, file)
                   for file in ('environ', 'cmdline')):
                yield process.describe(pid)

    def _mounts(self) -> list[str]:
        table = (process.PROC / 'self' / 'mountinfo').read_text()
        return [f'mount {line}' for line in table.splitlines()
                if str(self.state) in line]

    def _ports(self) -> list[str]:
        wanted = itertools.product(
            (ports.ADDRESS, *(ports.worker_address(number) for number
                              in range(1, settings.MAX_WORKERS + 1))),
            range(self._port_base, self._port_base + ports.SPAN))
        resolver = (ports.resolver_address(self._port_base), dnsmasq.PORT)
        return [f'port {port} on {address}, taken by '
                f'{ports.holder(port, address)}'
                for address, port in (*wanted, resolver)
                if not ports.is_free(port, address)]


def _read(pid: int, file: str) -> bytes:
    # Gone meanwhile, or another user's and so not ours.
    with contextlib.suppress(OSError):
        return (process.PROC / str(pid) / file).read_bytes()
    return b''
