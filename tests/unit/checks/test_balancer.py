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

"""Imports through the load balancer."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import row
from tests.unit.checks import base


@ddt.ddt
class BalancedTestCase(base.CheckTestCase):

    def setUp(self):
        super().setUp()
        # One that is not in the list of workers.
        self.other = self.fake.add_worker('http://other.invalid')

    @property
    def topology(self):
        one = super().topology
        return base.worker_mod.Topology(one.workers[:3], one.via)

    def test_worker_that_is_not_in_the_list(self):
        self.assert_found(self.check())

    def test_it_takes_the_data_for_its_own(self):
        self.via = self.other.url
        self.other.self_url = self.fake.workers[0]
        report = self.check()
        self.assert_found(report, 'load-balancer')
        found, = report.findings
        self.assertIn(self.other.url, found.detail)
        self.assertEqual(base.NAMES, found.workers)
        # Conversions do not go that way.
        self.assertEqual({row.Verdict.NOTE}, {
            one.verdict for one in self.rows(report, row.CONVERSION)})

    def test_it_has_the_method_disabled(self):
        self.via = self.other.url
        self.other.settings = fixture.Deployment(
            self.fake.deployment.stores, import_methods=())
        report = self.check()
        self.assert_found(report, 'load-balancer')
        self.assertIn('400', report.findings[0].detail)

    def test_nobody_answers(self):
        self.via = 'http://nowhere.invalid'
        report = self.check()
        self.assert_found(report, 'load-balancer')

    def test_other_data(self):
        def spoil():
            for image in self.made():
                if image.stores and not image.deleted:
                    image.data = b'other'

        self.before('get', '/file', spoil, 7)
        self.assert_found(self.check(parallel=1), 'load-balancer')

    def test_few_reasons_are_told(self):
        self.via = 'http://nowhere.invalid'
        detail = self.check().findings[0].detail
        self.assertEqual(3, detail.count('import image'))
        self.assertIn('and 3 more.', detail)
