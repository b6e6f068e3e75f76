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


"""The daemon that writes the console logs of a compute's guests."""

from collections.abc import Sequence

from lab import compute_host
from lab import confile
from lab import inside
from lab import launcher
from lab import unixsocket
from lab import waiting

_SOCKET = '/run/libvirt/virtlogd-sock'


class Virtlogd(inside.Inside):
    """``virtlogd.NAME``."""

    def __init__(self, host: compute_host.ComputeHost,
                 starter: launcher.Launcher) -> None:
        super().__init__('virtlogd', host, starter)
        self._conf = self._compute.directory / 'etc' / 'virtlogd.conf'

    def prepare(self) -> None:
        """Write its configuration."""
        confile.write(self._conf, 'log_outputs = "3:stderr"\n')

    def command(self) -> Sequence[str]:
        # It has no reason to end when there is no guest.
        return ['virtlogd', '--timeout', '0', '--config', str(self._conf),
                '--pid-file', '/run/libvirt/virtlogd.pid']

    def look(self) -> waiting.Look:
        return unixsocket.look(self._host.path(_SOCKET))
