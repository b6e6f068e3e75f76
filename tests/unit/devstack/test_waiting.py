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

"""Waits with a deadline."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification import waiting
from tests import base
from tests import fake_time


class WaitingTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.time = fake_time.FakeTime()
        self.looks = 0

    def look(self) -> tuple[str | None, str]:
        self.looks += 1
        return ('there', '') if self.time.now > 30 else (None, 'BUILD')

    def test_it_comes(self):
        said: list[str] = []

        self.assertEqual('there', waiting.until(
            self.look, 'a server', 60, self.time.clock(), said.append))

        self.assertLess(self.time.now, 34)
        self.assertEqual({'waiting for a server: BUILD'}, set(said))

    def test_it_does_not_come(self):
        failed = self.assertRaises(
            check.Failed, waiting.until, self.look, 'a server', 20,
            self.time.clock())

        self.assertEqual('a server: not within 20 s; last seen: BUILD',
                         failed.reason)
        self.assertEqual(20, self.time.now)

    def judge(self) -> str:
        if self.time.now < 5:
            raise check.Failed(f'not at {self.time.now:.0f} s')
        return 'all right'

    def test_a_fault_that_goes(self):
        self.assertEqual('all right', waiting.settled(
            self.judge, self.time.clock()))

    def test_a_fault_that_stays_is_the_last_one(self):
        failed = self.assertRaises(
            check.Failed, waiting.settled, self.judge, self.time.clock(), 3)

        self.assertEqual('not at 3 s', failed.reason)
