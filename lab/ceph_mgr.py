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


"""The manager of a site's Ceph cluster: it counts what pools hold."""

from collections.abc import Sequence

from lab import adminsocket
from lab import daemon
from lab import launcher
from lab import state
from lab import waiting

# The id within its cluster; each site is a cluster of its own.
ID = 'x'


class Mgr(daemon.Daemon):
    """``ceph-mgr.SITE``, at sites that have computes.

    Only Nova needs it: without one, ``ceph df`` knows of no pools.
    """

    def __init__(self, site: state.Site, port: int,
                 starter: launcher.Launcher) -> None:
        super().__init__(f'ceph-mgr.{site.name}', starter)
        self._port = port
        self._conf = site.ceph_conf

    @property
    def ports(self) -> Sequence[int]:
        return (self._port,)

    def prepare(self) -> None:
        """Nothing: its key is written with those of the cluster."""

    def command(self) -> Sequence[str]:
        return ['ceph-mgr', '-f', '-c', str(self._conf), '-i', ID,
                '--ms_bind_port_min', str(self._port),
                '--ms_bind_port_max', str(self._port)]

    def look(self) -> waiting.Look:
        socket = self._conf.parent / 'mgr.asok'
        try:
            seen = adminsocket.ask(socket, 'mgr_status')
        except (OSError, ValueError) as exc:
            return waiting.Look(False, f'no answer on {socket.name} ({exc})')
        if seen.get('initialized'):
            return waiting.Look(True, 'active')
        return waiting.Look(False, 'not active yet')
