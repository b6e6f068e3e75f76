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

"""A tenth of the time waited, within bounds."""

from __future__ import annotations

import ddt
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import pacing
from tests import base


def steady(longest: float, shortest: float = 0.4) -> pacing.Pacing:
    """Return a pacing without jitter."""
    return pacing.Pacing(longest, shortest, jitter=lambda: 1.0)


@ddt.ddt
class PacingTestCase(base.TestCase):

    @ddt.named_data(
        ('at_the_beginning', 0.0, 0.4),
        ('where_a_tenth_reaches_the_shortest', 4.0, 0.4),
        ('a_tenth', 60.0, 6.0),
        ('where_a_tenth_reaches_the_longest', 150.0, 15.0),
        ('much_later', 6000.0, 15.0),
    )
    @ddt.unpack
    def test_interval(self, waited, seconds):
        self.assertEqual(seconds, steady(longest=15.0).interval(waited))

    def test_longest_of_nothing_is_no_busy_loop(self):
        self.assertEqual(0.4, steady(longest=0.0).interval(100.0))

    def test_jitter_shortens(self):
        paced = pacing.Pacing(15.0, jitter=lambda: 0.5)

        self.assertEqual(3.0, paced.interval(60.0))

    @hypothesis.given(
        strategies.floats(0.0, 1e6), strategies.floats(0.0, 1e4))
    def test_never_longer_than_asked_for_never_nothing(self, waited, longest):
        interval = pacing.Pacing(longest).interval(waited)

        self.assertGreaterEqual(interval, 0.75 * pacing.SHORTEST)
        self.assertLessEqual(interval, max(longest, pacing.SHORTEST))
        self.assertLessEqual(interval, max(waited / 10, pacing.SHORTEST))

    def test_looks_of_computes_that_began_together_drift_apart(self):
        paced = pacing.Pacing(15.0)

        self.assertGreater(
            len({paced.interval(100.0) for _ in range(20)}), 1)

    @ddt.data(2.0, 20.0, 150.0)
    def test_the_end_is_noticed_within_a_tenth_and_half_a_second(self, end):
        paced = steady(longest=15.0)
        now = 0.0
        while now < end:
            now += paced.interval(now)

        self.assertLessEqual(now - end, 0.1 * end + 0.5)
