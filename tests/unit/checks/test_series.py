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

"""Workers that go away, refuse, or fail while a check runs."""

from __future__ import annotations

import dataclasses

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import row
from tests.unit.checks import base


class DownCase(base.CheckTestCase):

    def assert_down(self, report: row.Report, number: int = 0) -> None:
        """Check that this was found and nothing else.

        What is staged at the worker is named, and all that is left.
        """
        self.assertEqual(
            [('worker-down', (base.NAMES[number],))],
            [(one.code, one.workers) for one in report.findings])
        found, = report.findings
        staged = set(self.fake.worker(number).staging)
        # Of one whose import has begun, Glance does not know the worker.
        waiting = {image_id for image_id in staged
                   if self.fake.image(image_id).status == 'uploading'}
        self.assertEqual(waiting, set(found.facts['staged']))
        for image_id in waiting:
            self.assertIn(image_id, found.detail)
        self.assertEqual(staged, {
            one.facts['image'] for one in self.rows(report, row.LEFT_OVERS)})
        self.assertEqual(staged, {
            image.id for image in self.made() if not image.deleted})
        for other in {0, 1, 2} - {number}:
            self.assertEqual({}, self.fake.worker(other).staging)
        self.assertTrue(all(
            one.verdict in (row.Verdict.OK, row.Verdict.NOTE,
                            row.Verdict.NOT_TRIED)
            for one in report.rows if one is not found))


@ddt.ddt
class DownTestCase(DownCase):

    def test_before(self):
        waiting = self.left_over()
        self.made()[0].tags.clear()
        self.fake.stop_worker(0)
        for read_only in (True, False):
            report = self.check(read_only=read_only)
            found, = report.findings
            self.assertEqual('worker-down', found.code)
            self.assertEqual([waiting], found.facts['staged'])
            self.assertIn('no connection', found.detail.replace(
                'the connection was lost', 'no connection'))
        # The other two are tried all the same.
        self.assertEqual(
            {('glance-2', 'glance-3'), ('glance-3', 'glance-2')},
            {one.workers for one in self.rows(report, row.IMPORT)})

    def test_all_of_them(self):
        for number in range(3):
            self.fake.stop_worker(number)
        report = self.check()
        self.assertEqual(['worker-down'] * 3, [
            one.code for one in report.findings])
        self.assertEqual(3, len(report.rows))

    # Of the requests of a run with one worker after the other.
    @ddt.unpack
    @ddt.named_data(
        ('create', 'post', '/v2/images', 1, 0),
        ('stage', 'put', '/stage', 1, 0),
        ('identify', 'get', 'os_glance_stage_host', 1, 0),
        ('import', 'post', '/import', 1, 0),
        ('import_of_other', 'post', '/import', 1, 1),
        ('watch', 'get', '/v2/images/', 1, 0),
        ('third_reader', 'get', '/file', 1, 2),
        ('delete', 'delete', '/v2/images/', 1, 0),
        ('delete_through_other', 'delete', '/v2/images/', 2, 0),
        ('delete_asked', 'delete', '/v2/images/', 2, 1),
        ('second_stage', 'put', '/stage', 4, 0),
        ('load_balancer_stage', 'put', '/stage', 13, 0),
        ('load_balancer_import', 'post', '/import', 7, 0),
        ('load_balancer_watch', 'get', '/file', 7, 0),
        ('conversion_stage', 'put', '/stage', 19, 0),
        ('conversion_import', 'post', '/import', 13, 0),
        ('conversion_asked', 'post', '/import', 13, 1),
        ('conversion_watch', 'post', '/import', 14, 0),
    )
    def test_while_it_runs(self, method, path, request, worker):
        self.before(method, path, lambda: self.fake.stop_worker(worker),
                    request)
        report = self.check(parallel=1, timeout=30.0)
        self.assertFalse(self.fake.worker(worker).up)
        self.assert_down(report, worker)

    def test_all_between_stage_and_import(self):
        def stop():
            for number in range(3):
                self.fake.stop_worker(number)

        self.before('post', '/import', stop)
        report = self.check(parallel=1)
        self.assertEqual({'worker-down'}, {
            one.code for one in report.findings if one.check == row.WORKER})
        self.assertEqual({row.WORKER}, {
            one.check for one in report.findings})
        # What is left is told with them.
        self.assertEqual(
            {image.id for image in self.made()},
            {one.facts['image'] for one in self.rows(
                report, row.LEFT_OVERS)})


@ddt.ddt
class RefusedTestCase(base.CheckTestCase):

    @ddt.unpack
    @ddt.named_data(
        ('create_403', 'post', '/v2/images', 403, 'not-permitted'),
        ('create_401', 'post', '/v2/images', 401, 'not-permitted'),
        ('create_413', 'post', '/v2/images', 413, 'quota'),
        ('stage_403', 'put', '/stage', 403, 'not-permitted'),
        ('stage_413', 'put', '/stage', 413, 'quota'),
        ('stage_500', 'put', '/stage', 500, 'stage-failed'),
        ('import_403', 'post', '/import', 403, 'not-permitted'),
        ('import_413', 'post', '/import', 413, 'quota'),
    )
    def test_once(self, method, path, status, code):
        fault = fixture.Fault(status, 'Words of Glance.',
                              method=method.upper())
        self.before(method, path, lambda: self.fake.break_requests(fault))
        report = self.check(parallel=1)
        self.assert_found(report, code)
        found, = report.findings
        self.assertIn('Words of Glance', found.detail)
        self.assertNotIn('..', found.detail)

    def test_stage_of_a_second_image(self):
        self.before('put', '/stage', lambda: self.fake.break_requests(
            fixture.Fault(403, 'Not now.', method='PUT')), 4)
        report = self.check(parallel=1)
        # To try a delete with, after a good import.
        self.assert_found(report, 'not-permitted')
        self.assertEqual(('glance-1',), report.findings[0].workers)
        self.assertEqual(row.Verdict.OK, self.rows(
            report, row.IMPORT)[0].verdict)

    def test_image_that_somebody_deletes(self):
        self.before('get', '/v2/images/', lambda: self.fake.delete(
            self.made()[0].id))
        report = self.check(parallel=1)
        # What is left of it in a worker is the deleter's.
        self.assertEqual(['import-failed'], [
            one.code for one in report.findings])
        self.assertIn('404', report.findings[0].detail)

    def test_delete(self):
        self.before('delete', '/v2/images/', lambda: self.fake.break_requests(
            fixture.Fault(403, 'No.', method='DELETE')), 2)
        report = self.check(parallel=1)
        self.assert_found(report, 'delete-failed')

    def test_lost_answer_of_create(self):
        self.before('post', '/v2/images', lambda: self.fake.break_requests(
            fixture.Fault(carried_out=True, method='POST')))
        self.assert_found(self.check(parallel=1), 'stage-failed')

    def test_lost_answer_of_create_at_a_worker_that_is_gone(self):
        def lose():
            self.fake.break_requests(
                fixture.Fault(carried_out=True, method='POST'))
            self.before('get', '/versions',
                        lambda: self.fake.stop_worker(0))

        self.before('post', '/v2/images', lose)
        report = self.check(parallel=1)
        self.assertEqual(['worker-down'], [
            one.code for one in report.findings])

    def test_image_that_cannot_be_removed_yet(self):
        # The sweep does what the first try could not.
        self.before('delete', '/v2/images/', lambda: self.fake.break_requests(
            fixture.Fault(500, method='DELETE')))
        self.assert_found(self.check(parallel=1))

    def test_image_that_cannot_be_removed(self):
        self.before('delete', '/v2/images/', lambda: self.fake.break_requests(
            fixture.Fault(500, 'Ill.', method='DELETE'), 100))
        report = self.check(parallel=1)
        codes = {one.code for one in report.findings}
        self.assertEqual({'delete-failed', 'not-removed'}, codes)
        left = {image.id for image in self.made() if not image.deleted}
        self.assertEqual(left, {one.facts['image'] for one in report.findings
                                if one.code == 'not-removed'})

    def test_quota_of_a_project(self):
        self.fake.deployment.exhausted = 'image_count_uploading'
        self.assert_found(self.check(), *['quota'] * 3)

    def test_user_who_may_only_read(self):
        self.user = dataclasses.replace(
            self.fake.tenant, name='reader', roles=frozenset({'reader'}))
        self.assert_found(self.check(), *['not-permitted'] * 3)

    def test_lists_cannot_be_had(self):
        def refuse():
            raise exception.Forbidden('list images', 'No.')

        self.before('get', 'os_glance_stage_host', refuse)
        self.assertRaises(exception.GlanceError, self.check, parallel=1)
        self.assert_clean()


class SettingsTestCase(base.CheckTestCase):

    def change(self, number, **settings):
        worker = self.fake.worker(number)
        worker.settings = dataclasses.replace(worker.settings, **settings)

    def test_method_disabled(self):
        self.change(2, import_methods=('copy-image',))
        report = self.check()
        self.assert_found(report, 'method-disabled')
        found, = report.findings
        self.assertEqual((('glance-3',), 'glance-direct'),
                         (found.workers, found.facts['method']))

    def test_method_disabled_everywhere(self):
        for number in range(3):
            self.change(number, import_methods=())
        report = self.check()
        self.assert_found(report, 'method-disabled')
        self.assertNotIn('but is at', report.findings[0].detail)

    def test_store_missing(self):
        stores = self.fake.deployment.stores
        self.change(2, stores=stores[:2])
        report = self.check()
        self.assert_found(report, 'store-missing')
        self.assertEqual('dcn1', report.findings[0].facts['store'])

    def test_store_that_nobody_has(self):
        report = self.check(stores=frozenset({'dcn9'}))
        self.assertIn('store-missing', [
            one.code for one in report.findings])
        self.assert_clean()

    def test_default_store_differs(self):
        stores = self.fake.deployment.stores
        self.change(1, stores=stores[::-1])
        report = self.check(parallel=1)
        self.assertIn('default-store-differs', [
            one.code for one in report.findings])
        self.assertIn('dcn1 at glance-2', report.findings[0].detail)
        self.assert_clean()

    def test_untrusted_certificate(self):
        self.fake.rename_worker(1, 'https://glance-2.invalid')
        self.fake.worker(1).trusted = False
        report = self.check()
        self.assert_found(report, 'certificate-untrusted')
        self.assertEqual(('glance-2',), report.findings[0].workers)
