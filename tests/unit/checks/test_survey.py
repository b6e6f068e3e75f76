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

"""What workers say of themselves."""

from __future__ import annotations

from nova_rbd_multistore import info
from nova_rbd_multistore.checks import inspection
from nova_rbd_multistore.checks import survey
from nova_rbd_multistore.checks import worker
from tests import base as tests_base
from tests.unit.checks import base


class SurveyTestCase(base.CheckTestCase):

    def survey(self):
        one = self.topology
        return survey.Survey(one, {
            each.name: self.reach(each.url) for each in one.workers}, 2)

    def test_known_and_usable(self):
        self.fake.stop_worker(0)
        self.fake.worker(1).settings = base.fixture.Deployment(
            self.fake.deployment.stores, import_methods=('copy-image',))
        seen = self.survey()
        self.assertEqual(['glance-2', 'glance-3'], [
            facts.worker.name for facts in seen.known])
        self.assertEqual(['glance-3'], seen.usable)

    def test_what_waits_is_told_by_one_that_answers(self):
        image_id = self.left_over(0)
        seen = self.survey()
        self.fake.stop_worker(0)
        self.fake.stop_worker(1)
        error = self.assertRaises(
            base.bench.exception.GlanceUnavailable, self.at(0).methods)
        found = seen.down('glance-1', error)
        self.assertEqual([image_id], found.facts['staged'])
        # Nobody is left to tell.
        self.fake.stop_worker(2)
        self.assertEqual([], seen.down('glance-2', error).facts['staged'])
        self.assertEqual([], seen.down('glance-3', error).facts['staged'])

    def test_quota(self):
        self.fake.deployment.exhausted = info.STAGING
        facts = self.survey().known[0].row
        self.assertIn('0 of 0 MiB used', facts.detail)
        self.assertEqual(0, facts.facts['staging_quota_mib'])


class FactsTestCase(tests_base.TestCase):

    def facts(self, name, methods=('glance-direct',), stores=('a',),
              default='a', version=(2, 17)):
        return inspection.Facts(
            worker.Worker(name, f'http://{name}'), version,
            frozenset(methods), frozenset(stores), default, None)

    def compare(self, *facts, wanted=()):
        return [(one.code, one.workers) for one in inspection.compare(
            facts, frozenset(wanted))]

    def test_old_glance(self):
        one = self.facts('w', stores=(), default=None, version=None).row
        self.assertIn('API unknown', one.detail)
        self.assertIn('(one, without a name)', one.detail)

    def test_compare(self):
        self.assertEqual([], self.compare())
        self.assertEqual([], self.compare(self.facts('w')))
        self.assertEqual(
            [('method-disabled', ('w',)), ('store-missing', ('v',)),
             ('default-store-differs', ('v', 'w'))],
            self.compare(
                self.facts('v'), self.facts(
                    'w', (), ('a', 'b'), 'b')))
        self.assertEqual(
            [('store-missing', ('w',))],
            self.compare(self.facts('w'), wanted=['c']))
