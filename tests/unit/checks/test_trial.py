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

"""Imports that fail, never end, or end with other data."""

from __future__ import annotations

import dataclasses
import hashlib

import ddt

from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import exception
from nova_rbd_multistore.checks import material
from nova_rbd_multistore.checks import options
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import trial
from tests.unit.checks import base

RING = options.Pairs.RING


@ddt.ddt
class ImportTestCase(base.CheckTestCase):

    def test_import_that_fails(self):
        self.before('post', '/import', lambda: self.fake.fail_next(
            fixture.Failure.WRITE))
        report = self.check(parallel=1, pairs=RING)
        self.assert_found(report, 'import-failed')
        found, = report.findings
        self.assertEqual(('glance-1', 'glance-2'), found.workers)
        self.assertIn('the task says "Task failed due to Internal Error"',
                      found.detail)
        self.assertIn(found.facts['request'], found.detail)

    def test_task_that_is_not_shown(self):
        self.fake.deployment.show_tasks = False
        self.before('post', '/import', lambda: self.fake.fail_next(
            fixture.Failure.WRITE))
        report = self.check(parallel=1, pairs=RING)
        self.assert_found(report, 'import-failed')
        self.assertIn('its status is importing', report.findings[0].detail)

    def test_import_without_end(self):
        self.fake.deployment.pace = fixture.Pace(writing=50.0)
        report = self.check(parallel=1, pairs=RING, timeout=10.0)
        self.assert_found(report, *['import-failed'] * 3)
        self.assertIn('it had not ended after 10 s',
                      report.findings[0].detail)

    def test_quota_of_the_import(self):
        self.before('post', '/import', lambda: setattr(
            self.fake.deployment, 'exhausted', 'image_size_total'))
        self.fake.add_image(size=1 << 30, owner=self.fake.tenant)
        report = self.check(parallel=1, pairs=RING)
        self.assertLessEqual({one.code for one in report.findings},
                             {'quota', 'import-failed'})
        self.assertNotEqual((), report.findings)
        self.assert_clean()

    def spoil(self, **changes):
        """Change the image that is read next."""
        image = [one for one in self.made() if one.stores][-1]
        for name, value in changes.items():
            setattr(image, name, value)

    def test_other_data(self):
        self.before('get', '/file', lambda: self.spoil(data=b'other'))
        report = self.check(parallel=1, pairs=RING)
        self.assert_found(report, 'data-differ')
        found, = report.findings
        self.assertEqual(('glance-1', 'glance-2'), found.workers)
        self.assertEqual('glance-3', found.facts['through'])
        self.assertIn('5 bytes with the sha512', found.detail)

    def test_data_that_cannot_be_read(self):
        for status in (404, 500):
            self.before('get', '/file', lambda status=status: (
                self.fake.break_requests(fixture.Fault(
                    status, 'No data.', method='GET'))))
            report = self.check(parallel=1, pairs=RING)
            self.assert_found(report, 'data-differ')
            self.assertIn('No data', report.findings[0].detail)
            self.hooks.clear()

    def test_glance_has_stored_something_else(self):
        pair = trial.Pair('glance-1', 'glance-2', None)
        bench = self.bench()
        trials = trial.Trials(bench, self.options())
        specimen = bench.stage('glance-1', material.RawData(1))
        trials.imported(pair, specimen)
        self.spoil(data=b'other')
        found = trials.compared(
            pair, specimen, bench.at('glance-1').image(specimen.image_id))
        self.assertEqual('data-differ', found.code)
        self.assertEqual([], list(bench.sweep()))

    @ddt.data('sha256', 'sha1', None)
    def test_another_algorithm(self, algorithm):
        bench = self.bench()
        specimen = bench.stage('glance-1', material.RawData(1))
        bench.at('glance-1').import_staged(specimen.image_id)
        image = bench.wait(specimen, frozenset(), 60.0)
        data = self.fake.image(specimen.image_id).data
        image = dataclasses.replace(
            image, hash_algo=algorithm, hash_value=hashlib.new(
                algorithm or 'sha512', data).hexdigest())
        self.assertIsNone(trial.Trials(bench, self.options()).compared(
            trial.Pair('glance-1', 'glance-2', None), specimen, image))

    def test_algorithm_that_nobody_knows(self):
        bench = self.bench()
        specimen = bench.stage('glance-1', material.RawData(1))
        bench.at('glance-1').import_staged(specimen.image_id)
        image = dataclasses.replace(
            bench.wait(specimen, frozenset(), 60.0), hash_algo='sha1000')
        found = trial.Trials(bench, self.options()).compared(
            trial.Pair('glance-1', 'glance-2', None), specimen, image)
        self.assertEqual('data-differ', found.code)
        self.assertIn('sha1000', found.detail)

    def test_two_workers_read_through_the_one_that_was_asked(self):
        self.fake._network.hub[2:] = []
        report = self.check()
        self.assert_found(report)
        self.assertEqual(2, len(self.rows(report, row.IMPORT)))


class DeleteTestCase(base.CheckTestCase):

    def deleted(self, **worker):
        for name, value in worker.items():
            setattr(self.fake.worker(0), name, value)
        bench = self.bench()
        trials = trial.Trials(bench, self.options())
        specimen = bench.stage('glance-1', material.RawData(1))
        return trials.deleted(
            trial.Pair('glance-1', 'glance-2', None), specimen)

    def test_deleted_by_the_one_that_was_asked(self):
        found = self.deleted(self_url=None)
        self.assertEqual('delete-failed', found.code)
        self.assertIn('glance-2 deleted it itself', found.detail)

    def test_still_there(self):
        self.before('get', '/v2/images/', lambda: setattr(
            self.made()[0], 'deleted', False))
        found = self.deleted()
        self.assertEqual('delete-failed', found.code)
        self.assertIn('still shown by glance-1 and glance-3', found.detail)

    def test_not_reached(self):
        found = self.deleted(self_url='http://nowhere.invalid')
        self.assertEqual('delete-failed', found.code)
        self.assertIn('500', found.detail)


class NotForwardedTestCase(base.CheckTestCase):

    def test_url_that_has_changed_meanwhile(self):
        # The other one takes the URL for its own from now on.
        self.before('post', '/import', lambda: setattr(
            self.fake.worker(1), 'self_url', self.fake.workers[0]))
        report = self.check(parallel=1, pairs=RING)
        found = next(one for one in report.findings
                     if one.code == 'import-not-forwarded')
        self.assertIn('glance-2 did not forward', found.detail)


class ExceptionTestCase(base.base.TestCase):

    def test_texts(self):
        self.assertEqual(
            'The import of image x: it had not ended after 3 s',
            str(exception.ImportTimedOut('x', 3.2)))
        self.assertEqual('The import of image x failed: y',
                         str(exception.ImportFailed('x', 'y')))
