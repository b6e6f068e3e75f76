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

"""Glance's stores and those of a compute."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification.judging import stores
from tests import base
from tests.unit.devstack import samples

CENTRAL = stores.Store('central', 'file', True)
LOCAL = stores.Store('dcn0', 'rbd', False, samples.FSID)
OTHER = stores.Store('dcn1', 'rbd', False, samples.OTHER_FSID)
ALL = (CENTRAL, LOCAL, OTHER)


class StoresTestCase(base.TestCase):

    def test_from_glance(self):
        body = {'stores': [
            {'id': 'central', 'type': 'file', 'default': 'true',
             'properties': {'data_dir': '/opt/stack/data/glance/central/'}},
            {'id': 'dcn0', 'type': 'rbd', 'properties': {
                'fsid': samples.FSID.upper(), 'pool': 'images'}}]}

        self.assertEqual((CENTRAL, LOCAL), stores.stores_from_glance(body))

    def test_the_default_is_a_file_store(self):
        self.assertEqual(CENTRAL, stores.central(ALL))
        for wrong in ((LOCAL,), (stores.Store('dcn0', 'rbd', True),), ()):
            failed = self.assertRaises(check.Failed, stores.central, wrong)
            self.assertIn('default_backend', failed.remedy)

    def test_the_store_of_the_compute(self):
        self.assertEqual(LOCAL, stores.local(ALL, 'dcn0', 'dcn0',
                                             samples.FSID))

    def test_a_wrong_name_is_told_with_the_right_one(self):
        failed = self.assertRaises(
            check.Failed, stores.local, ALL, 'dcn9', 'dcn9', samples.FSID)

        self.assertIn('store dcn9, which Glance does not have',
                      failed.reason)
        self.assertIn('in the cluster of the compute dcn0', failed.reason)
        self.assertIn('to dcn0 and restart', failed.remedy)

    def test_a_store_elsewhere_is_told_with_the_right_one(self):
        for name in ('dcn1', 'central'):
            failed = self.assertRaises(
                check.Failed, stores.local, ALL, name, name, samples.FSID)
            self.assertIn(f'copies to store {name}', failed.reason)
            self.assertIn('to dcn0', failed.remedy)

    def test_none_in_the_cluster_of_the_compute(self):
        failed = self.assertRaises(
            check.Failed, stores.local, (CENTRAL, OTHER), 'dcn1', 'dcn1',
            samples.FSID)

        self.assertIn('no store', failed.reason)
        self.assertIn(samples.FSID, failed.remedy)

    def test_a_process_that_was_not_restarted(self):
        failed = self.assertRaises(
            check.Failed, stores.local, ALL, 'dcn0', 'dcn9', samples.FSID)

        self.assertIn('dcn9 now', failed.reason)
        self.assertIn('Restart', failed.remedy)

    def test_the_other_cluster(self):
        self.assertEqual(OTHER, stores.other(ALL, samples.FSID, None))
        self.assertEqual(OTHER, stores.other(ALL, samples.FSID, 'dcn1'))

    def test_why_there_is_no_other_cluster(self):
        for known, wanted in ((ALL[:2], None), (ALL, 'dcn0'), (ALL, 'dcn2')):
            self.assertIn('in another cluster', str(
                stores.other(known, samples.FSID, wanted)))
