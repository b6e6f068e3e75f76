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

"""The images of a run, and that none of them stays."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import material
from tests.unit.checks import base

RAW = material.RawData(1)


@ddt.ddt
class StageTestCase(base.CheckTestCase):

    def test_stage(self):
        bench = self.bench()
        first, second = (bench.stage(name, RAW) for name in base.NAMES[:2])
        self.assertEqual(
            [f'{bench_mod.TAG}-{bench.run}-{number}' for number in (1, 2)],
            [first.name, second.name])
        self.assertEqual({first.image_id}, set(self.fake.worker(0).staging))
        self.assertEqual([bench_mod.TAG],
                         self.fake.image(first.image_id).tags)
        self.assertNotEqual(bench.run, self.bench().run)

    def test_cancelled(self):
        bench = self.bench(lambda: True)
        self.assertRaises(
            exception.Cancelled, bench.stage, 'glance-1', RAW)
        self.assertEqual([], self.made())

    def test_others(self):
        bench = self.bench()
        self.assertEqual(['glance-2'], list(
            bench.others('glance-1', 'glance-3')))

    def test_check_up(self):
        bench = self.bench()
        bench.check_up(*base.NAMES)
        self.fake.stop_worker(1)
        error = self.assertRaises(
            check_exception.WorkerDown, bench.check_up, *base.NAMES)
        self.assertEqual('glance-2', error.worker)
        self.assertIn('glance-2 does not answer any more', str(error))


class WaitTestCase(base.CheckTestCase):

    def setUp(self):
        super().setUp()
        self.one = self.bench()
        self.specimen = self.one.stage('glance-1', RAW)

    def wait(self, *stores, timeout=60.0):
        return self.one.wait(self.specimen, frozenset(stores), timeout)

    def test_active(self):
        self.at(1).import_staged(self.specimen.image_id, ['dcn0', 'dcn1'])
        self.assertEqual({'dcn0', 'dcn1'}, self.wait('dcn0', 'dcn1').stores)

    def test_store_is_missing(self):
        self.at(1).import_staged(self.specimen.image_id, ['dcn0'])
        error = self.assertRaises(
            check_exception.ImportFailed, self.wait, 'dcn0', 'dcn1')
        self.assertIn('its status is active, its stores are dcn0',
                      error.reason)

    def test_never(self):
        self.fake.deployment.pace = fixture.Pace(writing=1e6)
        self.at(1).import_staged(self.specimen.image_id)
        error = self.assertRaises(
            check_exception.ImportTimedOut, self.wait, timeout=20.0)
        self.assertEqual(20.0, error.seconds)

    def test_worker_that_does_not_tell(self):
        self.at(0).import_staged(self.specimen.image_id)
        self.fake.clock.sleep(30)
        self.fake.stop_worker(0)
        self.assertTrue(self.wait().active)
        for number in (1, 2):
            self.fake.stop_worker(number)
        self.assertRaises(exception.GlanceUnavailable, self.wait)

    def test_worker_that_died_in_the_middle(self):
        self.at(0).import_staged(self.specimen.image_id)
        self.fake.kill_worker()
        self.fake.stop_worker(0)
        error = self.assertRaises(check_exception.WorkerDown, self.wait)
        self.assertEqual(self.specimen.worker, error.worker)

    def test_tasks_cannot_be_had(self):
        self.before('get', '/tasks', lambda: self.fake.break_requests(
            fixture.Fault(403, method='GET')))
        self.fake.fail_next(fixture.Failure.WRITE)
        self.at(1).import_staged(self.specimen.image_id)
        error = self.assertRaises(check_exception.ImportFailed, self.wait)
        self.assertEqual('its status is importing', error.reason)

    def test_task_ends_after_the_lock(self):
        self.fake.deployment.pace = fixture.Pace(settling=2.0)
        self.fake.fail_next(fixture.Failure.WRITE)
        self.at(1).import_staged(self.specimen.image_id)
        error = self.assertRaises(check_exception.ImportFailed, self.wait)
        self.assertIn('Task failed due to', error.reason)

    def test_task_that_does_not_end(self):
        self.fake.deployment.pace = fixture.Pace(settling=60.0)
        self.fake.fail_next(fixture.Failure.WRITE)
        self.at(1).import_staged(self.specimen.image_id)
        error = self.assertRaises(
            check_exception.ImportFailed, self.wait, timeout=300.0)
        self.assertIn('Copied', error.reason)

    def test_deleted(self):
        self.fake.delete(self.specimen.image_id)
        self.assertRaises(exception.NotFound, self.wait)

    def test_cancelled(self):
        self.fake.deployment.pace = fixture.Pace(writing=1e6)
        self.at(1).import_staged(self.specimen.image_id)
        self.one._cancelled = lambda: True
        error = self.assertRaises(exception.Cancelled, self.wait)
        self.assertLess(error.seconds if hasattr(error, 'seconds') else 0, 9)


class SweepTestCase(base.CheckTestCase):

    def sweep(self, bench):
        return [(specimen.image_id, str(error))
                for specimen, error in bench.sweep()]

    def lose(self, bench, worker='glance-1'):
        """Create an image, of which the answer is lost."""
        self.fake.break_requests(
            fixture.Fault(carried_out=True, method='POST'))
        self.assertRaises(
            exception.GlanceUnavailable, bench.stage, worker, RAW)

    def test_all(self):
        bench = self.bench()
        for name in base.NAMES:
            bench.stage(name, RAW)
        gone = bench.stage('glance-1', RAW)
        bench.remove(gone)
        bench.remove(gone)
        before = len(self.fake.requests)
        self.assertEqual([], self.sweep(bench))
        self.assertNotIn(gone.image_id, ''.join(
            request.path for request in self.fake.requests[before:]))
        self.assert_clean()
        before = len(self.fake.requests)
        self.assertEqual([], self.sweep(bench))
        self.assertEqual(before, len(self.fake.requests))

    def test_deleted_by_somebody(self):
        bench = self.bench()
        specimen = bench.stage('glance-1', RAW)
        self.at(0).delete(specimen.image_id)
        self.assertEqual([], self.sweep(bench))
        self.assertTrue(specimen.removed)

    def test_answer_that_was_lost(self):
        bench = self.bench()
        self.lose(bench)
        self.assertEqual(1, len(self.made()))
        self.assertEqual([], self.sweep(bench))
        self.assert_clean()

    def test_answer_that_was_lost_of_a_worker_that_is_gone(self):
        bench = self.bench()
        self.lose(bench)
        self.fake.stop_worker(0)
        self.assertEqual([], self.sweep(bench))
        self.assert_clean()

    def test_nothing_was_made(self):
        bench = self.bench()
        self.fake.break_requests(fixture.Fault(500, method='POST'))
        self.assertRaises(
            exception.GlanceUnavailable, bench.stage, 'glance-1', RAW)
        self.assertEqual([], self.sweep(bench))

    def test_images_of_others_stay(self):
        other, bench = self.bench(), self.bench()
        theirs = other.stage('glance-1', RAW)
        self.lose(bench)
        self.assertEqual([], self.sweep(bench))
        self.assertEqual([theirs.image_id], [
            image.id for image in self.made() if not image.deleted])

    def test_import_that_runs(self):
        bench = self.bench()
        specimen = bench.stage('glance-1', RAW)
        self.fake.deployment.pace = fixture.Pace(writing=30.0)
        self.at(0).import_staged(specimen.image_id)
        before = self.fake.clock.monotonic()
        self.assertEqual([], self.sweep(bench))
        self.assertGreater(self.fake.clock.monotonic() - before, 29)
        self.assertEqual(set(), self.made()[0].strays)

    def test_import_without_end(self):
        bench = self.bench()
        specimen = bench.stage('glance-1', RAW)
        self.fake.deployment.pace = fixture.Pace(writing=1e6)
        self.at(0).import_staged(specimen.image_id)
        before = self.fake.clock.monotonic()
        self.sweep(bench)
        self.assertEqual(60, self.fake.clock.monotonic() - before)
        self.assertTrue(self.made()[0].deleted)

    def test_staged_at_a_worker_that_is_gone(self):
        bench = self.bench()
        # Another worker would delete it, and the data would stay.
        self.fake.worker(0).self_url = None
        specimen = bench.stage('glance-1', RAW)
        self.fake.stop_worker(0)
        (image_id, error), = self.sweep(bench)
        self.assertEqual(specimen.image_id, image_id)
        self.assertIn('glance-1', error)
        self.assertFalse(self.made()[0].deleted)
        self.fake.start_worker(0)
        self.assertEqual([], self.sweep(bench))
        self.assert_clean()

    def test_imported_by_a_worker_that_is_gone(self):
        bench = self.bench()
        specimen = bench.stage('glance-1', RAW)
        self.at(0).import_staged(specimen.image_id)
        bench.wait(specimen, frozenset(), 60.0)
        self.fake.stop_worker(0)
        self.assertEqual([], self.sweep(bench))
        self.assert_clean()

    def test_discard(self):
        bench = self.bench()
        specimen = bench.stage('glance-1', RAW)
        self.fake.break_requests(fixture.Fault(500, method='DELETE'))
        bench.discard(specimen)
        self.assertFalse(specimen.removed)
        bench.discard(specimen)
        self.assertTrue(specimen.removed)
