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

"""The machine's clock."""

from __future__ import annotations

import datetime
import time

from nova_rbd_multistore import exception
from nova_rbd_multistore import timing
from tests import base
from tests import fake_time


class ClockTestCase(base.TestCase):

    def test_system_is_the_time_module(self):
        clock = timing.Clock.system()

        self.assertIs(time.monotonic, clock.monotonic)
        self.assertIs(time.sleep, clock.sleep)

    def test_system_looks_the_functions_up_when_asked(self):
        # eventlet replaces time.sleep after this package is imported.
        def green_sleep(seconds):
            raise AssertionError('only looked up')

        self.patch(time, 'sleep', green_sleep)

        self.assertIs(green_sleep, timing.Clock.system().sleep)

    def test_system_knows_the_zone(self):
        self.assertEqual(
            datetime.UTC, timing.Clock.system().utcnow().tzinfo)


class BudgetTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.time = fake_time.FakeTime()
        self.asked = []

    def budget(self, timeout, cancelled_at=None):
        def cancelled():
            self.asked.append(self.time.now)
            return cancelled_at <= self.time.now

        return timing.Budget(
            self.time.clock(), timeout,
            None if cancelled_at is None else cancelled)

    def test_counts_from_its_beginning(self):
        self.time.sleep(5.0)
        budget = self.budget(100.0)
        self.time.sleep(30.0)

        self.assertEqual(30.0, budget.elapsed)
        self.assertEqual(70.0, budget.left)
        self.assertEqual(105.0, budget.deadline)

    def test_nothing_is_left_behind_the_deadline(self):
        budget = self.budget(100.0)
        self.time.sleep(130.0)

        self.assertEqual(0.0, budget.left)

    def test_no_timeout_is_no_limit(self):
        self.assertEqual(float('inf'), self.budget(None).left)

    def test_pause_is_one_sleep_where_nobody_cancels(self):
        self.budget(100.0).pause(30.0)

        self.assertEqual([30.0], self.time.slept)

    def test_pause_ends_at_the_deadline(self):
        self.budget(10.0, cancelled_at=50.0).pause(30.0)

        self.assertEqual(10.0, self.time.now)

    def test_pause_ends_soon_when_it_is_cancelled(self):
        exc = self.assertRaises(
            exception.Cancelled, self.budget(100.0, cancelled_at=10.0).pause,
            30.0)
        self.assertEqual(12.0, self.time.now)
        self.assertIn('after 12 s', str(exc))

    def test_is_not_asked_more_often_than_every_three_seconds(self):
        budget = self.budget(100.0, cancelled_at=50.0)
        for _ in range(20):
            budget.pause(0.4)

        self.assertEqual([3.2, 6.4], [round(at, 1) for at in self.asked])
