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

"""Copies that succeed: what is seen, and in which order."""

from __future__ import annotations

import itertools

from tests.contract import case
from tests.contract import deployment


class SuccessCases(case.Case):

    def test_lock_is_there_when_the_copy_is_accepted(self) -> None:
        image_id = self.glance.make_image()
        answer = self.copy(image_id, 'dcn0')
        self.assert_accepted(answer)
        seen = self.look(image_id)
        self.assertIsNotNone(seen.lock)
        self.assertEqual([seen.lock], list(seen.tasks))
        self.watch(image_id)

    def test_lists_are_absent_until_the_task_runs(self) -> None:
        image_id = self.glance.make_image()
        with self.glance.queue() as reach:
            self.assert_accepted(self.submit(
                reach(deployment.COPIER), image_id, 'dcn0'))
            seen = self.look(image_id)
        self.assertIsNotNone(seen.lock)
        self.assertEqual({seen.lock: 'pending'}, seen.tasks)
        self.assertEqual((None, None), (seen.importing, seen.failed))
        self.assertEqual('central', seen.stores)
        self.assertEqual('central,dcn0', self.watch(image_id)[-1].stores)

    def test_order_of_what_is_seen(self) -> None:
        image_id = self.glance.make_image(32)
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        looks = self.watch(image_id)
        lock = looks[0].lock
        self.assertIsNotNone(lock)
        phases = [phase for phase, _ in itertools.groupby(
            (seen.stores, seen.importing) for seen in looks)]
        # Nobody has to see the first moment.
        if phases[0] == ('central', None):
            phases.pop(0)
        # One save names the store and empties the list.
        self.assertEqual(
            [('central', 'dcn0'), ('central,dcn0', '')], phases)
        for seen in looks:
            self.assertIn(seen.failed, (None, ''))
            if seen.stores == 'central':
                self.assertEqual(lock, seen.lock)
                self.assertIn(seen.tasks[lock], ('pending', 'processing'))
            if seen.lock is None:
                self.assertEqual('central,dcn0', seen.stores)
                self.assertEqual('success', seen.tasks[lock])

    def test_end_leaves_empty_lists(self) -> None:
        image_id = self.glance.make_image()
        seen = self.run_copy(image_id, 'dcn0')
        self.assertEqual(('', ''), (seen.importing, seen.failed))
        record = self.get(f'/v2/images/{image_id}').json()
        self.assertNotIn('os_glance_import_task', record)
        self.assertTrue(self.glance.has_data(image_id, 'dcn0'))

    def test_task_of_a_good_copy(self) -> None:
        image_id = self.glance.make_image()
        self.run_copy(image_id, 'dcn0')
        task, = self.tasks(image_id)
        self.assertEqual('Copied 8 MiB', task['message'])
        self.assertEqual({'image_id': image_id}, task['result'])
        self.assertEqual(
            {'image_id': image_id, 'backend': ['dcn0'],
             'import_req': {'method': {'name': 'copy-image'},
                            'stores': ['dcn0']}}, task['input'])

    def test_stores_are_in_the_order_of_the_copies(self) -> None:
        image_id = self.glance.make_image()
        self.run_copy(image_id, 'dcn1')
        self.assertEqual('central,dcn1,dcn0',
                         self.run_copy(image_id, 'dcn0').stores)

    def test_two_stores_come_one_after_the_other(self) -> None:
        image_id = self.glance.make_image(32)
        self.assert_accepted(self.copy(image_id, 'dcn1', 'dcn0'))
        looks = self.watch(image_id)
        phases = [phase for phase, _ in itertools.groupby(
            (seen.stores, seen.importing) for seen in looks)]
        self.assertEqual(
            [('central', 'dcn0,dcn1'), ('central,dcn1', 'dcn0'),
             ('central,dcn1,dcn0', '')], phases[-3:])
        self.assertEqual(1, len(looks[-1].tasks))
