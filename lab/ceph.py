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

"""Look into a site's Ceph cluster, and set it up, with its admin's key."""

import json
from typing import Any
from typing import NamedTuple

from lab import ceph_osd
from lab import cephconf
from lab import launcher
from lab import state
from lab import waiting


class Parent(NamedTuple):
    """What a copy-on-write disk was cloned from."""

    pool: str
    image: str
    snapshot: str


class Cluster:
    """One site's cluster as its administrator sees it."""

    def __init__(self, site: state.Site, starter: launcher.Launcher) -> None:
        self.site = site
        self._launcher = starter

    @property
    def name(self) -> str:
        """The site's name, which is the Glance store's as well."""
        return self.site.name

    @property
    def fsid(self) -> str:
        """The identity of the cluster."""
        return self.site.fsid

    def command(self, *command: str) -> list[str]:
        """Return a command line of ``ceph`` or ``rbd`` as the admin's."""
        program, *arguments = command
        return [program, '--conf', str(self.site.ceph_conf), '--id', 'admin',
                *arguments]

    def run(self, *command: str, timeout: float = 60) -> str:
        """Run ``ceph`` or ``rbd`` as the admin; return what it prints.

        :param timeout: seconds
        :raises exception.CommandFailed: when it fails or takes too long
        """
        return self._launcher.run(
            f'{command[0]}.{self.name}', self.command(*command),
            timeout=timeout)

    def query(self, *command: str, timeout: float = 60) -> Any:
        """Run ``ceph`` or ``rbd`` and return the JSON it answers.

        :param timeout: seconds
        :raises exception.CommandFailed: when it fails or takes too long
        """
        return json.loads(
            self.run(*command, '--format', 'json', timeout=timeout))

    def configure(self, osd_gib: int, osd_ports: range) -> None:
        """Write the configuration and the keys of a new cluster."""
        cephconf.write(self.site, osd_ports, osd_gib)

    def add_osd(self) -> None:
        """Make the OSD known to a new cluster.

        :raises exception.CommandFailed: when the cluster refuses
        """
        self.run('ceph', 'osd', 'new', ceph_osd.osd_uuid(self.fsid))

    def create_pools(self) -> None:
        """Make the pools; ends when both can be written to.

        :raises exception.CommandFailed: when the cluster refuses
        """
        for pool in (self.site.images_pool, self.site.vms_pool):
            self.run('ceph', 'osd', 'pool', 'create', pool)
            self.run('rbd', 'pool', 'init', pool)

    def wait_statistics(self) -> None:
        """Return when the manager tells what the pools hold.

        :raises waiting.TimedOut: when it does not in a minute
        """
        def look() -> waiting.Look:
            found = self.query('ceph', 'df')['pools']
            return waiting.Look(bool(found), f'{len(found)} pools')
        waiting.until(look, 60, interval=0.5)

    def health(self) -> str:
        """Return HEALTH_OK, or what is wrong.

        :raises exception.CommandFailed: when the monitor does not answer
        """
        seen = self.query('ceph', 'health', timeout=20)
        checks = ', '.join(sorted(seen['checks']))
        return f'{seen["status"]} {checks}'.strip()

    def images(self, pool: str) -> list[str]:
        """Return the names of all RBD images in a pool."""
        return [str(name) for name in self.query('rbd', 'ls', pool)]

    def id(self, pool: str, image: str) -> str:
        """Return what tells an image from another of the same name."""
        return str(self.query('rbd', 'info', f'{pool}/{image}')['id'])

    def snapshots(self, pool: str, image: str) -> list[str]:
        """Return the names of an image's snapshots."""
        seen = self.query('rbd', 'snap', 'ls', f'{pool}/{image}')
        return [str(snapshot['name']) for snapshot in seen]

    def parent(self, pool: str, image: str) -> Parent | None:
        """Return what an image was cloned from, None when it is flat."""
        seen = self.query('rbd', 'info', f'{pool}/{image}').get('parent')
        if not seen:
            return None
        return Parent(seen['pool'], seen['image'], seen['snapshot'])

    def size_bytes(self, pool: str, image: str) -> int:
        """Return how large a disk an image is, whatever it has allocated."""
        return int(self.query('rbd', 'info', f'{pool}/{image}')['size'])

    def used_bytes(self, pool: str, image: str) -> int:
        """Return how many bytes an image has allocated of its own."""
        seen = self.query('rbd', 'du', f'{pool}/{image}')
        return sum(int(part['used_size']) for part in seen['images'])

    def create_image(self, pool: str, image: str, mib: int) -> None:
        """Make an empty image, as an interrupted copy leaves one."""
        self.run('rbd', 'create', '--size', f'{mib}M', f'{pool}/{image}')

    def remove_image(self, pool: str, image: str) -> None:
        """Remove an image together with its snapshots.

        :raises exception.CommandFailed: when it is not there, is in use or
            has clones
        """
        for snapshot in self.query('rbd', 'snap', 'ls', f'{pool}/{image}'):
            spec = f'{pool}/{image}@{snapshot["name"]}'
            if snapshot.get('protected') == 'true':
                self.run('rbd', 'snap', 'unprotect', spec)
            self.run('rbd', 'snap', 'rm', spec)
        self.run('rbd', 'rm', '--no-progress', f'{pool}/{image}')
