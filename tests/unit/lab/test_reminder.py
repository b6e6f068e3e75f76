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

import testtools

from lab import reminder


class ReminderTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.said = []
        self.reminder = reminder.Reminder(
            self.said.append, clock=lambda: self.now, patience=10)

    def _tick_after(self, seconds):
        self.now += seconds
        self.reminder.tick()

    def test_silence_is_broken_after_a_while(self):
        with self.reminder.awaiting(lambda: 'the copy'):
            self._tick_after(9)
            self.assertEqual([], self.said)
            self._tick_after(1)
        self.assertEqual(['waiting for the copy (10 s)'], self.said)

    def test_reminds_again_and_again(self):
        with self.reminder.awaiting(lambda: 'the copy'):
            for _ in range(4):
                self._tick_after(5)
        self.assertEqual(['waiting for the copy (10 s)',
                          'waiting for the copy (20 s)'], self.said)

    def test_what_was_heard_delays_it(self):
        with self.reminder.awaiting(lambda: 'the copy'):
            self.now += 9
            self.reminder.heard()
            self._tick_after(9)
            self.assertEqual([], self.said)
            self._tick_after(1)
        self.assertEqual(['waiting for the copy (19 s)'], self.said)

    def test_names_all_and_their_state_now(self):
        state = 'BUILD'
        with self.reminder.awaiting(lambda: f'a server, {state}'):
            self.now += 3
            with self.reminder.awaiting(lambda: 'a copy'):
                state = 'ACTIVE'
                self._tick_after(8)
        self.assertEqual(
            ['waiting for a server, ACTIVE (11 s); a copy (8 s)'], self.said)

    def test_nothing_is_awaited(self):
        with self.reminder.awaiting(lambda: 'the copy'):
            pass
        self._tick_after(60)
        self.assertEqual([], self.said)

    def test_what_failed_is_awaited_no_more(self):
        try:
            with self.reminder.awaiting(lambda: 'the copy'):
                raise ValueError
        except ValueError:
            self._tick_after(60)
        self.assertEqual([], self.said)
