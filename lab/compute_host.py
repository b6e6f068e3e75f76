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


"""The host that a compute's daemons and guests live on."""

from collections.abc import Sequence
import pathlib
import sys

from lab import computestate
from lab import confile
from lab import daemon
from lab import exception
from lab import host_init
from lab import launcher
from lab import ports
from lab import waiting

# Debian's libvirt does not start without this user and group, which another
# package makes; that one would also run a libvirt at each boot.
_USER = 'libvirt-qemu'
_ID = 64055


def files(host: str, others: Sequence[str] = ()) -> dict[str, str]:
    """Return the files of /etc that are a host's own, by name.

    :param others: hosts to which its guests may migrate
    """
    return {
        # libvirt resolves the host's name; no name server knows it.
        'hosts': ''.join(
            f'{address} {name}\n' for address, names in (
                (ports.ADDRESS, (host, 'localhost')),
                (ports.MIGRATION_ADDRESS, others)) for name in names),
        'passwd': _with_line(
            pathlib.Path('/etc/passwd').read_text(),
            f'{_USER}:x:{_ID}:{_ID}::/nonexistent:/usr/sbin/nologin'),
        'group': _with_line(
            pathlib.Path('/etc/group').read_text(), f'{_USER}:x:{_ID}:'),
    }


def _with_line(text: str, line: str) -> str:
    name = line.partition(':')[0]
    if any(known.startswith(f'{name}:') for known in text.splitlines()):
        return text
    return f'{text}{line}\n'


class ComputeHost(daemon.Daemon):
    """``compute-host.NAME``: mount, UTS and PID namespaces.

    Stopping or killing it is a power cut: all that runs on it ends, guests
    included, and what was on its disks stays.
    """

    def __init__(self, compute: computestate.Compute,
                 starter: launcher.Launcher,
                 others: Sequence[str] = ()) -> None:
        super().__init__(f'compute-host.{compute.name}', starter)
        self.compute = compute
        self._others = others

    @property
    def ports(self) -> Sequence[int]:
        return ()

    def prepare(self) -> None:
        """Make its directories."""
        home = self.compute.directory
        for own in host_init.OWN:
            (home / own).mkdir(parents=True)
        for name, text in files(self.compute.name, self._others).items():
            confile.write(home / name, text)

    def command(self) -> Sequence[str]:
        return ['unshare', '--mount', '--propagation', 'unchanged',
                '--uts', '--pid',
                sys.executable, host_init.__file__, self.compute.name,
                str(self.compute.directory)]

    def look(self) -> waiting.Look:
        try:
            mounted = self.path(host_init.OWN['run']).samefile(
                self.compute.directory / 'run')
        except OSError as exc:
            return waiting.Look(False, f'not mounted yet: {exc}')
        return waiting.Look(mounted, 'runs' if mounted else 'mounts')

    def path(self, inside: str) -> pathlib.Path:
        """Return where a path of the host is seen from outside.

        :raises exception.HostDown: when the host does not run
        """
        return pathlib.Path(f'/proc/{self._pid()}/root{inside}')

    def enter(self) -> Sequence[str]:
        """Return the beginning of a command that runs on the host.

        :raises exception.HostDown: when the host does not run
        """
        process = f'/proc/{self._pid()}'
        spaces = f'{process}/ns'
        # With the root directory, which is another one in a chroot.
        return ['nsenter', f'--mount={spaces}/mnt', f'--uts={spaces}/uts',
                f'--pid={spaces}/pid_for_children',
                f'--root={process}/root', f'--wd={process}/root']

    def _pid(self) -> int:
        running = self.process()
        if running is None:
            raise exception.HostDown(self.name)
        return running.pid
