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

"""What is remembered between two looks."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal
from tests import base
from tests import records

STORE = 'dcn0'


def look(at=0.0, task=None, age=None, **record):
    return journal.Observation(
        at, image_mod.Image.from_glance(records.image(**record)),
        task and image_mod.Task.from_glance(task), age)


class SignsTestCase(base.TestCase):

    def test_hidden_task_is_silent_since_the_first_look(self):
        signs = journal.Signs().observed(look(100.0))

        self.assertEqual(0.0, signs.silence(look(100.0)))
        self.assertEqual(50.0, signs.silence(look(150.0)))

    def test_a_change_of_the_image_is_a_sign(self):
        signs = journal.Signs().observed(look(100.0))
        signs = signs.observed(look(150.0, importing=STORE))

        self.assertEqual(10.0, signs.silence(look(160.0, importing=STORE)))

    def test_a_change_of_the_task_is_a_sign(self):
        first, then = records.task(), records.task(message='Copied 15 MiB')
        signs = journal.Signs().observed(look(100.0, first))
        signs = signs.observed(look(150.0, then))

        self.assertEqual(10.0, signs.silence(look(160.0, then)))

    def test_the_same_again_is_no_sign(self):
        signs = journal.Signs().observed(look(100.0))

        self.assertIs(signs, signs.observed(look(150.0)))

    def test_age_of_the_task_counts_before_anything_moved(self):
        signs = journal.Signs().observed(look(100.0, records.task(), 500.0))

        self.assertEqual(
            500.0, signs.silence(look(100.0, records.task(), 500.0)))

    def test_age_of_the_task_does_not_outweigh_what_we_saw(self):
        # The clocks of Glance and of the compute may differ by far.
        signs = journal.Signs().observed(look(100.0, records.task(), 500.0))
        signs = signs.observed(
            look(101.0, records.task(), 501.0, importing=STORE))

        self.assertEqual(
            9.0, signs.silence(look(110.0, records.task(), 510.0)))

    def test_a_young_task_outweighs_an_image_that_does_not_move(self):
        signs = journal.Signs().observed(look(100.0))
        signs = signs.observed(look(101.0, importing=STORE))

        self.assertEqual(
            5.0, signs.silence(look(900.0, records.task(), 5.0)))


@ddt.ddt
class AttemptTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.new = journal.Attempt(records.IMAGE_ID, STORE)

    def test_nothing_is_running_before_a_202(self):
        attempt = self.new.observed(look(lock='t1', importing=STORE))

        self.assertFalse(attempt.running)
        self.assertIsNone(attempt.lock)
        self.assertEqual(0, attempt.submitted)

    def test_the_lock_after_a_202_is_ours(self):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))

        self.assertTrue(attempt.running)
        self.assertEqual('t1', attempt.lock)
        self.assertFalse(attempt.named)
        self.assertEqual(1, attempt.submitted)

    def test_named_once_is_named_for_good(self):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(lock='t1', importing=STORE))
        attempt = attempt.observed(look(lock='t1', importing=''))

        self.assertTrue(attempt.named)

    def test_named_anew_for_each_202(self):
        attempt = self.new.accepted(0.0).observed(
            look(lock='t1', importing=STORE))
        attempt = attempt.observed(look(9.0)).accepted(0.0)

        self.assertFalse(attempt.named)
        self.assertIsNone(attempt.lock)
        self.assertEqual(2, attempt.submitted)

    def test_ends_when_the_lock_is_gone(self):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(9.0))

        self.assertFalse(attempt.running)
        self.assertEqual(1, len(attempt.failures))
        self.assertEqual(10.0, attempt.ready_at)

    def test_ends_when_the_lock_is_anothers(self):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(9.0, lock='t2'))

        self.assertFalse(attempt.running)
        self.assertIsNone(attempt.lock)
        self.assertEqual(1, len(attempt.failures))

    def test_ends_once(self):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(9.0)).observed(look(10.0))

        self.assertEqual(1, len(attempt.failures))
        self.assertEqual(10.0, attempt.ready_at)

    def test_is_no_failure_with_the_image_in_the_store(self):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(9.0, stores='central,dcn0'))

        self.assertEqual((), attempt.failures)

    def test_an_image_that_is_gone_ends_nothing(self):
        attempt = self.new.accepted(0.0).observed(
            journal.Observation(1.0, None))

        self.assertTrue(attempt.running)

    def test_pauses_double_up_to_half_a_minute(self):
        attempt, pauses = self.new, []
        for number in range(8):
            attempt = attempt.accepted(0.0).observed(
                look(lock=f't{number}')).observed(look(0.0))
            pauses.append(attempt.ready_at)

        self.assertEqual([1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0], pauses)

    def test_pauses_after_refusals_double_too(self):
        attempt, pauses = self.new, []
        busy = exception.Conflict('copy', 'locked')
        for _ in range(7):
            attempt = attempt.refused(busy, 0.0, 't1')
            pauses.append(attempt.ready_at)

        self.assertEqual([1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0], pauses)
        self.assertEqual(7, attempt.refusal.count)

    def test_a_thousand_refusals_are_no_overflow(self):
        attempt = self.new
        busy = exception.GlanceUnavailable('copy', 'HTTP 500')
        for _ in range(2000):
            attempt = attempt.refused(busy, 0.0, None)

        self.assertEqual(30.0, attempt.ready_at)

    def test_a_202_forgets_the_refusal(self):
        attempt = self.new.refused(
            exception.Conflict('copy', 'locked'), 0.0, 't1').accepted(0.0)

        self.assertIsNone(attempt.refusal)

    @ddt.named_data(
        ('write_failed', {'failed': STORE}, 'could not write to the store'),
        ('write_failed_and_list_left_over',
         {'failed': STORE, 'importing': STORE}, 'could not write'),
        ('staging_failed', {'importing': STORE}, 'could not stage'),
        ('quota', {}, 'without the store'),
        ('another_store_failed', {'failed': 'dcn01', 'importing': 'dcn00'},
         'without the store'),
    )
    @ddt.unpack
    def test_why_it_ended(self, lists, words):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(9.0, **lists))

        self.assertIn(words, attempt.failures[0])
        self.assertIn('not visible', attempt.failures[0])

    @ddt.named_data(
        ('failure', 'failure', 'Task failed due to Internal Error',
         '(task t1 failure: Task failed due to Internal Error)'),
        ('success_with_failures_allowed', 'success', 'Copied 64 MiB',
         '(task t1 success: Copied 64 MiB)'),
        ('no_message', 'failure', '', '(task t1 failure: no message)'),
    )
    @ddt.unpack
    def test_why_it_ended_in_glances_words(self, status, message, words):
        attempt = self.new.accepted(0.0).observed(look(lock='t1'))
        attempt = attempt.observed(look(
            9.0, records.task('t1', status, message=message), failed=STORE))

        self.assertIn(words, attempt.failures[0])

    def test_failure_of_somebody_elses_copy_counts(self):
        attempt = self.new.observed(look(lock='t1', importing=STORE))
        attempt = attempt.observed(look(9.0, failed=STORE))
        attempt = attempt.observed(look(9.5, failed=STORE))

        self.assertEqual(1, len(attempt.failures))
        self.assertIn('asked by others', attempt.failures[0])
        self.assertEqual(0, attempt.submitted)
        self.assertEqual(10.0, attempt.ready_at)

    def test_failure_before_our_time_does_not(self):
        attempt = self.new.observed(look(failed=STORE))
        attempt = attempt.observed(look(1.0, lock='t1', failed=STORE))
        attempt = attempt.observed(look(9.0, failed=STORE))

        self.assertEqual((), attempt.failures)

    def test_each_failure_that_is_seen_to_begin_counts(self):
        attempt = self.new.observed(look(failed=STORE))
        for at in (10.0, 20.0):
            attempt = attempt.observed(
                look(at, lock=f't{at}', importing=STORE, failed=''))
            attempt = attempt.observed(look(at + 5.0, failed=STORE))

        self.assertEqual(2, len(attempt.failures))
        self.assertEqual(27.0, attempt.ready_at)

    def test_failure_of_another_store_does_not(self):
        attempt = self.new.observed(look(lock='t1', importing='dcn01'))
        attempt = attempt.observed(look(9.0, failed='dcn01'))

        self.assertEqual((), attempt.failures)
