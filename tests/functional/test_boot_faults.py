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

"""Boots that cannot have a local copy, and what the operator is told."""

from __future__ import annotations

from lab import boot
from lab import clients
from lab import fixture
from lab import settings
from tests.contract import pools
from tests.faults import base


class BootFaultTestCase(base.FaultTestCase):

    def block_store(self, image_id: str) -> None:
        """Make every copy to dcn0 fail: Glance cannot create the image."""
        self.lab.sites['dcn0'].create_image('images', image_id, 1)

    def unblock_store(self, image_id: str) -> None:
        self.lab.sites['dcn0'].remove_image('images', image_id)

    def test_copy_that_something_is_in_the_way_of(self) -> None:
        image_id = self.make_image()
        self.block_store(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'store dcn0', 'a partial copy', 'in the way',
            'could not write to the store', 'failure',
            f'(rbd --id admin rm images/{image_id})')
        self.assertEqual(1, self.failed_copies(image_id))

    def test_copy_that_something_is_in_the_way_of_for_a_tenant(self) -> None:
        self.useFixture(fixture.GlanceConfigured(self.lab, settings.OPEN))
        image_id = self.make_image()
        self.block_store(image_id)
        disk = self.boot_one(image_id, glance={'auth_type': ''})
        self.assert_refused(
            disk, image_id, 'store dcn0', 'accepted the copy 3 times',
            'no RBD image of its id is left')
        self.assertEqual(3, self.failed_copies(image_id))

    def test_copy_that_hangs(self) -> None:
        image_id = self.make_image()
        with pools.Pools(self.lab).paused('central'):
            disk = self.boot_one(image_id, libvirt={
                'images_rbd_glance_copy_stall_timeout': '3'})
        self.assert_refused(
            disk, image_id, 'store dcn0', 'no sign of life for 3 s',
            'Glance lets a new import take over at')
        assert disk.error is not None
        self.assertIn('another copy of it is stuck', disk.error['message'])
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))

    def test_unknown_store(self) -> None:
        image_id = self.make_image()
        disk = self.boot_one(
            image_id, libvirt={'images_rbd_glance_store_name': 'dcn'})
        self.assert_refused(
            disk, image_id, 'no store of that name', 'central', 'dcn0',
            'images_rbd_glance_store_name')
        self.assertEqual({'central'}, self.stores(image_id))

    def test_tenant_without_the_right_to_copy(self) -> None:
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(show_locations=True)))
        image_id = self.make_image()
        disk = self.boot_one(image_id, glance={'auth_type': ''})
        self.assert_refused(disk, image_id, 'store dcn0', 'copy_image',
                            'service credential')
        self.assertEqual(boot.COW, self.boot_one(image_id).result)

    def test_flat_disk_only_when_chosen(self) -> None:
        image_id = self.make_image()
        self.block_store(image_id)
        options = {'images_rbd_glance_copy_attempts': '1',
                   'images_rbd_glance_copy_fallback': 'download'}
        disk = self.boot_one(image_id, libvirt=options)
        self.assertIsNone(disk.error)
        self.assertEqual(boot.FLAT, disk.result)

    def test_never_download_wins_over_the_fallback(self) -> None:
        image_id = self.make_image()
        self.block_store(image_id)
        options = {'images_rbd_glance_copy_attempts': '1',
                   'images_rbd_glance_copy_fallback': 'download'}
        disk = self.boot_one(
            image_id, libvirt=options,
            workarounds={'never_download_image_if_on_rbd': 'true'})
        self.assertEqual(boot.ERROR, disk.result)
        assert disk.error is not None
        self.assertEqual('ImageUnacceptable', disk.error['type'])

    def test_file_in_the_image_cache_does_not_make_a_disk_flat(self) -> None:
        image_id = self.make_image()
        self.block_store(image_id)
        flat = self.boot_one(image_id, libvirt={
            'images_rbd_glance_copy_attempts': '1',
            'images_rbd_glance_copy_fallback': 'download'})
        self.assertEqual(boot.FLAT, flat.result)
        self.unblock_store(image_id)

        cloned = self.boot_one(image_id)
        self.assertEqual(flat.host, cloned.host)
        self.assertEqual(f'images/{image_id}@snap', cloned.parent)

    def test_image_of_another_tenant(self) -> None:
        image_id = self.make_image(user='other', visibility='private')
        disk = self.boot_one(image_id)
        assert disk.error is not None
        self.assertEqual('ImageNotFound', disk.error['type'])
        self.assertEqual({'central'}, self.stores(image_id))

    def test_deadline_leaves_the_copy_going(self) -> None:
        image_id = self.make_image(128)
        disk = self.boot_one(
            image_id, libvirt={'images_rbd_glance_copy_timeout': '1'})
        self.assert_refused(disk, image_id, 'gave up after 1 s',
                            'images_rbd_glance_copy_timeout')
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))

    def test_copy_of_somebody_else_is_joined(self) -> None:
        image_id = self.make_image(64)
        clients.glance_for(self.lab.state, 'admin').images.image_import(
            image_id, 'copy-image', stores=['dcn0'], allow_failure=False)
        disk = self.boot_one(image_id)
        self.assertEqual(boot.COW, disk.result)
        self.assertEqual(1, self.copies(image_id))
