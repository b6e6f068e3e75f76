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


"""The SSH server of one compute, for Nova on the other hosts."""

from collections.abc import Iterable
from collections.abc import Sequence
import socket
from typing import NamedTuple

from lab import compute_host
from lab import confile
from lab import inside
from lab import launcher
from lab import ports
from lab import waiting

_TIMEOUT = 5.0

# How Nova, with "ssh NAME", gets to a host on a machine that has one address
# for all of them.
_CONFIG = """\
Host {name}
    HostName {address}
    Port {port}
    HostKeyAlias {name}
"""


class Identity(NamedTuple):
    """What others have to know of a host: where it is, and public keys."""

    name: str
    port: int
    client_key: str
    host_key: str


class Sshd(inside.Inside):
    """``sshd.NAME``; all hosts of the lab let each other in, by their keys.

    Nova makes directories and copies files over SSH when a server goes from
    one host to another.
    """

    def __init__(self, host: compute_host.ComputeHost, port: int,
                 starter: launcher.Launcher) -> None:
        super().__init__('sshd', host, starter)
        self._port = port
        # Mounted as the .ssh of the host's root, who runs nova-compute.
        self._home = self._compute.directory / 'ssh'
        self._client_key = self._home / 'id_ed25519'
        self._host_key = self._home / 'host_key'

    @property
    def ports(self) -> Sequence[int]:
        return (self._port,)

    def prepare(self) -> None:
        """Make the keys of the host; it lets nobody in yet."""
        self._launcher.run(self.name, [
            'ssh-keygen', '-q', '-t', 'ed25519', '-N', '',
            '-C', self._compute.name, '-f', str(self._client_key)])
        self._launcher.run(self.name, [
            'dropbearkey', '-t', 'ed25519', '-f', str(self._host_key)])

    def command(self) -> Sequence[str]:
        # Keys only, no forwarding. OpenSSH's package would make the machine
        # itself run a server from its next start on; this one's does not.
        return ['dropbear', '-F', '-E', '-s', '-j', '-k',
                '-p', f'{ports.ADDRESS}:{self._port}',
                '-r', str(self._host_key),
                '-P', str(self._home / 'dropbear.pid')]

    def look(self) -> waiting.Look:
        address = (ports.ADDRESS, self._port)
        try:
            with socket.create_connection(address, _TIMEOUT) as connection:
                banner = connection.recv(255)
        except OSError as exc:
            return waiting.Look(False, f'no answer on {self._port} ({exc})')
        return waiting.Look(banner.startswith(b'SSH-2.0-'), f'says {banner!r}')

    def identity(self) -> Identity:
        """Return how other hosts know this one.

        :raises exception.CommandFailed: when its keys cannot be read
        """
        shown = self._launcher.run(
            self.name, ['dropbearkey', '-y', '-f', str(self._host_key)])
        host_key, = (line for line in shown.splitlines()
                     if line.startswith('ssh-'))
        client_key = self._client_key.with_suffix('.pub').read_text()
        return Identity(self._compute.name, self._port, client_key.strip(),
                        host_key)

    def introduce(self, hosts: Iterable[Identity]) -> None:
        """Let these hosts in and no others, and find and recognize them."""
        known = list(hosts)
        self._write('authorized_keys', (one.client_key for one in known))
        self._write('known_hosts', (
            f'{one.name} {one.host_key}' for one in known))
        self._write('config', (_CONFIG.format(
            name=one.name, address=ports.ADDRESS, port=one.port)
            for one in known))

    def _write(self, name: str, lines: Iterable[str]) -> None:
        confile.write(self._home / name, ''.join(
            f'{line}\n' for line in lines))
