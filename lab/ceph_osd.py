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

"""The only OSD of a site's Ceph cluster."""

from collections.abc import Sequence
import uuid

from lab import adminsocket
from lab import daemon
from lab import launcher
from lab import state
from lab import waiting

ID = 0


def osd_uuid(fsid: str) -> str:
    """Return the OSD's own identity, derived from that of its cluster."""
    return str(uuid.uuid5(uuid.UUID(fsid), f'osd.{ID}'))


class Osd(daemon.Daemon):
    """``ceph-osd.SITE``: BlueStore on a sparse file."""

    def __init__(self, site: state.Site, port_range: range,
                 starter: launcher.Launcher) -> None:
        super().__init__(f'ceph-osd.{site.name}', starter)
        self._site = site
        self.port_range = port_range
        self._directory = site.ceph_conf.parent

    @property
    def ports(self) -> Sequence[int]:
        return tuple(self.port_range)

    def prepare(self) -> None:
        """Format the file; needs no running monitor."""
        # Without the monitor's configuration database, and with the map
        # from the file: so this may go on while the monitor comes up.
        self._launcher.run(self.name, [
            'ceph-osd', '--mkfs', '-c', str(self._site.ceph_conf),
            '-i', str(ID), '--osd-uuid', osd_uuid(self._site.fsid),
            '--no-mon-config',
            '--monmap', str(self._directory / 'monmap')])

    def command(self) -> Sequence[str]:
        return ['ceph-osd', '-f', '-c', str(self._site.ceph_conf),
                '-i', str(ID)]

    def look(self) -> waiting.Look:
        # "active" comes after the monitor has marked this very process up;
        # the monitor's own view would still show a killed predecessor.
        return adminsocket.look(self._directory / 'osd.asok', 'status',
                                frozenset(('active',)))
