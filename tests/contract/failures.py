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

"""Copies that Glance accepts and that fail."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract import case
from tests.contract import deployment

_INTERNAL_ERROR = 'Task failed due to Internal Error'


class FailureCases(case.Case):

    def assert_task(
        self, image_id: str, status: str, message: str,
    ) -> None:
        """Check the only task of the image."""
        task, = self.tasks(image_id)
        self.assertEqual((status, message, None), (
            task['status'], task['message'],
            task['result'] if status == 'failure' else None))

    def test_store_cannot_be_written(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn0')
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        looks = self.watch(image_id)
        self.assertEqual({'central'}, {seen.stores for seen in looks})
        end = looks[-1]
        self.assertEqual(('', 'dcn0'), (end.importing, end.failed))
        self.assert_task(image_id, 'failure', _INTERNAL_ERROR)

    def test_store_cannot_be_written_and_need_not(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn0')
        end = self.run_copy(
            image_id, 'dcn0', all_stores_must_succeed=False)
        self.assertEqual('central', end.stores)
        self.assertEqual(('', 'dcn0'), (end.importing, end.failed))
        self.assert_task(image_id, 'success', '')

    def test_image_cannot_be_staged(self) -> None:
        image_id = self.glance.make_image()
        self.glance.hide_data(image_id)
        end = self.run_copy(image_id, 'dcn0')
        self.assertEqual('central', end.stores)
        self.assertEqual(('dcn0', ''), (end.importing, end.failed))
        self.assert_task(image_id, 'failure', _INTERNAL_ERROR)

    def test_quota_is_exhausted_when_the_task_runs(self) -> None:
        image_id = self.glance.make_image()
        with self.glance.quota('image_stage_total') as reach:
            self.assert_accepted(self.submit(
                reach(deployment.TENANT), image_id, 'dcn0'))
            end = self.watch(image_id)[-1]
        # Nothing but the task tells.
        self.assertEqual(
            ('central', '', ''), (end.stores, end.importing, end.failed))
        task, = self.tasks(image_id)
        self.assertEqual('failure', task['status'])
        self.assertIn('over a limit for [Resource image_stage_total',
                      task['message'])

    def test_copy_after_one_that_was_not_staged(self) -> None:
        image_id = self.glance.make_image()
        self.glance.hide_data(image_id)
        self.run_copy(image_id, 'dcn0')
        self.glance.show_data(image_id)
        end = self.run_copy(image_id, 'dcn0')
        self.assertEqual('central,dcn0', end.stores)
        self.assertEqual(('', ''), (end.importing, end.failed))

    def test_failed_list_is_stale_until_the_next_task_runs(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn0')
        first = self.run_copy(image_id, 'dcn0')
        self.glance.clear(image_id, 'dcn0')
        with self.glance.queue() as reach:
            self.assert_accepted(self.submit(
                reach(deployment.COPIER), image_id, 'dcn0'))
            queued = self.look(image_id)
        self.assertIsNotNone(queued.lock)
        self.assertNotIn(queued.lock, first.tasks)
        self.assertEqual(('', 'dcn0'), (queued.importing, queued.failed))
        looks = self.watch(image_id)
        for seen in looks:
            if seen.importing == 'dcn0':
                self.assertEqual('', seen.failed)
        self.assertEqual('central,dcn0', looks[-1].stores)
        self.assertEqual('', looks[-1].failed)

    def test_second_store_fails_and_the_first_is_taken_back(self) -> None:
        image_id = self.glance.make_image(32)
        self.glance.obstruct(image_id, 'dcn1')
        self.assert_accepted(self.copy(image_id, 'dcn0', 'dcn1'))
        looks = self.watch(image_id)
        # For a while the first store has the image.
        self.assertIn(('central,dcn0', 'dcn1'), {
            (seen.stores, seen.importing) for seen in looks})
        end = looks[-1]
        self.assertEqual(('central', '', 'dcn1'), (
            end.stores, end.importing, end.failed))
        self.assertFalse(self.glance.has_data(image_id, 'dcn0'))

    def test_store_behind_one_that_failed_stays_listed(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn0')
        end = self.run_copy(image_id, 'dcn0', 'dcn1')
        self.assertEqual(('central', 'dcn1', 'dcn0'), (
            end.stores, end.importing, end.failed))

    def test_second_store_fails_and_the_first_is_kept(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn1')
        end = self.run_copy(
            image_id, 'dcn0', 'dcn1', all_stores_must_succeed=False)
        self.assertEqual(('central,dcn0', '', 'dcn1'), (
            end.stores, end.importing, end.failed))

    def test_reserved_store_is_accepted_and_fails(self) -> None:
        image_id = self.glance.make_image()
        end = self.run_copy(image_id, 'os_glance_staging_store')
        self.assertEqual(
            ('central', '', 'os_glance_staging_store'),
            (end.stores, end.importing, end.failed))

    def test_image_deactivated_during_a_copy(self) -> None:
        image_id = self.glance.make_image(96)
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        self.wait_importing(image_id)
        self.glance.deactivate(image_id)
        end = self.watch(image_id)[-1]
        self.assertEqual('deactivated', end.status)
        self.assertEqual('central', end.stores)
        self.assert_task(image_id, 'failure', _INTERNAL_ERROR)
        self.glance.reactivate(image_id)
        self.assertEqual('central', self.look(image_id).stores)

    def test_image_deactivated_while_a_store_is_written(self) -> None:
        image_id = self.glance.make_image(96)
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        self.wait_for(lambda: self.glance.has_data(image_id, 'dcn0'))
        self.glance.deactivate(image_id)
        end = self.watch(image_id)[-1]
        self.assertEqual(('', 'dcn0'), (end.importing, end.failed))
        self.glance.reactivate(image_id)
        # The data is there, no location leads to it, and it is in the way.
        self.assertTrue(self.glance.has_data(image_id, 'dcn0'))
        end = self.run_copy(image_id, 'dcn0')
        self.assertEqual(('central', 'dcn0'), (end.stores, end.failed))
        self.glance.clear(image_id, 'dcn0')
        self.assertEqual('central,dcn0',
                         self.run_copy(image_id, 'dcn0').stores)

    def test_image_deleted_during_a_copy(self) -> None:
        image_id = self.glance.make_image(96)
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        self.wait_importing(image_id)
        self.glance.delete(image_id)
        for user in (deployment.TENANT, deployment.COPIER):
            self.assert_refused(
                404, f'No image found with ID {image_id}',
                self.get(f'/v2/images/{image_id}', user))
            self.assert_refused(
                404, 'The resource could not be found.',
                self.get(f'/v2/images/{image_id}/tasks', user))

    def wait_importing(self, image_id: str) -> None:
        """Wait until the image names the store."""
        self.wait_for(lambda: bool(self.look(image_id).importing))

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = self.glance.clock.monotonic() + 60
        while not condition():
            self.assertLess(self.glance.clock.monotonic(), deadline)
            self.glance.clock.sleep(0.02)
