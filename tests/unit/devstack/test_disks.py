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

"""Disks and their parents."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification.judging import disks
from nova_rbd_multistore import image as image_mod
from tests import base
from tests.unit.devstack import samples

URL = f'rbd://{samples.FSID}/images/{samples.IMAGE}/snap'
AT_CENTRAL = image_mod.Location('file:///data/x', 'central')
LOCAL = image_mod.Location(URL, 'dcn0')
EXPECTED = image_mod.RbdSnapshot.parse(URL)


class DisksTestCase(base.TestCase):

    def test_the_local_location(self):
        self.assertEqual(EXPECTED, disks.local(
            (AT_CENTRAL, LOCAL), 'dcn0', samples.FSID))

    def test_no_local_location(self):
        for locations in ((), (AT_CENTRAL,), (
                image_mod.Location('file:///x', 'dcn0'),)):
            self.assertRaises(check.Failed, disks.local, locations, 'dcn0',
                              samples.FSID)

    def test_a_location_in_another_cluster(self):
        failed = self.assertRaises(
            check.Failed, disks.local, (LOCAL,), 'dcn0', samples.OTHER_FSID)

        self.assertIn(samples.FSID, failed.reason)
        self.assertIn(samples.OTHER_FSID, failed.reason)

    def test_a_clone(self):
        self.assertEqual(f'images/{samples.IMAGE}@snap', disks.clone(
            'x_disk', disks.Parent('images', samples.IMAGE, 'snap'),
            EXPECTED))

    def test_a_flat_disk(self):
        failed = self.assertRaises(
            check.Failed, disks.clone, 'x_disk', None, EXPECTED)

        self.assertIn('x_disk is flat', failed.reason)

    def test_a_clone_of_something_else(self):
        for other in (disks.Parent('images', 'another', 'snap'),
                      disks.Parent('vms', samples.IMAGE, 'snap')):
            failed = self.assertRaises(
                check.Failed, disks.clone, 'x_disk', other, EXPECTED)
            self.assertIn(f'a clone of {other}, not of', failed.reason)
