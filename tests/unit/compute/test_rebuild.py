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

"""Images of rebuilds, and instances that are not rebuilt."""

from __future__ import annotations

from nova import exception as nova_exception
from nova import objects
from nova.compute import utils as compute_utils

from nova_rbd_multistore import exception
from nova_rbd_multistore.compute import deletion
from nova_rbd_multistore.compute import rebuild
from tests import fake_ceph
from tests.unit.compute import instances


class RootDiskTestCase(instances.InstanceTestCase):

    def replaces(self, bdms=None):
        return rebuild.replaces_root_disk(self.context, self.instance, bdms)

    def test_disk_of_an_image_is_made_again(self):
        self.assertTrue(self.replaces())
        self.assertTrue(self.replaces(self.bdms()))

    def test_volume_is_cinders_business(self):
        self.root = 'volume'

        self.assertFalse(self.replaces())
        self.assertFalse(self.replaces(self.bdms()))

    def test_other_types_of_disks_are_novas_business(self):
        self.flags('libvirt', images_type='qcow2')

        self.assertFalse(self.replaces())


class PlaceImageTestCase(instances.InstanceTestCase):

    def setUp(self):
        super().setUp()
        self.use_service_credential(self.glance.nova)

    def place(self, image_id):
        rebuild.Rebuild(self.instance, image_id, 'old', {}).place_image(
            self.context)

    def stores(self, image_id):
        return set(self.glance.image(image_id).stores)

    def test_gets_to_our_store(self):
        image_id = self.image('central')

        self.place(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual({}, self.cluster.pools['vms'])

    def test_that_is_there_costs_no_copy(self):
        self.place(self.image('central', 'dcn0'))

        self.assertEqual(
            {'GET'}, {request.method for request in self.glance.requests})

    def test_failed_copy_tells_the_tenant_in_one_sentence(self):
        image_id = self.image('central')
        self.flags('libvirt', images_rbd_glance_store_name='nowhere')

        exc = self.assertRaises(
            nova_exception.BuildAbortException, self.place, image_id)
        self.assertEqual(
            f'Build of instance {instances.UUID} aborted: Image {image_id} is '
            f'not available at the site of this instance: the site is not set '
            f'up for copies of images.', str(exc))
        self.assertIn('nowhere', self.logged('ERROR')[0])

    def test_download_that_was_chosen_is_left_to_nova(self):
        image_id = self.image('central')
        self.flags('libvirt', images_rbd_glance_store_name='nowhere',
                   images_rbd_glance_copy_fallback='download')

        self.place(image_id)
        self.assertIn('Leaving it to Nova', self.logged('WARNING')[0])

    def test_what_is_not_raw_is_left_to_nova(self):
        image_id = self.image('central', disk_format='qcow2')

        self.place(image_id)
        self.assertEqual({'central'}, self.stores(image_id))

    def test_download_that_never_happens_is_an_error(self):
        self.flags('workarounds', never_download_image_if_on_rbd=True)

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.place,
            self.image('central', disk_format='qcow2'))

    def test_image_that_the_tenant_does_not_see(self):
        self.assertRaises(
            nova_exception.ImageNotFound, self.place, self.image(
                'central', visibility='private', owner=self.glance.other))

    def test_cluster_that_does_not_answer(self):
        image_id = self.image('central', 'dcn0')
        self.cluster.refusal = fake_ceph.TimedOut('[errno 110] connecting')

        self.assertRaises(
            nova_exception.InternalError, self.place, image_id)

    def test_ends_when_the_instance_is_deleted(self):
        image_id = self.image('central')
        self.patch(deletion, 'requested',
                   lambda _context, uuid: uuid == instances.UUID)

        self.assertRaises(exception.Cancelled, self.place, image_id)


class RefuseTestCase(instances.InstanceTestCase):

    OLD = {'image_base_image_ref': 'old', 'image_os_type': 'linux',
           'image_hw_machine_type': 'q35', 'image_kernel_id': 'k',
           'boot_roles': 'member'}

    def setUp(self):
        super().setUp()
        self.faults = []
        self.patch(
            compute_utils, 'add_instance_fault_from_exc', self.add_fault)
        self.instance.update({
            'image_ref': 'new', 'task_state': 'rebuilding', 'os_type': None,
            'architecture': 'aarch64', 'vm_mode': None, 'kernel_id': '',
            'ramdisk_id': 'r', 'system_metadata': {
                'image_base_image_ref': 'new', 'image_hw_disk_bus': 'scsi',
                'boot_roles': 'member', 'added': 'since'}})

    def add_fault(self, _context, instance, fault, exc_info):
        self.faults.append((instance.uuid, fault, exc_info[0]))

    def refuse(self):
        self.why = nova_exception.ImageNotFound(image_id='new')
        rebuild.Rebuild(self.instance, 'new', 'old', self.OLD).refuse(
            self.context, self.why)

    def test_instance_has_its_old_image(self):
        self.refuse()

        self.assertEqual('old', self.instance.image_ref)
        self.assertEqual(
            {**self.OLD, 'added': 'since'}, self.instance.system_metadata)
        self.assertEqual(
            ('linux', None, None, 'k', ''),
            tuple(self.instance[name] for name in (
                'os_type', 'architecture', 'vm_mode', 'kernel_id',
                'ramdisk_id')))

    def test_instance_is_in_no_task_and_in_its_old_state(self):
        self.refuse()

        self.assertEqual(('active', None), (
            self.instance.vm_state, self.instance.task_state))
        self.assertEqual([['rebuilding']], self.saved)

    def test_says_why(self):
        self.refuse()

        self.assertEqual([(instances.UUID, self.why, type(self.why))],
                         self.faults)
        line, = self.logged('WARNING')
        self.assertIn('Image new could not be found', line)

    def test_instance_that_is_deleted_meanwhile(self):
        def save(_self, expected_task_state):
            raise nova_exception.UnexpectedDeletingTaskStateError(
                instance_uuid=instances.UUID, expected={}, actual={})

        self.patch(objects.Instance, 'save', save)

        self.refuse()
        self.assertEqual([], self.faults)
