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


"""The libvirt of one compute."""

import base64
from collections.abc import Sequence
import uuid

from lab import compute_host
from lab import confile
from lab import hypervisor
from lab import inside
from lab import launcher
from lab import ports
from lab import state
from lab import waiting

_SOCKET = '/run/libvirt/libvirt-sock'

_LIBVIRTD = """\
log_outputs = "3:stderr"
# Only root gets to the socket.
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_ro_perms = "0700"
unix_sock_rw_perms = "0700"
# All computes have the same machine beneath them.
host_uuid = "{uuid}"
"""

# The namespaces of the host are what keeps its guests apart; nothing in
# them can make others, and the machine's cgroups are not the lab's.
_QEMU = """\
user = "root"
group = "root"
dynamic_ownership = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
migration_address = "{address}"
migration_port_min = {first}
migration_port_max = {last}
"""


class Libvirtd(inside.Inside):
    """``libvirtd.NAME``; it knows the key of Ceph's user ``nova``."""

    def __init__(self, host: compute_host.ComputeHost, site: state.Site,
                 migration_ports: range, starter: launcher.Launcher) -> None:
        super().__init__('libvirtd', host, starter)
        self._site = site
        self._migration_ports = migration_ports
        self._etc = self._compute.directory / 'etc'

    def prepare(self) -> None:
        """Write its configuration."""
        confile.write(self._etc / 'libvirtd.conf',
                      _LIBVIRTD.format(uuid=uuid.uuid4()))
        confile.write(self._etc / 'qemu.conf', _QEMU.format(
            address=ports.MIGRATION_ADDRESS,
            first=self._migration_ports[0], last=self._migration_ports[-1]))

    def command(self) -> Sequence[str]:
        return ['libvirtd', '--timeout', '0', '--config',
                str(self._etc / 'libvirtd.conf'),
                '--pid-file', '/run/libvirt/libvirtd.pid']

    def look(self) -> waiting.Look:
        return hypervisor.look(self.uri)

    @property
    def uri(self) -> str:
        """The URI under which it is reached from outside its host.

        :raises exception.HostDown: when its host does not run
        """
        return f'qemu+unix:///system?socket={self._host.path(_SOCKET)}'

    def define_secret(self) -> None:
        """Give it the key of Ceph's user ``nova``; it is kept for ever."""
        keyring = confile.read_ini(self._site.keyrings.nova)
        hypervisor.define_secret(
            self.uri, hypervisor.Secret(
                self._compute.secret, f'client.nova of {self._site.name}',
                base64.b64decode(keyring['client.nova']['key'])))
