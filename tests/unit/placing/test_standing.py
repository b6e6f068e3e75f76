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

"""How an image stands in each store, from what Glance shows."""

from __future__ import annotations

import datetime

import ddt

from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import store as store_mod
from nova_rbd_multistore.placing import importtask
from nova_rbd_multistore.placing import standing
from tests import base

NOW = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
STORES = frozenset(('central', 'dcn0', 'dcn1', 'dcn10'))
PRESENT, QUEUED, COPYING, STALLED, FAILED, ABSENT = standing.State


def ago(seconds: float) -> datetime.datetime:
    return NOW - datetime.timedelta(seconds=seconds)


def image(lock=None, importing=(), failed=(), stores=('central',),
          staged=None):
    """Return an image; `staged` is the seconds since then."""
    return image_mod.Image(
        id='i1', status='active', lock=lock, stores=frozenset(stores),
        importing=frozenset(importing), failed=frozenset(failed),
        updated_at=None if staged is None else ago(staged))


def task(status, *stores, age=1.0, task_id='t1', message=None):
    return importtask.ImportTask(
        image_mod.Task(task_id, status, message, 'p1', 'req-1', ago(age)),
        frozenset(stores))


def look(image, *imports, **more):
    """Return how an image stands, by store."""
    more.setdefault('stores', STORES)
    seen = standing.Seen(NOW, image, imports, **more)
    return {one.store: one for one in seen.standings()}


@ddt.ddt
class StateTestCase(base.TestCase):
    """The state of dcn0; the others are absent, or present at central."""

    @ddt.data(
        (PRESENT, image(stores=('central', 'dcn0'))),
        # The lock goes last.
        (PRESENT, image('t1', stores=('central', 'dcn0')),
         task('success', 'dcn0')),
        (ABSENT, image()),
        # Copied once, and removed from the store.
        (ABSENT, image(), task('success', 'dcn0')),
        (QUEUED, image('t1'), task('pending', 'dcn0')),
        # The lists are those of an earlier run.
        (QUEUED, image('t1', failed=['dcn0']), task('pending', 'dcn0')),
        (COPYING, image('t1'), task('processing', 'dcn0')),
        (COPYING, image('t1', ['dcn0']), task('processing', 'dcn0')),
        (COPYING, image('t1', ['dcn0']), task('processing')),
        (COPYING, image('t1', ['dcn0']), task('processing', 'dcn0', age=599)),
        (STALLED, image('t1', ['dcn0']), task('processing', 'dcn0', age=600)),
        (STALLED, image('t1', ['dcn0']), task('pending', 'dcn0', age=600)),
        # It has been staged since the task said something.
        (COPYING, image('t1', ['dcn0'], staged=10),
         task('processing', 'dcn0', age=900)),
        (STALLED, image('t1', ['dcn0'], staged=900),
         task('processing', 'dcn0', age=900)),
        (FAILED, image(failed=['dcn0'])),
        (FAILED, image(failed=['dcn0']), task('failure', 'dcn0')),
        # Other stores may succeed by the same import.
        (FAILED, image(failed=['dcn0']), task('success', 'dcn0')),
        # While Glance writes to the others.
        (FAILED, image('t1', failed=['dcn0']), task('processing', 'dcn0')),
        # It has ended after the image was shown.
        (FAILED, image('t1', ['dcn0']), task('failure', 'dcn0')),
        # Staging failed.
        (FAILED, image(importing=['dcn0']), task('failure', 'dcn0')),
        (FAILED, image(importing=['dcn0'])),
        # A quota: neither list names it.
        (FAILED, image(), task('failure', 'dcn0')),
        # The last one counts.
        (ABSENT, image(), task('failure', 'dcn0', age=9, task_id='t0'),
         task('success', 'dcn0', age=1)),
        (FAILED, image(), task('success', 'dcn0', age=9, task_id='t0'),
         task('failure', 'dcn0', age=1)),
        # An import to another store holds the image.
        (ABSENT, image('t1', ['dcn10']), task('processing', 'dcn10')),
        (FAILED, image('t1', ['dcn10'], ['dcn0']),
         task('processing', 'dcn10')),
        # The task is hidden.
        (COPYING, image('t1', ['dcn0'])),
        (ABSENT, image('t1', ['dcn10'])),
        (FAILED, image('t1', ['dcn10'], ['dcn0'])))
    @ddt.unpack
    def test_state(self, state, image, *imports):
        seen = look(image, *imports)
        self.assertIs(state, seen['dcn0'].state)
        self.assertIs(PRESENT, seen['central'].state)
        self.assertIs(ABSENT, seen['dcn1'].state)

    def test_several_stores_of_one_import(self):
        seen = look(
            image('t1', ['dcn1'], ['dcn0'], stores=('central', 'dcn10')),
            task('processing', 'dcn0', 'dcn1', 'dcn10'))
        self.assertEqual(
            {'central': PRESENT, 'dcn0': FAILED, 'dcn1': COPYING,
             'dcn10': PRESENT},
            {store: one.state for store, one in seen.items()})


class DetailTestCase(base.TestCase):

    def test_copying(self):
        one = look(image('t1', ['dcn0']), task(
            'processing', 'dcn0', message='Copied 15 MiB', age=5))['dcn0']
        self.assertEqual((ago(5), ago(5 - 3600)),
                         (one.since, one.locked_until))
        self.assertEqual('import task t1, processing: Copied 15 MiB',
                         one.detail)

    def test_pending_holds_the_lock_for_longer(self):
        one = look(image('t1'), task('pending', 'dcn0', age=5))['dcn0']
        self.assertEqual(ago(5 - 7200), one.locked_until)

    def test_stalled(self):
        one = look(image('t1', ['dcn0']), task(
            'processing', 'dcn0', age=900))['dcn0']
        self.assertEqual((ago(900), ago(900 - 3600)),
                         (one.since, one.locked_until))
        self.assertIn('no sign of life for 900 s, since 2026-01-01 11:45:00',
                      one.detail)
        self.assertIn('take over at 2026-01-01 12:45:00 UTC', one.detail)

    def test_failed_and_why(self):
        one = look(image(failed=['dcn0']), task(
            'failure', 'dcn0', message='disk on fire', age=7))['dcn0']
        self.assertEqual(ago(7), one.since)
        self.assertIn('could not write to the store', one.detail)
        self.assertIn('disk on fire', one.detail)
        self.assertIn('Look for request req-1 in the logs', one.detail)

    def test_failed_where_tasks_are_hidden(self):
        one = look(image(importing=['dcn0']))['dcn0']
        self.assertIsNone(one.since)
        self.assertIn('could not stage', one.detail)
        self.assertIn('not visible', one.detail)

    def test_copying_where_tasks_are_hidden(self):
        one = look(image('t1', ['dcn0']))['dcn0']
        self.assertEqual((None, None), (one.since, one.locked_until))
        self.assertIn('t1', one.detail)

    def test_hidden(self):
        for hidden, locked, imports in (
                (True, image('t1'), ()),
                (True, image('t1'), (task('success', task_id='t0'),)),
                (False, image('t1'), (task('pending'),)),
                (False, image(), ())):
            self.assertIs(hidden, standing.Seen(NOW, locked, imports).hidden)


class StoresTestCase(base.TestCase):

    def test_all_that_anything_names_in_order(self):
        seen = look(image(stores=['s5'], importing=['s1'], failed=['s3']),
                    stores=frozenset(('s4', 's2')))
        self.assertEqual(['s1', 's2', 's3', 's4', 's5'], list(seen))

    def test_store_that_this_glance_does_not_have(self):
        self.assertIn('does not have', look(
            image(stores=['central', 'edge']))['edge'].detail)
        # Without enabled_backends none are named.
        self.assertEqual('', look(
            image(stores=['central']), stores=frozenset())['central'].detail)

    def test_pool(self):
        pool = store_mod.RbdPool('f1', 'images')
        seen = look(image(), pools={'dcn0': pool})
        self.assertEqual((pool, None), (
            seen['dcn0'].pool, seen['central'].pool))
