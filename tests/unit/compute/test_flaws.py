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

"""Locations that cannot be used, and what the operator is told."""

from __future__ import annotations

import shlex

import ddt
import hypothesis
from nova import exception as nova_exception
from nova.storage import rbd_utils

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.compute import flaws
from nova_rbd_multistore.compute import rbd
from tests import base
from tests.unit.compute import base as unit_base
from tests.unit.compute import test_imagebackend
from tests.unit.compute import test_rbd

OURS = fixture.Store('dcn0').fsid
CENTRAL = fixture.Store('central').fsid
IMAGE_ID = 'e3e70682-c209-4cac-a29f-6fbed82c07cd'
SNAPSHOT = image_mod.RbdSnapshot(OURS, 'images', IMAGE_ID, 'snap')


class FlawsTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.flaws = flaws.Flaws(IMAGE_ID)

    def test_nothing_is_known_against_what_was_not_looked_at(self):
        self.flaws.warn()

        self.assertIsNone(self.flaws.explain('dcn0'))
        self.assertEqual([], self.logged('WARNING'))

    def test_each_is_told_once(self):
        self.flaws.missing('snapshot', SNAPSHOT, 'dcn0')
        self.flaws.warn()
        self.flaws.missing('snapshot', SNAPSHOT, 'dcn0')
        self.flaws.warn()
        self.flaws.unprotected(SNAPSHOT, 'dcn0')
        self.flaws.warn()

        first, second = self.logged('WARNING')
        self.assertIn('Passing over 1 of the locations of image', first)
        self.assertIn('no such snapshot', first)
        self.assertIn('not protected', second)

    def test_one_of_a_store_without_a_name_may_be_ours(self):
        self.flaws.missing('pool', SNAPSHOT, None)

        told = self.flaws.explain('dcn0')
        self.assertIn('stores-delete --store STORE', str(told))

    def test_what_was_a_copy_comes_first(self):
        self.flaws.refused(exception.InvalidLocation('x', 'no'), 'dcn0')
        self.flaws.unprotected(SNAPSHOT, 'dcn0')
        self.flaws.warn()

        self.assertIn('not protected', self.logged('WARNING')[0])
        self.assertIn('not protected', str(self.flaws.explain('dcn0')))

    def test_one_of_another_store_explains_nothing(self):
        self.flaws.missing('pool', SNAPSHOT, 'dcn1')

        self.assertIsNone(self.flaws.explain('dcn0'))


class HostileFlawsTestCase(unit_base.ComputeTestCase):

    @hypothesis.given(test_rbd.LOCATIONS)
    def test_what_is_told_is_one_line_that_a_log_can_take(self, locations):
        found = flaws.Flaws(IMAGE_ID)
        with rbd.Cluster(rbd_utils.RBDDriver(), found) as cluster:
            for parent in cluster.parents(test_rbd.IMAGE, locations, 'dcn0'):
                self.assertFalse(cluster.clone(parent, 'disk'))
        told = found.explain('dcn0')
        if told is not None:
            self.assertTrue(str(told).isprintable(), str(told))
            self.assertLess(len(str(told)), 6000)


@ddt.ddt
class UnusableCopyTestCase(test_imagebackend.BackendTestCase):
    """Glance lists a copy in our store that cannot be cloned."""

    def refused(self, image_id):
        """Return what the operator is told."""
        exc = self.assertRaises(
            nova_exception.BuildAbortException, self.clone, image_id)
        self.assertIn('its copy there is damaged', str(exc))
        for internal in ('dcn0', 'images/', OURS):
            self.assertNotIn(internal, str(exc))
        self.assertIsNone(self.parent)
        self.assertEqual([], self.copies())
        self.assertEqual(1, len(self.logged('WARNING')))
        told, = self.logged('ERROR')
        self.assertIn(f'Image {image_id} cannot be copied to store dcn0: '
                      f'Glance lists it there already, but ', told)
        return told

    def test_snapshot_is_missing(self):
        image_id = self.image('central', 'dcn0')
        self.cluster.pools['images'][image_id].snapshots.clear()
        told = self.refused(image_id)

        self.assertIn(f'there is no such snapshot: images/{image_id}@snap in '
                      f'cluster {OURS}', told)
        self.assertTrue(told.endswith(
            f'glance stores-delete --store dcn0 {image_id}'), told)

    def test_pool_is_missing(self):
        image_id = self.image('central', 'dcn0')
        del self.cluster.pools['images']

        told = self.refused(image_id)
        self.assertIn('no such pool', told)
        self.assertIn('Create the pool, then have Glance forget', told)

    def test_snapshot_is_not_protected(self):
        image_id = self.image('central', 'dcn0')
        self.cluster.pools['images'][image_id].protected.clear()

        self.assertIn(f'rbd snap protect images/{image_id}@snap',
                      self.refused(image_id))

    def test_client_may_not_read_it(self):
        image_id = self.image('central', 'dcn0')
        self.cluster.unreadable.add('images')

        self.assertIn('client nova may not read', self.refused(image_id))

    def test_it_is_the_disk_of_an_instance(self):
        image_id = self.image('central', 'dcn0')
        self.place('dcn0', f'rbd://{OURS}/vms/somebody_disk/snap')
        told = self.refused(image_id)

        self.assertIn('in the pool of instance disks', told)
        self.assertIn('Glance deletes the data', told)

    @ddt.data('$(reboot)', '; reboot', "'", '`reboot`')
    def test_no_name_escapes_from_a_command(self, name):
        image_id = self.image('central', 'dcn0')
        escaped = ''.join(f'%{ord(char):02X}' for char in name)
        self.place('dcn0', f'rbd://{OURS}/images/{escaped}/snap')
        self.cluster.add('images', name, 'snap')
        self.cluster.pools['images'][name].protected.clear()
        command = self.refused(image_id).rpartition('Protect it: ')[2]

        self.assertEqual(
            ['rbd', 'snap', 'protect', f'images/{name}@snap'],
            shlex.split(command))

    def test_other_stores_copy_is_not_ours(self):
        image_id = self.image('central', 'dcn0', 'dcn1')
        self.place('dcn1', f'rbd://{OURS}/images/{{}}/nothing')
        self.place('dcn0', f'rbd://{CENTRAL}/images/{{}}/snap')

        self.assertRaises(
            nova_exception.BuildAbortException, self.clone, image_id)
        self.assertIn('Check that the store is in the cluster',
                      self.logged('ERROR')[0])
