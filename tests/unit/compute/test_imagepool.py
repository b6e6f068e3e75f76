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

from __future__ import annotations

import dataclasses

from nova import exception as nova_exception
from nova import objects

from nova_rbd_multistore import fixture
from nova_rbd_multistore.compute import imagebackend
from tests.unit.compute import base

INSTANCE = '6f0e8f4b-3c0e-4b46-8d67-0b6d1b4d7c11'


@dataclasses.dataclass(frozen=True)
class OtherPool(fixture.Store):
    """A store in another pool of its cluster than usual."""

    def details(self):
        details = super().details()
        details['properties']['pool'] = 'glance'
        return details


class PoolTestCase(base.ComputeTestCase):
    """In which pool Nova makes the image of a snapshot."""

    def setUp(self):
        super().setUp()
        self.use_service_credential(self.glance.nova)
        self.cluster.add('vms', f'{INSTANCE}_disk')
        self.image_id = self.glance.add_image(['central', 'dcn0'])

    def pool(self):
        disk = imagebackend.Rbd(
            objects.Instance(uuid=INSTANCE), 'disk',
            disk_info_mapping={'bus': 'virtio', 'dev': 'vda', 'type': 'disk'})
        return disk._get_parent_pool(
            self.context, self.image_id, self.cluster.fsid)

    def no_pool(self):
        self.assertRaises(nova_exception.ImageUnacceptable, self.pool)

    def put_store_in_other_pool(self, name):
        stores = self.glance.deployment.stores
        stores[[store.name for store in stores].index(name)] = OtherPool(name)

    def test_that_of_the_disks_parent_without_a_request(self):
        self.cluster.pools['vms'][f'{INSTANCE}_disk'].parent = (
            'parents', self.image_id, 'snap')

        self.assertEqual('parents', self.pool())
        self.assertEqual([], self.glance.requests)

    def test_that_of_our_store_for_a_flat_disk(self):
        self.put_store_in_other_pool('dcn0')

        self.assertEqual('glance', self.pool())

    def test_that_of_our_store_when_the_image_is_gone(self):
        self.glance.delete(self.image_id)

        self.assertEqual('images', self.pool())

    def test_that_of_our_store_with_the_role_service(self):
        self.put_store_in_other_pool('dcn0')
        self.image_id = self.glance.add_image(
            ['central', 'dcn0'], visibility='community')
        self.use_service_credential(self.glance.service)

        self.assertEqual('glance', self.pool())

    def test_that_of_the_images_copy_that_the_tenant_is_shown(self):
        self.put_store_in_other_pool('dcn0')
        self.flags('libvirt', images_rbd_glance_credential='user')
        self.glance.deployment.show_locations = True

        self.assertEqual('images', self.pool())

    def test_none_when_locations_are_hidden(self):
        self.flags('libvirt', images_rbd_glance_credential='user')

        self.no_pool()

    def test_none_when_the_store_is_in_another_cluster(self):
        self.flags('libvirt', images_rbd_glance_store_name='central')
        self.image_id = self.glance.add_image(['central'])

        self.no_pool()

    def test_none_when_glance_does_not_answer(self):
        self.glance.break_requests(fixture.Fault(status=503), times=99)

        self.no_pool()

    def test_without_a_store_of_ours(self):
        self.flags('libvirt', images_rbd_glance_store_name='')

        self.assertEqual('images', self.pool())
