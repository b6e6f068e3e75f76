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


"""Base of the tests that boot guests in the lab's cloud."""

from __future__ import annotations

from collections.abc import Sequence

from lab import actions
from lab import computestate
from lab import computing
from lab import servers
from tests import labtest


class CloudTestCase(labtest.LabTestCase):
    """A test on a lab of the profile ``cloud``.

    The servers that it makes are gone from Nova, from libvirt and from every
    pool afterwards, and the image caches of the computes are empty.
    """

    def setUp(self) -> None:
        super().setUp()
        if self.lab.computing is None:
            self.fail('this lab has no computes; it is of the profile '
                      f'{self.lab.state.settings.profile!r}, not "cloud"')
        self.computing: computing.Computing = self.lab.computing
        self.guest: computestate.Guest = self.computing.cloud.guest
        self.servers = servers.Servers(self.lab.state)
        self.actions = actions.Actions(self.servers)
        self.addCleanup(self.empty_image_caches)

    def make_guest_image(self) -> str:
        """Upload the guest into the hub's store and return the image's id."""
        return self.upload(self.guest.raw, disk_format='raw')

    def create(self, image_id: str, zone: str,
               group: str | None = None) -> str:
        """Ask for a server, which goes at the end of the test."""
        server_id = self.servers.create(servers.Request(
            self.id(), image_id, zone, self.guest.flavor, group))
        self.addCleanup(self.remove, server_id)
        return server_id

    def boot_server(self, image_id: str, zone: str) -> servers.Server:
        """Return a server that is active and has printed its marker."""
        server, = self.wait_booted([self.create(image_id, zone)])
        return server

    def wait_booted(self, ids: Sequence[str]) -> list[servers.Server]:
        """Return servers when all are active and have booted."""
        found = [self.servers.wait_status(one) for one in ids]
        for one in ids:
            self.servers.wait_console(one, self.guest.marker)
        return found

    def remove(self, server_id: str) -> None:
        """Delete a server and wait for its end."""
        self.servers.delete(server_id)
        self.servers.wait_gone(server_id)

    def empty_image_caches(self) -> None:
        """Remove what downloads have left on the computes."""
        for node in self.computing.nodes.values():
            for cached in node.compute.instances.glob('_base/*'):
                cached.unlink(missing_ok=True)

    def make_group(self) -> str:
        """Return a group of servers that are on different computes."""
        group = self.servers.create_group(self.id())
        self.addCleanup(self.servers.delete_group, group)
        return group

    def assert_clone(self, server: servers.Server, image_id: str) -> None:
        """Check in its site's cluster what the root disk was made from."""
        site = self.lab.sites[server.zone]
        self.assertEqual(
            (site.site.images_pool, image_id, 'snap'),
            site.parent(site.site.vms_pool, server.disk))

    def disks(self, server: servers.Server) -> dict[str, list[str]]:
        """Return the snapshots of each disk of a server at its site."""
        site = self.lab.sites[server.zone]
        pool = site.site.vms_pool
        return {name: site.snapshots(pool, name)
                for name in site.images(pool) if server.id in name}

    def assert_flat(self, server: servers.Server) -> None:
        """Check in its site's cluster that the root disk has no parent."""
        site = self.lab.sites[server.zone]
        self.assertIsNone(site.parent(site.site.vms_pool, server.disk))

    def assert_no_trace(self, server: servers.Server) -> None:
        """Check that neither a disk nor a domain is left of a server."""
        for site in self.lab.sites.values():
            disks = site.images(site.site.vms_pool)
            self.assertEqual(
                [], [disk for disk in disks if server.id in disk])
        for node in self.computing.nodes.values():
            self.assertNotIn(server.id, node.domains())
