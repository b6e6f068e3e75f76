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

"""Snapshots that Nova makes in the cluster of the edge, uploading nothing."""

from __future__ import annotations

from lab import ceph
from lab import fixture
from lab import waiting
from tests.e2e import base

# What Nova needs for that, on top of reading the images.
_WRITING = 'profile rbd pool={vms}, profile rbd pool={images}'

# Seconds; Glance reads the whole image for its hash.
_HASHING_TIMEOUT = 120


class FastSnapshotTestCase(base.CloudTestCase):
    """At a site without a Glance of its own, with locations hidden."""

    def setUp(self) -> None:
        super().setUp()
        self.site: ceph.Cluster = self.lab.sites['dcn1']
        self.useFixture(fixture.CephCapabilities(
            self.site, 'client.nova', _WRITING))
        self.image_id = self.make_guest_image()
        self.server = self.boot_server(self.image_id, 'dcn1')

    def test_of_a_clone(self) -> None:
        self.assert_clone(self.server, self.image_id)
        snapshot_id = self.snapshot()
        self.assert_made_here(snapshot_id)

        second = self.boot_server(snapshot_id, 'dcn1')
        self.assert_clone(second, snapshot_id)
        self.assertEqual({'dcn1'}, self.stores(snapshot_id))

        # By way of the hub: the Glance of that site does not have dcn1.
        third = self.boot_server(snapshot_id, 'dcn0')
        self.assert_clone(third, snapshot_id)
        self.assertEqual(
            {'central', 'dcn0', 'dcn1'}, self.stores(snapshot_id))
        self.assertEqual(2, self.copies(snapshot_id))

    def test_of_a_flat_disk(self) -> None:
        self.site.run('rbd', 'flatten', '--no-progress',
                      f'{self.site.site.vms_pool}/{self.server.disk}')
        self.assert_flat(self.server)

        self.assert_made_here(self.snapshot())

    def snapshot(self) -> str:
        """Return the image of a snapshot, when it can be used."""
        image_id = self.actions.snapshot(self.server.id, self.id())
        self.addCleanup(self._remove_image, image_id)
        self.servers.wait_status(self.server.id)

        def look() -> waiting.Look:
            seen = self.admin.images.get(image_id)['status']
            return waiting.Look(seen == 'active', seen)

        waiting.until(look, _HASHING_TIMEOUT)
        return image_id

    def assert_made_here(self, image_id: str) -> None:
        """Check that Nova has made the image, and nothing has moved."""
        self.assertEqual({'dcn1'}, self.stores(image_id))
        self.assertEqual(0, self.copies(image_id))
        pool = self.site.site.images_pool
        self.assertIsNone(self.site.parent(pool, image_id))
        self.assertEqual(['snap'], self.site.snapshots(pool, image_id))
        self.assertNotIn(image_id, self.lab.sites['central'].images(pool))
        self.assertEqual({self.server.disk: []}, self.disks(self.server))
