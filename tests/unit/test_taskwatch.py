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

"""The task of an import is asked for as seldom as it is useful."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import taskwatch
from tests import base
from tests import fake_time
from tests import records
from tests import scripted

UNAVAILABLE = exception.GlanceUnavailable('show tasks', 'HTTP 503')
LOCKED = image_mod.Image.from_glance(records.image(lock='t1'))
FREE = image_mod.Image.from_glance(records.image())


@ddt.ddt
class TaskWatchTestCase(base.TestCase):

    def watch(self, *tasks, answer=None, jumps=None):
        self.time = fake_time.FakeTime(jumps)
        self.glance = scripted.ScriptedGlance(
            self.time.clock(),
            [scripted.Row(0.0, records.image(), answer or tasks)])
        return taskwatch.TaskWatch(
            self.glance.tasks, self.time.clock(), interval=15.0)

    def test_picks_the_task_of_the_lock(self):
        watch = self.watch(
            records.task('t0', 'failure'), records.task('t1'),
            records.task('t2', 'success', 9))

        self.assertEqual('t1', watch.look(LOCKED, 't1').id)

    def test_none_for_the_task_of_another_project(self):
        watch = self.watch(records.task('t0', 'failure'))

        self.assertIsNone(watch.look(LOCKED, 't1'))

    def test_picks_the_latest_where_no_lock_was_seen(self):
        watch = self.watch(
            records.task('t1', 'failure', 5), records.task('t2', 'failure', 9),
            records.task('t3', 'failure', updated_at=None))

        self.assertEqual('t2', watch.look(FREE, None).id)

    def test_none_of_none(self):
        self.assertIsNone(self.watch().look(FREE, None))

    def test_asks_once_in_an_interval_while_the_import_holds_the_image(self):
        watch = self.watch(records.task('t1'))
        for _ in range(46):
            self.assertEqual('t1', watch.look(LOCKED, 't1').id)
            self.time.sleep(1.0)

        self.assertEqual([0.0, 15.0, 30.0, 45.0], self.glance.task_looks)

    def test_asks_again_for_another_task(self):
        watch = self.watch(records.task('t1'), records.task('t2'))
        watch.look(LOCKED, 't1')
        other = image_mod.Image.from_glance(records.image(lock='t2'))

        self.assertEqual('t2', watch.look(other, 't2').id)

    def test_asks_at_once_when_the_import_has_ended(self):
        watch = self.watch(records.task('t1'))
        watch.look(LOCKED, 't1')
        watch.look(FREE, 't1')

        self.assertEqual([0.0, 0.0], self.glance.task_looks)

    @ddt.data(
        exception.Forbidden, exception.NotFound, exception.NotAuthenticated,
        exception.BadRequest)
    def test_none_where_glance_hides_tasks(self, kind):
        watch = self.watch(answer=kind('show tasks', 'HTTP 4xx'))

        self.assertIsNone(watch.look(LOCKED, 't1'))
        self.assertIn(records.IMAGE_ID, self.logged('DEBUG')[0])

    def test_hidden_tasks_are_asked_for_as_seldom(self):
        watch = self.watch(answer=scripted.HIDDEN)
        for _ in range(30):
            watch.look(LOCKED, 't1')
            self.time.sleep(1.0)

        self.assertEqual([0.0, 15.0], self.glance.task_looks)

    def test_an_answer_that_never_came_is_not_the_last_one(self):
        watch = self.watch(records.task('t1'))
        watch.look(LOCKED, 't1')
        other = image_mod.Image.from_glance(records.image(lock='t2'))
        self.glance.show(scripted.Row(0.0, records.image(), UNAVAILABLE))
        self.assertIsNone(watch.look(other, 't2'))
        self.glance.show(
            scripted.Row(0.0, records.image(), [records.task('t2')]))

        self.assertEqual('t2', watch.look(other, 't2').id)

    def test_age_grows_with_the_monotonic_clock(self):
        watch = self.watch()
        task = image_mod.Task.from_glance(records.task(updated=-60.0))
        self.assertEqual(60.0, watch.age(task))
        self.time.sleep(30.0)

        self.assertEqual(90.0, watch.age(task))

    @ddt.data(86_400.0, -86_400.0)
    def test_age_does_not_jump_with_the_wall_clock(self, jump):
        watch = self.watch(jumps={10.0: jump})
        task = image_mod.Task.from_glance(records.task())
        self.time.sleep(20.0)

        self.assertEqual(20.0, watch.age(task))

    def test_age_is_never_negative(self):
        task = image_mod.Task.from_glance(records.task(updated=60.0))

        self.assertEqual(0.0, self.watch().age(task))

    def test_no_age_without_a_task_or_its_time(self):
        watch = self.watch()

        self.assertIsNone(watch.age(None))
        self.assertIsNone(watch.age(
            image_mod.Task.from_glance(records.task(updated_at=None))))
