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

"""The whole check, on workers that are set up well."""

from __future__ import annotations

import itertools
import threading

import ddt

from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import bench
from nova_rbd_multistore.checks import options
from nova_rbd_multistore.checks import row
from tests.unit.checks import base

ALL = list(itertools.permutations(base.NAMES, 2))
RING = [('glance-1', 'glance-2'), ('glance-2', 'glance-3'),
        ('glance-3', 'glance-1')]


@ddt.ddt
class CorrectTestCase(base.CheckTestCase):

    @ddt.unpack
    @ddt.named_data(('all', options.Pairs.ALL, ALL),
                    ('ring', options.Pairs.RING, RING))
    def test_pairs(self, pairs, expected):
        report = self.check(pairs=pairs, stores=frozenset({'dcn0', 'dcn1'}))
        self.assert_found(report)
        for check in (row.IMPORT, row.DELETE):
            rows = self.rows(report, check)
            self.assertEqual(sorted(expected), sorted(
                one.workers for one in rows))
            self.assertEqual(
                {(row.Verdict.OK, True)},
                {(one.verdict, one.facts['forwarded']) for one in rows})
        self.assertEqual(
            {('dcn0', 'dcn1')}, {tuple(one.facts['stores'])
                                 for one in self.rows(report, row.IMPORT)})

    def test_rows_are_in_the_same_order_each_time(self):
        report = self.check()
        expected = [
            *[(row.WORKER, (name,)) for name in base.NAMES],
            *[(row.SELF_URL, (name,)) for name in base.NAMES],
            *[(row.IMPORT, pair) for pair in ALL],
            *[(row.DELETE, pair) for pair in ALL],
            (row.BALANCER, base.NAMES),
            *[(row.CONVERSION, pair) for pair in RING]]
        self.assertEqual(expected, [
            (one.check, one.workers) for one in report.rows])
        self.assertCountEqual(self.told, report.rows)
        self.assertEqual('19 ok, 3 note', report.count)

    def test_facts(self):
        report = self.check()
        worker = report.rows[0]
        self.assertEqual(
            (self.fake.workers[0], '2.17', ['copy-image', 'glance-direct'],
             ['central', 'dcn0', 'dcn1'], 'central'),
            tuple(worker.facts[name] for name in (
                'url', 'api_version', 'import_methods', 'stores',
                'default_store')))
        self.assertEqual(
            list(self.fake.workers),
            [one.facts['self_url'] for one in self.rows(
                report, row.SELF_URL)])
        balancer, = self.rows(report, row.BALANCER)
        self.assertEqual((self.fake.url, 6), (
            balancer.facts['url'], balancer.facts['images']))

    def test_all_that_is_made_can_be_recognised(self):
        self.check()
        self.assertTrue(self.made())
        self.assertEqual([], [
            image for image in self.fake._database.images.values()
            if not image.name.startswith(f'{bench.TAG}-')
            or image.visibility != 'private'])

    def test_two_at_the_same_time(self):
        reports = []
        # The second one runs while the first one has all its images staged.
        self.before('post', '/import', lambda: reports.append(
            self.prepare(remove_left_overs=False).run()))
        first = self.check(parallel=1)
        self.assert_found(first)
        # It cannot know that those of the first are of no earlier run.
        self.assertEqual({'left-over'}, {
            one.code for one in reports[0].findings})
        self.assertEqual(3, len(reports[0].findings))

    def test_one_worker_alone(self):
        self.fake._network.hub[1:] = []
        report = self.check()
        self.assert_found(report)
        note, = self.rows(report, row.IMPORT)
        self.assertEqual(row.Verdict.NOTE, note.verdict)
        self.assertIn('nothing can be forwarded', note.detail)

    def test_no_load_balancer(self):
        self.via = None
        report = self.check()
        self.assert_found(report)
        self.assertEqual(
            [row.Verdict.NOT_TRIED],
            [one.verdict for one in self.rows(report, row.BALANCER)])


class ReadOnlyTestCase(base.CheckTestCase):

    def test_only_gets(self):
        image_id = self.left_over()
        before = len(self.fake.requests)
        report = self.check(read_only=True, remove_left_overs=True)
        self.assertEqual({'GET'}, {
            request.method for request in self.fake.requests[before:]})
        self.assertEqual({row.WORKER, row.LEFT_OVERS}, {
            one.check for one in report.rows})
        self.assertEqual(
            [('left-over', image_id)], [
                (one.code, one.facts['image']) for one in report.findings])


@ddt.ddt
class StopTestCase(base.CheckTestCase):

    # By number, requests to all workers: three images are staged at first,
    # and two for each pair but the first of a worker.
    @ddt.unpack
    @ddt.named_data(
        ('create', 'post', '/v2/images', 1),
        ('stage', 'put', '/stage', 2),
        ('identify', 'get', 'os_glance_stage_host', 2),
        ('import', 'post', '/import', 1),
        ('import_of_another', 'post', '/import', 4),
        ('watch', 'get', '/v2/images/', 1),
        ('read', 'get', '/file', 1),
        ('delete', 'delete', '/v2/images/', 2),
        ('load_balancer', 'post', '/import', 8),
        ('watch_load_balancer', 'get', '/file', 8),
        ('conversion', 'post', '/import', 14),
    )
    def test_removes_what_was_made(self, method, path, number):
        check = self.prepare(parallel=1)
        self.before(method, path, check.stop, number)
        report = check.run()
        self.assert_found(report)
        self.assertEqual([row.RUN], [one.check for one in report.rows[-1:]])
        self.assertTrue(self.made())

    def test_before_the_first_request(self):
        check = self.prepare()
        check.stop()
        report = check.run()
        self.assert_found(report)
        self.assertEqual([], self.made())

    def test_waits_for_an_import_that_runs(self):
        check = self.prepare(parallel=1)
        self.fake.deployment.pace = fixture.Pace(writing=30.0)
        self.before('get', '/v2/images/', check.stop)
        check.run()
        self.assert_clean()
        # A deleted image would leave in the store what is still written.
        self.assertEqual(set(), set().union(
            *(image.strays for image in self.made())))

    def test_from_another_thread(self):
        check = self.prepare()

        def stop():
            thread = threading.Thread(target=check.stop)
            thread.start()
            thread.join()

        self.before('post', '/import', stop, 2)
        check.run()
        self.assert_clean()
