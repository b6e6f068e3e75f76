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

"""Whether an instance may come to this host."""

from __future__ import annotations

from nova_rbd_multistore import fixture
from nova_rbd_multistore.compute import guards
from tests import fake_ceph
from tests.unit.compute import instances

OURS = fixture.Store('dcn0').fsid


class RefusalTestCase(instances.InstanceTestCase):

    def refusal(self):
        return guards.refusal(self.context, self.instance)

    def test_disk_is_in_this_cluster(self):
        self.cluster.add('vms', instances.DISK)

        self.assertIsNone(self.refusal())
        self.assertEqual(1, self.cluster.connections)
        self.assertEqual([], self.logged('WARNING'))

    def test_disk_is_in_another_cluster(self):
        self.ceph['central'].add('vms', instances.DISK)

        self.assertEqual(
            'the root disk of the instance is not in the storage cluster of '
            'that host', self.refusal())
        line, = self.logged('WARNING')
        self.assertIn(f'{instances.DISK} is not in pool vms of cluster {OURS}',
                      line)
        self.assertEqual((1, 0), (
            self.cluster.connections, self.cluster.connected))

    def test_disk_is_in_another_pool(self):
        self.cluster.add('images', instances.DISK)

        self.assertIn('is not in', self.refusal())

    def test_disks_of_other_kinds_do_not_count(self):
        self.cluster.add('vms', f'{instances.DISK}.config')

        self.assertIn('is not in', self.refusal())

    def test_cluster_that_cannot_be_reached_is_not_without_the_disk(self):
        self.cluster.add('vms', instances.DISK)
        self.cluster.refusal = fake_ceph.TimedOut('[errno 110] connecting')

        self.assertIn('cannot be told', self.refusal())
        line, = self.logged('ERROR')
        self.assertIn('It does not answer in time', line)

    def test_disk_that_cannot_be_opened_may_be_there(self):
        self.cluster.add('vms', instances.DISK)
        self.cluster.silent = True

        self.assertIn('cannot be told', self.refusal())
        self.assertEqual([], self.logged('WARNING'))

    def test_pool_that_is_not_there_is_an_error_of_this_host(self):
        del self.cluster.pools['vms']

        self.assertIn('cannot be told', self.refusal())

    def test_instance_on_a_volume_may_come(self):
        self.root = 'volume'

        self.assertIsNone(self.refusal())
        self.assertEqual(0, self.cluster.connections)

    def test_other_types_of_disks_are_novas_business(self):
        self.flags('libvirt', images_type='qcow2')

        self.assertIsNone(self.refusal())
        self.assertEqual(0, self.cluster.connections)
