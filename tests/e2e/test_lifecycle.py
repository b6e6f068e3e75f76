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


"""What a server goes through at the edge, and what its disk is after that."""

from __future__ import annotations

from lab import actions
from lab import servers
from tests.e2e import base

# Seconds; Nova uploads a whole disk, with all that is empty of it.
_UPLOAD_TIMEOUT = 900


class SnapshotTestCase(base.CloudTestCase):

    def test_snapshot_of_one_site_boots_at_another(self) -> None:
        image_id = self.make_guest_image()
        first = self.boot_server(image_id, 'dcn0')
        snapshot_id = self._snapshot(first)
        # The default store of that site's own Glance.
        self.assertEqual({'dcn0'}, self.stores(snapshot_id))
        self.assert_clone(first, image_id)
        self.assertEqual({first.disk: []}, self.disks(first))

        second = self.boot_server(snapshot_id, 'dcn1')
        self.assertEqual({'dcn0', 'dcn1'}, self.stores(snapshot_id))
        self.assertEqual(1, self.copies(snapshot_id))
        self.assert_clone(second, snapshot_id)
        # The image of the first server was not needed at the second site.
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))

        for server in (first, second):
            self.remove(server.id)
            self.assert_no_trace(server)

    def _snapshot(self, server: servers.Server) -> str:
        image_id = self.actions.snapshot(server.id, self.id())
        self.addCleanup(self._remove_image, image_id)
        self.servers.wait_status(server.id, timeout=_UPLOAD_TIMEOUT)
        return image_id


class ShelveTestCase(base.CloudTestCase):
    """At a site from which Nova uploads to the hub."""

    def test_shelved_server_comes_back_at_another_site(self) -> None:
        image_id = self.make_guest_image()
        server = self.boot_server(image_id, 'dcn1')

        self.actions.shelve(server.id)
        self.servers.wait_status(
            server.id, actions.SHELVED, timeout=_UPLOAD_TIMEOUT)
        shelved, = self.admin.images.list(
            filters={'name': f'{server.name}-shelved'})
        self.addCleanup(self._remove_image, shelved.id)
        self.assertEqual({'central'}, self.stores(shelved.id))
        self.assert_no_trace(server)

        self.actions.unshelve(server.id, 'dcn1')
        back, = self.wait_booted([server.id])
        self.assertEqual('dcn1', back.zone)
        # Made as a clone of one copy of the shelved image; Nova flattens such
        # a clone because it deletes that image.
        self.assertEqual(1, len(self._imports(shelved.id, 'success')))
        self.assert_flat(back)
        self.assertEqual({back.disk: []}, self.disks(back))
        for site in self.lab.sites.values():
            self.assertNotIn(shelved.id, site.images(site.site.images_pool))
        self.assertEqual([], list(self.admin.images.list(
            filters={'name': shelved.name})))
        self.assertEqual(1, self.copies(image_id))

        self.remove(server.id)
        self.assert_no_trace(server)


class RescueTestCase(base.CloudTestCase):

    def test_rescue_disk_is_a_clone_and_goes(self) -> None:
        image_id = self.make_guest_image()
        rescue_id = self.make_guest_image()
        server = self.boot_server(image_id, 'dcn0')
        self.assertEqual({'central'}, self.stores(rescue_id))

        self.actions.rescue(server.id, rescue_id)
        self.servers.wait_status(server.id, actions.RESCUE)
        self.servers.wait_console(server.id, self.guest.marker)
        self.assertEqual({'central', 'dcn0'}, self.stores(rescue_id))
        self.assertEqual(1, self.copies(rescue_id))
        rescue_disk = f'{server.disk}.rescue'
        self.assertEqual(
            {server.disk: [], rescue_disk: []}, self.disks(server))
        site = self.lab.sites['dcn0']
        self.assertEqual((site.site.images_pool, rescue_id, 'snap'),
                         site.parent(site.site.vms_pool, rescue_disk))
        self.assert_clone(server, image_id)

        self.actions.unrescue(server.id)
        self.wait_booted([server.id])
        self.assertEqual({server.disk: []}, self.disks(server))
        self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))

        self.remove(server.id)
        self.assert_no_trace(server)


class RebuildTestCase(base.CloudTestCase):

    def test_rebuilt_disk_is_a_clone_of_the_other_image(self) -> None:
        image_id = self.make_guest_image()
        other_id = self.make_guest_image()
        server = self.boot_server(image_id, 'dcn0')
        self.assertEqual({'central'}, self.stores(other_id))

        self.actions.rebuild(server.id, other_id)
        rebuilt, = self.wait_booted([server.id])
        self.assertEqual(server.host, rebuilt.host)
        self.assertEqual({'central', 'dcn0'}, self.stores(other_id))
        self.assertEqual(1, self.copies(other_id))
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual({server.disk: []}, self.disks(rebuilt))
        self.assert_clone(rebuilt, other_id)

        self.remove(server.id)
        self.assert_no_trace(server)
