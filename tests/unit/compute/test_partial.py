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

"""Looking for a partial copy in this compute's cluster."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import fixture
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import partial
from tests import fake_ceph
from tests import records
from tests.unit.compute import base

IMAGE = f'images/{records.IMAGE_ID}'
FSID = fixture.Store('dcn0').fsid


@ddt.ddt
class FindTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.use_service_credential(self.glance.nova)

    def find(self, store='dcn0'):
        found = partial.Finder(
            access.services(self.context))(records.IMAGE_ID, store)
        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)
        return found

    def volume(self, *snapshots):
        self.cluster.add('images', records.IMAGE_ID, *snapshots)
        return self.cluster.pools['images'][records.IMAGE_ID]

    def test_partial_copy(self):
        self.volume()
        found = self.find()

        self.assertTrue(found.deserted)
        for words in ('partial', IMAGE, FSID, '2026-01-01 12:00:00 UTC',
                      'no snapshot snap', 'open nowhere'):
            self.assertIn(words, found.what)
        for command in (f'(rbd --id admin snap ls {IMAGE})',
                        f'(rbd --id admin status {IMAGE})',
                        f'(rbd --id admin rm {IMAGE})'):
            self.assertIn(command, found.remedy)
        self.assertNotIn('snap rm', found.remedy)

    def test_complete_copy(self):
        self.volume('snap')
        found = self.find()

        self.assertIn('a complete copy', found.what)
        self.assertIn('the snapshot snap', found.what)
        commands = [f'(rbd --id admin children {IMAGE}@snap)',
                    f'(rbd --id admin status {IMAGE})',
                    f'(rbd --id admin snap unprotect {IMAGE}@snap)',
                    f'(rbd --id admin snap rm {IMAGE}@snap)',
                    f'(rbd --id admin rm {IMAGE})']
        places = list(map(found.remedy.index, commands))
        self.assertEqual(sorted(places), places)

    def test_complete_copy_whose_snapshot_was_not_protected_yet(self):
        self.volume('snap').protected.clear()

        self.assertNotIn('unprotect', self.find().remedy)

    def test_copy_that_somebody_writes_to(self):
        self.volume().watchers.append('192.0.2.7:0/123')
        found = self.find()

        self.assertFalse(found.deserted)
        self.assertIn('open at 192.0.2.7:0/123', found.what)

    def test_the_same_one_is_the_same(self):
        self.volume()

        self.assertEqual(self.find(), self.find())

    def test_another_one_of_the_name_is_not_the_same(self):
        self.volume()
        before = self.find()
        self.volume().id = '2'

        self.assertNotEqual(before, self.find())

    def test_name_is_quoted_for_a_shell(self):
        self.glance.deployment.stores[1] = fixture.Store('dcn0', 'im ages')
        self.cluster.pools['im ages'] = {
            records.IMAGE_ID: fake_ceph.Volume()}

        self.assertIn(f"(rbd --id admin rm 'im ages/{records.IMAGE_ID}')",
                      self.find().remedy)

    def test_nothing_there(self):
        self.assertIsNone(self.find())

    def test_no_step_hangs(self):
        self.find()

        self.assertEqual(
            {'rados_osd_op_timeout': '5', 'rados_mon_op_timeout': '5',
             'client_mount_timeout': '5'}, self.cluster.options)

    def test_store_in_another_cluster(self):
        self.cluster.add('images', records.IMAGE_ID)

        self.assertIsNone(self.find('central'))
        self.assertEqual(0, self.cluster.contexts)

    def test_store_that_glance_does_not_know(self):
        self.assertIsNone(self.find('dcn'))
        self.assertEqual(0, self.cluster.connections)

    def test_credential_of_no_administrator(self):
        self.flags('glance', auth_type=None)
        self.volume()

        self.assertIsNone(self.find())
        self.assertEqual(0, self.cluster.connections)
        self.assertEqual([], self.logged('WARNING'))

    def test_glance_that_does_not_answer(self):
        self.volume()
        self.glance.break_requests(fixture.Fault(), times=9)

        self.assertIsNone(self.find())

    @ddt.data('down', 'unreadable', 'no pool')
    def test_cluster_that_cannot_be_read(self, fault):
        self.volume()
        if fault == 'down':
            self.cluster.refusal = fake_ceph.RadosError('no monitor')
        elif fault == 'unreadable':
            self.cluster.unreadable.add('images')
        elif fault == 'no pool':
            del self.cluster.pools['images']

        self.assertIsNone(self.find())
        for level in ('WARNING', 'ERROR'):
            self.assertEqual([], self.logged(level))
