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

"""Boots at an edge site with a Glance of its own.

It knows the stores of that site, dcn0, and of the hub, central.
"""

from __future__ import annotations

from lab import boot
from lab import fixture
from lab import settings
from tests import labtest
from tests.contract import ownworker
from tests.faults import edge


class HubTestCase(edge.EdgeTestCase):

    def test_copy_to_the_hub_and_then_here(self) -> None:
        image_id = self.make_far_image()
        disk = self.boot_one(image_id)
        self.assert_cloned(disk, image_id)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))
        self.assertEqual(self.made + 2, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))
        self.wait_idle(image_id)
        self.assertEqual({}, self.traces(image_id))
        self.assertEqual((), self.told())

        warm = self.boot_one(image_id)
        self.assert_cloned(warm, image_id)
        # The image and its hidden locations.
        self.assertEqual(2, warm.glance_requests)

    def test_where_nova_runs_on_eventlet(self) -> None:
        image_id = self.make_far_image()
        disks = self.boot(boot.Request(
            image_id, 'dcn0', hosts=2, count=4,
            overrides={'DEFAULT': {'concurrency_backend': 'eventlet'}}))
        self.assertEqual(4, len(disks))
        for disk in disks:
            self.assert_cloned(disk, image_id)
        self.assertEqual(self.made + 2, self.copies(image_id))

    def test_two_edges_at_once(self) -> None:
        other = ownworker.OwnWorker(
            self.lab, settings.GlanceSettings(), site='dcn10')
        self.addCleanup(other.remove)
        other.prepare()
        other.start()
        image_id = self.make_far_image(64)
        disks = self.boot(
            boot.Request(image_id, 'dcn0', hosts=2, count=2),
            boot.Request(image_id, 'dcn10', hosts=2, count=2, overrides={
                'glance': {'endpoint_override': other.worker.url},
                'libvirt': {
                    'images_rbd_glance_hub_endpoint':
                        self.lab.state.glance_url,
                    'images_rbd_glance_hub_store_name': 'central'}}))
        self.assertEqual(4, len(disks))
        for disk in disks:
            self.assert_cloned(disk, image_id)
        self.assertEqual(
            {'central', 'dcn0', 'dcn1', 'dcn10'}, self.stores(image_id))
        # Not that none failed, nor that nothing was told: of several that
        # submit at once Glance accepts now and then two, and aborts one.
        self.assertEqual(self.made + 3, self.copies(image_id))

    def test_only_our_glance_where_the_hub_has_the_image(self) -> None:
        image_id = self.make_image()
        with fixture.Killed(self.lab, 'haproxy'):
            disk = self.boot_one(image_id)
        self.assert_cloned(disk, image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))

    def test_store_of_the_hub_that_our_glance_has_not(self) -> None:
        image_id = self.make_far_image()
        disk = self.boot_one(image_id, libvirt={
            'images_rbd_glance_hub_store_name': 'dcn10'})
        self.assert_refused(disk, image_id, f'{edge.FAR}, not dcn10',
                            'images_rbd_glance_hub_store_name')
        self.assert_nothing_done(image_id)

    def test_hub_that_knows_no_more_than_we(self) -> None:
        image_id = self.make_far_image()
        disk = self.boot_one(image_id, libvirt={
            'images_rbd_glance_hub_endpoint': self.edge.worker.url})
        self.assert_refused(
            disk, image_id, edge.FAR, self.edge.worker.url,
            'which has only central, dcn0', 'images_rbd_glance_hub_endpoint')
        self.assert_nothing_done(image_id)

    def test_one_of_our_servers_is_down(self) -> None:
        servers = f'http://127.0.0.1:1,{self.edge.worker.url}'
        image_id = self.make_far_image()
        disks = self.boot(boot.Request(
            image_id, 'dcn0', count=2, overrides={
                'glance': {'api_servers': servers}}))
        for disk in disks:
            self.assert_cloned(disk, image_id)
        self.assertEqual(self.made + 2, self.copies(image_id))

    def test_partial_copy_is_in_the_way(self) -> None:
        image_id = self.make_image()
        self.pools.create('dcn0', image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'a partial copy', self.lab.sites['dcn0'].fsid,
            f'(rbd --id admin rm images/{image_id})')
        self.assertEqual(1, self.failed_copies(image_id))

    def test_copy_at_the_hub_by_somebody_else_is_joined(self) -> None:
        image_id = self.make_far_image(64)
        self.admin.images.image_import(
            image_id, 'copy-image', stores=['central'], allow_failure=False)
        labtest.wait_for('the import', lambda: 'central' in self.image(
            image_id).get('os_glance_importing_to_stores', ''))
        self.assert_cloned(self.boot_one(image_id), image_id)
        self.assertEqual(self.made + 2, self.copies(image_id))
