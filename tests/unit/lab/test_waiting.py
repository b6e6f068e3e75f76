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

from lab import waiting


class FakeTime:
    """A clock that only a sleep moves."""

    def __init__(self):
        self.now = 100.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class UntilTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.time = FakeTime()

    def _until(self, looks, timeout, interval=1):
        looks = iter(looks)
        return waiting.until(lambda: next(looks), timeout, interval,
                             self.time.clock, self.time.sleep)

    def test_ready_at_once(self):
        self.assertEqual(0, self._until([waiting.Look(True, 'up')], 0))

    def test_seconds_taken(self):
        looks = [waiting.Look(False, 'booting')] * 3
        self.assertEqual(
            3, self._until([*looks, waiting.Look(True, 'up')], 10))

    def test_deadline_tells_the_last_state(self):
        looks = [waiting.Look(False, f'look {number}')
                 for number in range(5)]
        error = self.assertRaises(
            waiting.TimedOut, self._until, looks, 2.5)
        self.assertEqual('look 3', error.last_state)
        self.assertEqual(2.5, error.seconds)

    def test_hopeless_ends_the_waiting(self):
        def look():
            raise waiting.Hopeless('it died')

        error = self.assertRaises(waiting.TimedOut, waiting.until, look, 60)
        self.assertEqual('it died', error.last_state)
        self.assertLess(error.seconds, 10)
