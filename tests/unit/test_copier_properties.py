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

"""What holds for the copier whatever Glance does."""

from __future__ import annotations

import datetime
import itertools
import logging

import fixtures
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import protocol
from tests import base
from tests import fake_time
from tests import records
from tests import scripted

STORE = 'dcn0'

ERRORS = strategies.sampled_from([
    kind('request', 'answer') for kind in (
        exception.BadRequest, exception.NotAuthenticated, exception.Forbidden,
        exception.NotFound, exception.Conflict, exception.OverQuota,
        exception.GlanceUnavailable)])
UNAVAILABLE = strategies.just(
    exception.GlanceUnavailable('show image', 'HTTP 503'))

LISTS = strategies.sampled_from(
    [None, '', 'dcn0', 'dcn1', 'dcn01', 'dcn0,dcn1'])


@strategies.composite
def images(draw):
    """Draw an image; that it has arrived is rare, for that ends a wait."""
    record = records.image(draw(strategies.sampled_from(
        ['central'] * 6 + [None, 'central,dcn01', 'central,dcn0'])))
    for name in ('lock', 'importing', 'failed'):
        value = draw(strategies.sampled_from([None, 't1', 't1', 't2'])
                     if name == 'lock' else LISTS)
        if value is not None:
            record |= records.image(None, **{name: value})
    if draw(strategies.integers(0, 19)) == 0:
        record['status'] = 'deactivated'
    return record


TASKS = strategies.just(scripted.HIDDEN) | UNAVAILABLE | strategies.lists(
    strategies.builds(
        records.task, strategies.sampled_from(['t1', 't2']),
        strategies.sampled_from(
            ['pending', 'processing', 'success', 'failure']),
        strategies.sampled_from(
            [-10_000, -7000, -3500, -800, 0, 50, 700, 3000])),
    max_size=2, unique_by=lambda task: task['id'])

GAPS = strategies.sampled_from(
    [0.0, 0.1, 0.5, 1.0, 5.0, 30.0, 61.0, 400.0, 1000.0, 4000.0])


@strategies.composite
def scripts(draw):
    """Draw what Glance shows as time goes by."""
    at, rows = 0.0, []
    for gap in draw(strategies.lists(GAPS, min_size=1, max_size=8)):
        shown = draw(strategies.integers(0, 9))
        record = draw(UNAVAILABLE if shown == 0 else images())
        rows.append(scripted.Row(at, record, draw(TASKS)))
        at += gap
    return rows


ANSWERS = strategies.lists(
    strategies.builds(scripted.Accepted, scripts() | strategies.just(()))
    | strategies.builds(scripted.Refused, ERRORS), min_size=1, max_size=4)

SETTINGS = strategies.builds(
    lambda times, limits: copier.Settings(*times, limits),
    # Timeout and poll interval.
    strategies.sampled_from([
        (0.0, 15.0), (0.5, 15.0), (60.0, 0.0), (60.0, 15.0), (600.0, 5.0),
        (600.0, 1000.0), (8000.0, 60.0)]),
    strategies.builds(
        protocol.Limits, attempts=strategies.integers(1, 3),
        stall_timeout=strategies.sampled_from([0.0, 60.0, 900.0])))


class PropertyTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        # A line for each look of all examples would be most of the time.
        self.useFixture(fixtures.FakeLogger(level=logging.ERROR))
        self.useFixture(fixtures.MonkeyPatch(
            'random.uniform', lambda low, high: low))

    def play(self, rows, answers, settings):
        """Return how it ended: a result or an error."""
        self.time = fake_time.FakeTime()
        clock = self.time.clock()
        self.glance = scripted.ScriptedGlance(
            clock, rows, itertools.islice(itertools.cycle(answers), 30_000))
        try:
            return copier.Copier(self.glance, settings, clock).ensure(
                records.IMAGE_ID, STORE)
        except exception.CopyError as exc:
            return exc

    @hypothesis.given(scripts(), ANSWERS, SETTINGS)
    @hypothesis.settings(max_examples=400)
    def test_whatever_glance_does(self, rows, answers, settings):
        end = self.play(rows, answers, settings)

        self.check_end(end, settings)
        self.check_requests(settings)
        for image, tasks in self.glance.known:
            self.check_submission(image, tasks)

    def check_end(self, end, settings):
        """It ends in time, and says that the image is there only if it is."""
        self.assertLessEqual(self.time.now, settings.timeout)
        if isinstance(end, exception.CopyTimedOut):
            self.assertEqual(settings.timeout, self.time.now)
        if isinstance(end, exception.CopyError):
            self.assertEqual(
                (records.IMAGE_ID, STORE), (end.image_id, end.store))
            return
        self.assertIn(STORE, end.image.stores)
        self.assertTrue(end.image.active)
        self.assertEqual(self.glance.accepted, end.submitted)
        self.assertEqual(len(self.glance.looks), end.looks)

    def check_requests(self, settings):
        """They are few, in all circumstances."""
        looks, posts = len(self.glance.looks), len(self.glance.posts)
        self.assertLessEqual(self.glance.accepted, settings.limits.attempts)
        self.assertLessEqual(posts, looks)
        self.assertLessEqual(
            looks, 3 + posts + settings.timeout / (0.75 * 0.4))
        self.assertLessEqual(len(self.glance.task_looks), looks)

    def check_submission(self, image, tasks):
        """A copy is asked for where that makes sense, as far as we know."""
        self.assertTrue(image.active)
        self.assertNotIn(STORE, image.stores)
        if image.lock is None:
            return
        for task in tasks:
            if task.id == image.lock:
                expiry = 7200 if task.status == 'pending' else 3600
                age = self.time.utcnow() - task.updated_at
                self.assertGreaterEqual(
                    age, datetime.timedelta(seconds=expiry))
