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

"""What one look asks for."""

from __future__ import annotations

from nova_rbd_multistore import exception
from nova_rbd_multistore import journal
from nova_rbd_multistore import observer
from nova_rbd_multistore import obstacle
from tests import base
from tests import fake_time
from tests import records
from tests import scripted

STORE = 'dcn0'
NEW = journal.Attempt(records.IMAGE_ID, STORE)
FOUND = obstacle.Obstacle('1', True, 'a partial copy', 'Remove it.')
WRITING = records.image(lock='t1', importing='dcn0')


class ObserverTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.time = fake_time.FakeTime()
        self.searches = []

    def observer(self, record):
        def find(image_id, store):
            self.searches.append(self.time.now)
            return FOUND

        self.glance = scripted.ScriptedGlance(
            self.time.clock(), [scripted.Row(0.0, record)])
        return observer.Observer(
            self.glance, self.time.clock(), 15.0, find)

    def looks(self, watched, attempt, count):
        """Look once a second."""
        found = []
        for _ in range(count):
            self.time.sleep(1.0)
            found.append(watched.look(attempt).obstacle)
        return found

    def test_obstacle_is_looked_for_now_and_then_while_a_copy_is_written(self):
        found = self.looks(self.observer(WRITING), NEW, 40)

        self.assertEqual([15.0, 30.0], self.searches)
        self.assertEqual([None] * 14 + [FOUND] * 26, found)

    def test_obstacle_does_not_matter_to_a_copy_for_another_store(self):
        self.looks(self.observer(
            records.image(lock='t1', importing='dcn1')), NEW, 40)

        self.assertEqual([], self.searches)

    def test_obstacle_does_not_matter_before_a_copy_has_failed(self):
        self.looks(self.observer(records.image()), NEW, 40)

        self.assertEqual([], self.searches)

    def test_obstacle_is_looked_for_at_each_look_after_one(self):
        self.looks(self.observer(records.image()), NEW.accepted(0.0), 3)

        self.assertEqual([1.0, 2.0, 3.0], self.searches)

    def test_image_alone_is_asked_for_when_it_is_there(self):
        seen = self.observer(records.image('central,dcn0')).look(NEW)

        self.assertIn(STORE, seen.image.stores)
        self.assertEqual([], self.glance.task_looks)
        self.assertEqual([], self.searches)

    def test_image_that_is_gone(self):
        seen = self.observer(
            exception.NotFound('show image', 'HTTP 404')).look(NEW)

        self.assertIsNone(seen.image)

    def test_answer_in_place_of_the_image_is_returned(self):
        answer = exception.GlanceUnavailable('show image', 'HTTP 503')

        self.assertIs(answer, self.observer(answer).look(NEW))

    def test_stores_are_asked_for_where_they_may_explain_a_conflict(self):
        watched = self.observer(records.image())
        conflict = exception.Conflict('copy image', 'HTTP 409')

        self.assertIsNone(watched.look(NEW).known_stores)
        seen = watched.look(NEW.refused(conflict, 0.0, None))
        self.assertEqual({'central', 'dcn0', 'dcn1'}, seen.known_stores)
