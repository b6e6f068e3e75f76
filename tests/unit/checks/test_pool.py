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

"""Several things at the same time."""

from __future__ import annotations

import threading

from nova_rbd_multistore.checks import pool
from tests import base


class EachTestCase(base.TestCase):

    def test_results_are_in_order(self):
        self.assertEqual(
            [number * 2 for number in range(20)],
            pool.each(lambda number: number * 2, range(20), 3))
        self.assertEqual([], pool.each(str, [], 3))

    def test_at_the_same_time(self):
        meeting = threading.Barrier(3, timeout=30)
        self.assertEqual(3, len(pool.each(
            lambda _one: meeting.wait(), range(3), 3)))

    def test_all_have_ended_when_one_fails(self):
        ended = []
        started = threading.Event()
        failed = threading.Event()

        def work(number):
            if number == 0:
                started.wait(30)
                failed.set()
                raise ValueError('first')
            started.set()
            failed.wait(30)
            ended.append(number)

        self.assertRaises(ValueError, pool.each, work, range(2), 2)
        self.assertEqual([1], ended)
