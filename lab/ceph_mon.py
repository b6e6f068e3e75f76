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

"""The monitor of a site's Ceph cluster."""

from collections.abc import Sequence
import pathlib

from lab import adminsocket
from lab import daemon
from lab import launcher
from lab import state
from lab import waiting

# The id within its cluster; each site is a cluster of its own.
ID = 'a'


class Mon(daemon.Daemon):
    """``ceph-mon.SITE``; the only one of its cluster."""

    def __init__(self, site: state.Site, starter: launcher.Launcher) -> None:
        super().__init__(f'ceph-mon.{site.name}', starter)
        self._site = site
        self._directory = site.ceph_conf.parent

    @property
    def ports(self) -> Sequence[int]:
        return (self._site.mon_port,)

    @property
    def monmap(self) -> pathlib.Path:
        """The first map of monitors, for whom has none yet."""
        return self._directory / 'monmap'

    def prepare(self) -> None:
        """Make the monitor's store; the site's configuration is there."""
        conf = str(self._site.ceph_conf)
        self._launcher.run(self.name, [
            'monmaptool', '--create', '--clobber', '--fsid', self._site.fsid,
            '--addv', ID, f'[v2:127.0.0.1:{self._site.mon_port}]',
            str(self.monmap)])
        (self._directory / 'mon').mkdir()
        # The keyring brings all users with their capabilities into the new
        # store, which spares one "ceph auth" call for each of them.
        self._launcher.run(self.name, [
            'ceph-mon', '--mkfs', '-c', conf, '-i', ID,
            '--monmap', str(self.monmap),
            '--keyring', str(self._directory / 'mon.keyring')])

    def command(self) -> Sequence[str]:
        return ['ceph-mon', '-f', '-c', str(self._site.ceph_conf), '-i', ID]

    def look(self) -> waiting.Look:
        return adminsocket.look(self._directory / 'mon.asok', 'mon_status',
                                frozenset(('leader',)))
