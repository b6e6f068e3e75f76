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


"""Servers that are resized at the edge, from one host of a site to another."""

from __future__ import annotations

from collections.abc import Sequence

from lab import actions
from lab import servers
from lab import zones
from tests.e2e import base

_GIB = 1 << 30


class ResizeTestCase(base.CloudTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.assertLess(1, len(self.computing.at('dcn1')),
                        'start the lab with --computes dcn1=3')
        self.image_id = self.make_guest_image()
        self.server = self.boot_server(self.image_id, 'dcn1')
        self._assert_disk(self.server, 1)

    def test_confirmed(self) -> None:
        resized = self._resize()
        self.actions.confirm_resize(self.server.id)
        confirmed = self.servers.wait_status(self.server.id)
        self.assertEqual(resized.host, confirmed.host)
        self._assert_disk(confirmed, 2)
        self._assert_runs_only_on(confirmed)
        self.assertEqual(
            [(confirmed.host, confirmed.id)],
            [(node.name, path.name) for node in self.computing.at('dcn1')
             for path in node.compute.instances.glob(f'{confirmed.id}*')])
        self._end()

    def test_reverted(self) -> None:
        self._resize()
        self.actions.revert_resize(self.server.id)
        reverted, = self.wait_booted([self.server.id])
        self.assertEqual(self.server.host, reverted.host)
        self._assert_disk(reverted, 1)
        # Nova leaves a directory with a console log on the other host, as it
        # takes hosts that share disks for hosts that share directories.
        self._assert_runs_only_on(reverted)
        self._end()

    def _resize(self) -> servers.Server:
        """Return the server, resized, with nothing confirmed yet."""
        self.actions.resize(self.server.id, zones.LARGER_FLAVOR)
        resized = self.servers.wait_status(
            self.server.id, actions.VERIFY_RESIZE)
        self.servers.wait_console(self.server.id, self.guest.marker)
        self.assertEqual('dcn1', resized.zone)
        self.assertNotEqual(self.server.host, resized.host)
        # Nova goes back to this snapshot when the resize is reverted.
        self._assert_disk(resized, 2, ['nova-resize'])
        return resized

    def _assert_disk(self, server: servers.Server, gib: int,
                     snapshots: Sequence[str] = ()) -> None:
        """Check the disk, and that it took the one copy of the first boot."""
        site = self.lab.sites[server.zone]
        self.assert_clone(server, self.image_id)
        self.assertEqual({server.disk: list(snapshots)}, self.disks(server))
        self.assertEqual(
            gib * _GIB, site.size_bytes(site.site.vms_pool, server.disk))
        self.assertEqual(1, self.copies(self.image_id))

    def _assert_runs_only_on(self, server: servers.Server) -> None:
        """Check that no other host of the site has a domain of it."""
        self.assertEqual(
            [server.host],
            [node.name for node in self.computing.at(server.zone)
             if server.id in node.domains()])

    def _end(self) -> None:
        self.remove(self.server.id)
        self.assert_no_trace(self.server)
