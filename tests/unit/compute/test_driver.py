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

"""Images that are cached by request, and instances that want to come."""

from __future__ import annotations

import fixtures
from nova import exception as nova_exception
from nova.virt.libvirt import driver as theirs

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.compute import driver
from tests import fake_ceph
from tests.unit.compute import base
from tests.unit.compute import instances


class CacheImageTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.use_service_credential(self.glance.nova)
        self.downloads = []
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.libvirt.driver.LibvirtDriver.cache_image',
            self.download))

    def download(self, _driver, _context, image_id):
        self.downloads.append(image_id)
        return True

    def cache(self, image_id):
        # Its constructor wants a libvirt, caching does not.
        built = object.__new__(driver.LibvirtDriver)
        return built.cache_image(self.context, image_id)

    def stores(self, image_id):
        return set(self.glance.image(image_id).stores)

    def test_is_copied_to_our_store(self):
        image_id = self.image('central')

        self.assertIs(True, self.cache(image_id))
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual([], self.downloads)
        self.assertEqual({}, self.cluster.pools['vms'])

    def test_is_there_already(self):
        image_id = self.image('central')
        self.cache(image_id)
        asked = len(self.glance.requests)

        self.assertIs(False, self.cache(image_id))
        self.assertEqual(
            {'GET'}, {request.method
                      for request in self.glance.requests[asked:]})

    def test_store_that_lacks_the_snapshot_is_an_error(self):
        image_id = self.glance.add_image(('central', 'dcn0'))

        exc = self.assertRaises(
            exception.CopyUnusable, self.cache, image_id)
        self.assertIn(image_id, str(exc))
        self.assertIn('no such snapshot', self.logged('WARNING')[0])
        self.assertEqual([], self.downloads)

    def test_says_why_there_is_no_copy(self):
        image_id = self.image('central')
        self.flags('libvirt', images_rbd_glance_store_name='nowhere')

        exc = self.assertRaises(
            exception.Misconfigured, self.cache, image_id)
        self.assertIn('nowhere', str(exc))

    def test_failed_copy_is_no_reason_to_download(self):
        image_id = self.image('central')
        self.flags('libvirt', images_rbd_glance_store_name='nowhere',
                   images_rbd_glance_copy_fallback='download')

        self.assertRaises(exception.Misconfigured, self.cache, image_id)
        self.assertEqual([], self.downloads)

    def test_what_is_not_raw_is_downloaded_as_for_a_boot(self):
        image_id = self.image('central', disk_format='qcow2')

        self.assertIs(True, self.cache(image_id))
        self.assertEqual([image_id], self.downloads)
        self.assertEqual({'central'}, self.stores(image_id))

    def test_never_download_covers_caching(self):
        image_id = self.image('central', disk_format='qcow2')
        self.flags('workarounds', never_download_image_if_on_rbd=True)

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.cache, image_id)
        self.assertEqual([], self.downloads)

    def test_without_a_store_it_is_as_upstream(self):
        image_id = self.image('central')
        self.flags('libvirt', images_rbd_glance_store_name='')

        self.cache(image_id)
        self.assertEqual([image_id], self.downloads)

    def test_other_types_of_disks_are_upstreams(self):
        image_id = self.image('central')
        self.flags('libvirt', images_type='qcow2')

        self.cache(image_id)
        self.assertEqual([image_id], self.downloads)
        self.assertEqual([], self.glance.requests)

    def test_credential_that_is_not_valid(self):
        image_id = self.image('central')
        self.glance.expire_token(self.glance.nova)

        self.assertRaises(exception.CopyNotPermitted, self.cache, image_id)

    def test_glance_that_does_not_answer(self):
        image_id = self.image('central')
        self.glance.break_requests(fixture.Fault(), times=100)

        self.assertRaises(
            nova_exception.GlanceConnectionFailed, self.cache, image_id)

    def test_cluster_that_does_not_answer(self):
        image_id = self.image('central', 'dcn0')
        self.cluster.refusal = fake_ceph.TimedOut('[errno 110] connecting')

        self.assertRaises(
            nova_exception.InternalError, self.cache, image_id)
        self.assertIn('[errno 110] connecting. It does not answer in time',
                      self.logged('ERROR')[0])
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))

    def test_image_of_another_project(self):
        image_id = self.image(
            'central', visibility='private', owner=self.glance.other)

        self.assertRaises(
            nova_exception.ImageNotFound, self.cache, image_id)


class MovesTestCase(instances.InstanceTestCase):

    def setUp(self):
        super().setUp()
        self.patch(theirs.LibvirtDriver, 'instance_on_disk',
                   lambda _self, instance: instance is self.instance)
        self.patch(theirs.LibvirtDriver, 'check_can_live_migrate_destination',
                   lambda _self, *args, **kwargs: (args, kwargs))
        self.driver = object.__new__(driver.LibvirtDriver)

    def live_migrate(self):
        return self.driver.check_can_live_migrate_destination(
            self.context, self.instance, 'source', 'here',
            block_migration=True)

    def evacuate(self):
        return self.driver.instance_on_disk(self.instance)

    def test_live_migration_within_a_cluster_is_novas(self):
        self.cluster.add('vms', instances.DISK)

        self.assertEqual(
            ((self.context, self.instance, 'source', 'here'),
             {'block_migration': True}), self.live_migrate())

    def test_live_migration_from_another_cluster(self):
        exc = self.assertRaises(
            nova_exception.MigrationPreCheckError, self.live_migrate)
        self.assertIn('is not in the storage cluster', str(exc))

    def test_evacuation_within_a_cluster_is_novas(self):
        self.cluster.add('vms', instances.DISK)

        self.assertIs(True, self.evacuate())

    def test_evacuation_from_another_cluster(self):
        exc = self.assertRaises(
            nova_exception.InstanceFaultRollback, self.evacuate)
        self.assertIsInstance(
            exc.inner_exception, nova_exception.BuildAbortException)
        self.assertIn('is not in the storage cluster',
                      str(exc.inner_exception))
