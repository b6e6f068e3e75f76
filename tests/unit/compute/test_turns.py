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

"""Whose turn it is to see to a copy."""

from __future__ import annotations

from concurrent import futures
import contextlib
import threading
import time

import ddt
import fixtures

from nova_rbd_multistore import exception
from nova_rbd_multistore import timing
from nova_rbd_multistore.compute import turns
from tests import base
from tests import records

IMAGE = records.IMAGE_ID
STORE = 'dcn0'
# Seconds; what a test waits for another thread at the most.
SOON = 30.0


@ddt.ddt
class TurnsTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.turns = turns.Turns()
        self.pool = futures.ThreadPoolExecutor(4)
        self.addCleanup(self.pool.shutdown)
        self.has_turn = threading.Event()
        self.end = threading.Event()
        self.addCleanup(self.end.set)

    def budget(self, timeout=SOON, cancelled=None):
        return timing.Budget(timing.Clock.system(), timeout, cancelled)

    def lead(self, error=None):
        """Take the turn in a thread, until told to end."""
        def work():
            with self.turns.turn(IMAGE, STORE, self.budget()):
                self.has_turn.set()
                self.end.wait(SOON)
                if error is not None:
                    raise error

        leading = self.pool.submit(work)
        self.assertTrue(self.has_turn.wait(SOON))
        return leading

    def follow(self, budget=None, image=IMAGE, project=None):
        """Take the turn after that, and return a future of it."""
        def work():
            with self.turns.turn(
                    image, STORE, budget or self.budget(), project):
                return True

        following = self.pool.submit(work)
        if image == IMAGE and project is None:
            self.wait_queued()
        return following

    def wait_queued(self):
        deadline = time.monotonic() + SOON
        while 'another request on this host' not in self.log.output:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_one_at_a_time(self):
        leading = self.lead()
        following = self.follow()
        self.assertFalse(following.done())

        self.end.set()
        leading.result(SOON)
        self.assertTrue(following.result(SOON))

    def test_other_images_do_not_wait(self):
        self.lead()

        self.assertTrue(self.follow(image='another').result(SOON))

    def test_other_projects_do_not_wait(self):
        self.lead()

        self.assertTrue(self.follow(project='another').result(SOON))

    def test_deadline_lets_one_look_without_a_turn(self):
        self.lead()

        self.assertTrue(self.follow(self.budget(0.1)).result(SOON))
        # It took no turn, so it gave none back.
        self.assertFalse(self.follow(self.budget(SOON)).done())

    def test_a_follower_can_be_cancelled(self):
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.timing._ASK_EVERY', 0.05))
        self.lead()
        cancelled = self.follow(self.budget(cancelled=lambda: True))

        self.assertRaises(exception.Cancelled, cancelled.result, SOON)

    @ddt.data(exception.CopyFailed, exception.CopyStalled)
    def test_failure_is_that_of_all_who_waited(self, kind):
        leading = self.lead(kind(IMAGE, STORE, 'it broke.'))
        following = self.follow()
        self.end.set()

        first = self.assertRaises(kind, leading.result, SOON)
        second = self.assertRaises(kind, following.result, SOON)
        self.assertEqual(str(first), str(second))
        self.assertIsNot(first, second)

    @ddt.data(exception.CopyTimedOut, exception.CopyNotPermitted,
              exception.ImageGone)
    def test_others_find_out_for_themselves(self, kind):
        leading = self.lead(kind(IMAGE, STORE, 'it broke.'))
        following = self.follow()
        self.end.set()

        self.assertRaises(kind, leading.result, SOON)
        self.assertTrue(following.result(SOON))

    def test_failure_is_not_that_of_the_next(self):
        self.end.set()
        with contextlib.suppress(exception.CopyFailed), \
                self.turns.turn(IMAGE, STORE, self.budget()):
            raise exception.CopyFailed(IMAGE, STORE, 'it broke.')

        with self.turns.turn(IMAGE, STORE, self.budget()):
            pass

    def test_nothing_is_kept(self):
        with self.turns.turn(IMAGE, STORE, self.budget()):
            self.assertEqual(1, len(self.turns._queues))

        self.assertEqual({}, self.turns._queues)
