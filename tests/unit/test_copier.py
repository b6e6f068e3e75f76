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

"""What the copier does while Glance plays a script, and how it ends.

The scripts are what real services showed: the times between a 202, the lists
and the lock, the shapes of failures, and locks that workers left behind.
"""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
from typing import Any

import ddt
import fixtures

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import obstacle
from nova_rbd_multistore import protocol
from nova_rbd_multistore import timing
from tests import base
from tests import fake_time
from tests import records
from tests import scripted
from tests.scripted import Accepted
from tests.scripted import Refused
from tests.scripted import Row

CONFLICT = exception.Conflict(
    'copy image', '409 Conflict: Image has active task')
FORBIDDEN = exception.Forbidden(
    'copy image', '403 Forbidden: You are not authorized')
NOT_FOUND = exception.NotFound('show image', '404 Not Found')
UNAUTHENTICATED = exception.NotAuthenticated('show image', 'HTTP 401')
UNAVAILABLE = exception.GlanceUnavailable('copy image', 'HTTP 500: oops')

IMPATIENT = protocol.Limits(stall_timeout=900.0)
DEFAULT = copier.Settings(limits=IMPATIENT)
ONE_ATTEMPT = copier.Settings(
    limits=dataclasses.replace(IMPATIENT, attempts=1))
LONG = copier.Settings(timeout=5000.0, limits=IMPATIENT)
LONG_AND_PATIENT = copier.Settings(
    timeout=9000.0, limits=protocol.Limits(stall_timeout=0.0))


def locked(lock: str, **more: str) -> dict[str, Any]:
    return records.image(lock=lock, **more)


def good(
    seconds: float, lock: str = 't1', store: str = 'dcn0', **stale: str,
) -> tuple[Row, ...]:
    """Return what Glance shows of a copy that takes so long and succeeds.

    :param stale: the lists of an earlier run, which are shown until the
        thread of the task has started.
    """
    stores = f'central,{store}'
    return (
        Row(0.0, locked(lock, **stale)),
        Row(0.45, locked(lock, importing=store, failed='')),
        Row(seconds, records.image(
            stores, lock=lock, importing='', failed='')),
        Row(seconds + 0.1, records.image(stores, importing='', failed='')),
    )


def bad(
    seconds: float, lock: str = 't1', status: str | None = None,
    **lists: str,
) -> tuple[Row, ...]:
    """Return what Glance shows of a copy that fails after so long.

    :param status: of the task at the end; None where tasks are hidden.
    :param lists: the properties that Glance leaves behind.
    """
    def tasks(state: str) -> Any:
        if status is None:
            return scripted.HIDDEN
        why = 'failed due to Internal Error' if state == 'failure' else ''
        return [records.task(lock, state, message=why)]

    return (
        Row(0.0, locked(lock), tasks('pending')),
        Row(0.1, locked(lock, importing='dcn0'), tasks('processing')),
        Row(seconds, records.image(**lists), tasks(status or '')),
    )


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A script, and what is to come of it.

    :ivar ends: the error, None for an image in the store.
    :ivar at: seconds after which it ends.
    :ivar posts: submissions, whatever Glance answered.
    :ivar accepted: those that it accepted.
    :ivar looks: how often the image was looked at.
    :ivar words: what the error has to say, among others.
    :ivar jumps: of the wall clock.
    """

    name: str
    rows: Iterable[Row]
    at: float
    looks: int
    answers: tuple[Accepted | Refused, ...] = ()
    ends: type[exception.CopyError] | None = None
    posts: int = 0
    accepted: int = 0
    words: tuple[str, ...] = ()
    store: str = 'dcn0'
    settings: copier.Settings = DEFAULT
    jumps: dict[float, float] = dataclasses.field(default_factory=dict)

    @property
    def __name__(self) -> str:
        """What ddt names the test after."""
        return self.name


FREE = (Row(0.0, records.image()),)
HERE = (Row(0.0, records.image('central,dcn0', importing='', failed='')),)



def later(seconds: float, rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(dataclasses.replace(row, at=seconds + row.at)
                 for row in rows)


def stuck(
    record: dict[str, Any], task: dict[str, Any], *more: Row,
) -> tuple[Row, ...]:
    """Return an image whose import shows no sign of life."""
    return Row(0.0, record, [task]), *more


SCENARIOS = (
    # There, or soon there.
    Scenario('there_already', HERE, at=0.0, looks=1),
    Scenario('good_copy', FREE, answers=(Accepted(good(10.0)),),
             at=10.0, looks=21, posts=1, accepted=1),
    Scenario('good_copy_with_visible_task', FREE, answers=(Accepted((
        Row(0.0, locked('t1'), [records.task('t1', 'pending')]),
        Row(0.45, locked('t1', importing='dcn0'), [records.task('t1')]),
        Row(10.0, records.image('central,dcn0', lock='t1', importing=''),
            [records.task('t1', 'success', 10)]))),),
        at=10.0, looks=21, posts=1, accepted=1),
    Scenario('good_copy_after_a_failed_one_of_the_past',
             (Row(0.0, records.image(failed='dcn0', importing='')),),
             answers=(Accepted(good(10.0, failed='dcn0', importing='')),),
             at=10.0, looks=21, posts=1, accepted=1),
    Scenario('long_copy', FREE, answers=(Accepted(good(500.0)),),
             at=500.0, looks=73, posts=1, accepted=1),
    Scenario('202_and_no_free_thread_for_two_minutes', FREE,
             answers=(Accepted((
                 Row(0.0, locked('t1', importing='', failed='dcn0'),
                     [records.task('t1', 'pending')]),
                 *(Row(120.0 + row.at, row.record) for row in good(10.0)))),),
             at=130.0, looks=48, posts=1, accepted=1),
    Scenario('store_beside_one_whose_name_begins_alike',
             (Row(0.0, records.image('central,dcn10')),), store='dcn1',
             answers=(Accepted(good(5.0, store='dcn1')),),
             at=5.0, looks=14, posts=1, accepted=1),
    Scenario('done_just_before_the_deadline', FREE,
             answers=(Accepted(good(599.9)),),
             at=599.9, looks=80, posts=1, accepted=1),

    # Others copy too.
    Scenario('another_compute_copies', good(10.0), at=10.0, looks=21),
    Scenario('another_compute_was_faster', FREE,
             answers=(Refused(CONFLICT, good(10.0)),),
             at=10.0, looks=22, posts=1),
    Scenario('another_compute_was_faster_and_glance_deadlocked',
             FREE, answers=(Refused(UNAVAILABLE, good(10.0)),),
             at=10.0, looks=22, posts=1),
    Scenario('another_compute_copies_for_long',
             good(500.0), answers=(Refused(CONFLICT),),
             at=500.0, looks=74, posts=1),
    Scenario('another_compute_fails', bad(5.0, lock='t1', failed='dcn0'),
             answers=(Accepted(good(5.0, lock='t2')),),
             at=11.0, looks=29, posts=1, accepted=1),
    Scenario('another_store_first', good(8.0, store='dcn1'),
             answers=(Accepted(good(10.0, lock='t2')),),
             at=18.0, looks=39, posts=1, accepted=1),
    Scenario('another_store_whose_name_begins_alike_first',
             good(8.0, store='dcn10'), store='dcn1',
             answers=(Accepted(good(10.0, lock='t2', store='dcn1')),),
             at=18.0, looks=39, posts=1, accepted=1),
    Scenario('two_202s_and_the_rival_copies', FREE, answers=(Accepted((
        Row(0.0, locked('t1')),
        Row(0.2, locked('t2', importing='dcn0'),
            [records.task('t1', 'failure', message='Task was aborted '
                          'externally'), records.task('t2')]),
        Row(10.0, records.image('central,dcn0', importing='')))),),
        at=10.0, looks=21, posts=1, accepted=1),
    Scenario('lock_replaced_by_one_for_another_store', FREE, answers=(
        Accepted((Row(0.0, locked('t1', importing='dcn0')),
                  *later(5.0, good(5.0, lock='t2', store='dcn1')))),
        Accepted(good(5.0, lock='t3'))),
        at=15.0, looks=34, posts=2, accepted=2),

    # Failed, and tried again.
    Scenario('write_fails_once', FREE, answers=(
        Accepted(bad(5.0, failed='dcn0', importing='')),
        Accepted(good(5.0, lock='t2', failed='dcn0', importing=''))),
        at=11.0, looks=29, posts=2, accepted=2),
    Scenario('staging_fails_once', FREE, answers=(
        Accepted(bad(5.0, importing='dcn0')),
        Accepted(good(5.0, lock='t2', importing='dcn0'))),
        at=11.0, looks=29, posts=2, accepted=2),
    Scenario('write_fails_always', FREE, answers=(
        Accepted(bad(5.0, 't1', 'failure', failed='dcn0', importing='')),
        Accepted(bad(5.0, 't2', 'failure', failed='dcn0', importing='')),
        Accepted(bad(5.0, 't3', 'failure', failed='dcn0', importing=''))),
        ends=exception.CopyFailed, at=18.0, looks=46, posts=3, accepted=3,
        words=('3 times', 'could not write to the store', 'task t3 failure',
               'failed due to Internal Error')),
    Scenario('write_fails_where_failures_are_allowed', FREE, answers=(
        Accepted(bad(5.0, 't1', 'success', failed='dcn0', importing='')),),
        ends=exception.CopyFailed, at=5.0, looks=14, posts=1, accepted=1,
        words=('could not write to the store', 'task t1 success'),
        settings=ONE_ATTEMPT),
    Scenario('staging_fails_always', FREE, answers=(
        Accepted(bad(5.0, importing='dcn0')),),
        ends=exception.CopyFailed, at=5.0, looks=14, posts=1, accepted=1,
        words=('could not stage the image', 'not visible'),
        settings=ONE_ATTEMPT),
    Scenario('quota_is_used_up_by_then', FREE, answers=(
        Accepted(bad(5.0, 't1', 'failure', importing='', failed='')),),
        ends=exception.CopyFailed, at=5.0, looks=14, posts=1, accepted=1,
        words=('without the store', 'task t1 failure'),
        settings=ONE_ATTEMPT),
    Scenario('ended_before_the_first_look', FREE, answers=(
        Accepted((Row(0.0, records.image(failed='dcn0'), [
            records.task('t0', 'success'),
            records.task('t1', 'failure', 1, message='No space left')]),)),),
        ends=exception.CopyFailed, at=2.0, looks=6, posts=1, accepted=1,
        words=('task t1 failure: No space left',), settings=ONE_ATTEMPT),
    Scenario('lock_that_a_lagging_database_shows_late', FREE, answers=(
        Accepted((Row(0.0, FREE[0].record), Row(1.0, locked('t1')),
                  *later(10.0, HERE))),),
        at=10.0, looks=21, posts=1, accepted=1, settings=ONE_ATTEMPT),

    # Locks that nobody works under.
    Scenario('stale_lock_with_visible_task', stuck(locked(
        't1', importing='dcn0'), records.task('t1', updated=-1800.0)),
        ends=exception.CopyStalled, at=0.0, looks=1,
        words=('task t1', f'project {records.PROJECT_ID}', 'request req-t1',
               'for 1800 s', 'since 2026-01-31 11:30:00 UTC',
               'at 2026-01-31 12:30:00 UTC')),
    Scenario('stale_lock_with_hidden_task', (
        Row(0.0, locked('t1', importing='dcn0')),),
        answers=(Refused(CONFLICT),), ends=exception.CopyStalled, at=900.0,
        looks=101, posts=1, words=('task t1', 'for 9'), settings=LONG),
    Scenario('stale_lock_with_hidden_task_and_little_time', (
        Row(0.0, locked('t1', importing='dcn0')),),
        answers=(Refused(CONFLICT),), ends=exception.CopyTimedOut, at=600.0,
        looks=81, posts=1,
        words=('after 600 s', 'in progress')),
    Scenario('our_worker_dies_with_visible_task', FREE, answers=(Accepted((
        Row(0.0, locked('t1'), [records.task('t1', 'pending')]),
        Row(0.45, locked('t1', importing='dcn0'), [records.task('t1')]))),),
        ends=exception.CopyStalled, at=900.0, looks=101, posts=1, accepted=1,
        words=('task t1', 'for 9'), settings=LONG),
    Scenario('our_worker_dies_with_hidden_task', FREE, answers=(Accepted((
        Row(0.0, locked('t1')),
        Row(0.45, locked('t1', importing='dcn0')))),),
        ends=exception.CopyStalled, at=900.0, looks=100, posts=1, accepted=1,
        words=('task t1', 'for 9'), settings=LONG),
    Scenario('slow_copy_that_shows_signs_of_life', FREE, answers=(Accepted((
        Row(0.0, locked('t1', importing='dcn0'), [records.task('t1')]),
        *(Row(60.0 * minute, locked('t1', importing='dcn0'),
              [records.task('t1', updated=60.0 * minute,
                            message=f'Copied {minute} MiB')])
          for minute in range(1, 50)),
        *later(3000.0, HERE))),),
        at=3000.0, looks=240, posts=1, accepted=1, settings=LONG),
    Scenario('expired_lock_with_visible_task', stuck(
        locked('t1', importing='dcn0'), records.task('t1', updated=-3600.0)),
        answers=(Accepted(good(5.0, lock='t2')),),
        at=5.0, looks=14, posts=1, accepted=1),
    Scenario('expired_lock_with_pending_task', stuck(
        locked('t1'), records.task('t1', 'pending', updated=-7200.0)),
        answers=(Accepted(good(5.0, lock='t2')),),
        at=5.0, looks=14, posts=1, accepted=1),
    Scenario('lock_that_expires_while_we_wait', stuck(
        locked('t1', importing='dcn0'), records.task('t1', updated=-3000.0)),
        answers=(Accepted(good(5.0, lock='t2')),),
        at=605.0, looks=93, posts=1, accepted=1, settings=LONG_AND_PATIENT),
    Scenario('pending_lock_that_expires_while_we_wait', stuck(
        locked('t1'), records.task('t1', 'pending', updated=-7000.0)),
        answers=(Accepted(good(5.0, lock='t2')),),
        at=205.0, looks=66, posts=1, accepted=1, settings=LONG_AND_PATIENT),
    Scenario('expired_lock_with_hidden_task', (
        Row(0.0, locked('t1', importing='dcn0')),),
        answers=(Accepted(good(5.0, lock='t2')),),
        at=65.0, looks=53, posts=1, accepted=1),
    Scenario('valid_lock_with_hidden_task_is_knocked_at_once', (
        Row(0.0, locked('t1', importing='dcn1')),),
        answers=(Refused(CONFLICT),), ends=exception.CopyTimedOut, at=600.0,
        looks=81, posts=1,
        words=('after 600 s', 'another import holds')),
    Scenario('each_lock_with_hidden_task_is_knocked_at', (
        Row(0.0, locked('t1', importing='dcn1')),
        Row(200.0, locked('t2', importing='dcn1')),
        Row(400.0, records.image('central,dcn1', importing=''))),
        answers=(Refused(CONFLICT), Refused(CONFLICT),
                 Accepted(good(5.0, lock='t3'))),
        at=405.0, looks=81, posts=3, accepted=1),
    Scenario('wall_clock_jumps_forth', stuck(
        locked('t1', importing='dcn1'), records.task('t1'),
        *later(50.0, FREE)), answers=(Accepted(good(5.0, lock='t2')),),
        at=55.0, looks=51, posts=1, accepted=1, jumps={20.0: 86_400.0}),
    Scenario('wall_clock_jumps_back', stuck(
        locked('t1', importing='dcn1'), records.task('t1', updated=-3000.0)),
        answers=(Accepted(good(5.0, lock='t2')),), jumps={20.0: -86_400.0},
        at=605.0, looks=93, posts=1, accepted=1, settings=LONG_AND_PATIENT),

    # Refused.
    Scenario('gone', (Row(0.0, NOT_FOUND),), ends=exception.ImageGone,
             at=0.0, looks=1),
    Scenario('removed_while_we_wait', FREE, answers=(Accepted((
        Row(0.0, locked('t1', importing='dcn0')), Row(5.0, NOT_FOUND))),),
        ends=exception.ImageGone, at=5.0, looks=14, posts=1, accepted=1),
    Scenario('deactivated_while_we_wait', FREE, answers=(Accepted((
        Row(0.0, locked('t1', importing='dcn0')),
        Row(5.0, locked('t1', importing='dcn0', status='deactivated')))),),
        ends=exception.ImageNotActive, at=5.0, looks=14, posts=1, accepted=1,
        words=('deactivated',)),
    Scenario('no_such_store', FREE, store='dcn2', answers=(
        Refused(exception.Conflict('copy image', 'Store not found')),),
        ends=exception.Misconfigured, at=0.0, looks=2, posts=1,
        words=('central, dcn0, dcn1', 'images_rbd_glance_store_name')),
    Scenario('no_such_store_and_locked', (
        Row(0.0, locked('t1', importing='dcn1')),
        Row(5.0, records.image('central,dcn1', importing=''))), store='dcn2',
        answers=(Refused(exception.Conflict('copy image', 'not found')),),
        ends=exception.Misconfigured, at=5.0, looks=15, posts=1),
    Scenario('copy_image_disabled', FREE, answers=(
        Refused(exception.BadRequest('copy image', 'not enabled')),),
        ends=exception.Misconfigured, at=0.0, looks=2, posts=1,
        words=('enabled_import_methods',)),
    Scenario('there_before_the_submission', FREE, answers=(
        Refused(exception.BadRequest('copy image', 'present'), HERE),),
        at=0.0, looks=2, posts=1),
    Scenario('not_permitted', FREE, answers=(Refused(FORBIDDEN),),
             ends=exception.CopyNotPermitted, at=0.0, looks=2, posts=1,
             words=('copy_image', '[glance]')),
    Scenario('not_permitted_while_another_compute_copies', FREE, answers=(
        Refused(FORBIDDEN, (
            Row(0.0, locked('t1', importing='dcn0')), *later(10.0, HERE))),),
        at=10.0, looks=22, posts=1),
    Scenario('over_quota', FREE, answers=(
        Refused(exception.OverQuota('copy image', '10 of 10 GiB')),),
        ends=exception.CopyOverQuota, at=0.0, looks=2, posts=1,
        words=('10 of 10 GiB',)),
    Scenario('credential_not_accepted', (Row(
        0.0, exception.NotAuthenticated('show image', 'HTTP 401')),),
        ends=exception.CopyNotPermitted, at=0.0, looks=1,
        words=('HTTP 401',)),
    Scenario('image_not_permitted', (Row(0.0, FORBIDDEN),),
             ends=exception.CopyNotPermitted, at=0.0, looks=1),

    # Nothing to hear from Glance.
    Scenario('glance_down_at_first', (
        Row(0.0, UNAVAILABLE), *later(30.0, FREE)),
        answers=(Accepted(good(5.0)),),
        at=35.0, looks=46, posts=1, accepted=1),
    Scenario('glance_down_during_the_copy', FREE, answers=(Accepted((
        Row(0.0, locked('t1')), Row(2.0, UNAVAILABLE),
        Row(30.0, locked('t1', importing='dcn0')),
        *later(40.0, HERE))),),
        at=40.0, looks=36, posts=1, accepted=1),
    Scenario('glance_down', (Row(0.0, UNAVAILABLE),),
             ends=exception.CopyTimedOut, at=600.0, looks=80,
             words=('after 600 s', 'no usable answer for 600 s',
                    'HTTP 500: oops', 'Look at Glance')),
    Scenario('keystone_away_during_the_copy', (
        Row(0.0, locked('t1', importing='dcn0')),
        Row(10.0, UNAUTHENTICATED),
        Row(50.0, locked('t1', importing='dcn0')),
        *later(55.0, HERE)), at=55.0, looks=39),
    Scenario('token_expires_during_the_copy', (
        Row(0.0, locked('t1', importing='dcn0')),
        Row(10.0, UNAUTHENTICATED)),
        ends=exception.CopyNotPermitted, at=100.0, looks=45,
        words=('not accepted the token any more', 'HTTP 401',
               'service credential')),
    Scenario('keystone_away_at_the_submission', FREE, answers=(
        Refused(UNAUTHENTICATED, (
            Row(0.0, UNAUTHENTICATED), *later(10.0, FREE))),
        Accepted(good(10.0))),
        at=20.0, looks=42, posts=2, accepted=1),
    Scenario('submission_answered_500_and_carried_out', FREE,
             answers=(Refused(UNAVAILABLE, good(10.0)),),
             at=10.0, looks=22, posts=1),
    Scenario('submission_answered_500_and_not_carried_out', FREE,
             answers=(Refused(UNAVAILABLE), Accepted(good(10.0))),
             at=11.0, looks=25, posts=2, accepted=1),

    # Out of time.
    Scenario('too_slow', FREE, answers=(Accepted(good(700.0)),),
             ends=exception.CopyTimedOut, at=600.0, looks=80, posts=1,
             accepted=1, words=('after 600 s', 'copy is in progress',
                                'goes on in Glance')),
)


class CopierTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        # The pace without its jitter.
        self.useFixture(fixtures.MonkeyPatch(
            'random.uniform', lambda low, high: high))

    def copier(self, rows, answers=(), settings=DEFAULT, jumps=None,
               stray=None, **more):
        self.time = fake_time.FakeTime(jumps)
        clock = self.time.clock()
        self.glance = scripted.ScriptedGlance(clock, rows, answers, **more)
        self.searches = []

        def find(image_id, store):
            self.searches.append((image_id, store, self.time.now))
            return stray

        return copier.Copier(self.glance, settings, clock, find)

    def run_scenario(self, scenario):
        return self.copier(
            scenario.rows, scenario.answers, scenario.settings,
            scenario.jumps).ensure(records.IMAGE_ID, scenario.store)


@ddt.ddt
class ScenarioTestCase(CopierTestCase):

    @ddt.data(*SCENARIOS)
    def test(self, scenario):
        if scenario.ends is None:
            result = self.run_scenario(scenario)
            self.assertEqual(records.IMAGE_ID, result.image.id)
            self.assertIn(scenario.store, result.image.stores)
            self.assertEqual(scenario.store, result.store)
            self.assertEqual(self.time.now, result.seconds)
            self.assertEqual(scenario.accepted, result.submitted)
            self.assertEqual(scenario.looks, result.looks)
        else:
            exc = self.assertRaises(
                exception.CopyError, self.run_scenario, scenario)
            self.assertIs(scenario.ends, type(exc), exc)
            self.assertEqual(records.IMAGE_ID, exc.image_id)
            self.assertEqual(scenario.store, exc.store)
            for words in scenario.words:
                self.assertIn(words, exc.reason)
        # The end is noticed within a tenth of the wait and half a second.
        self.assertLessEqual(scenario.at, self.time.now)
        self.assertLessEqual(self.time.now, 1.1 * scenario.at + 0.5)
        self.assertEqual(scenario.posts, len(self.glance.posts))
        self.assertEqual(scenario.accepted, self.glance.accepted)
        self.assertEqual(scenario.looks, len(self.glance.looks))


class ObstacleTestCase(CopierTestCase):

    def test_ends_the_wait_after_one_failure(self):
        stray = obstacle.Obstacle('1', True, 'a partial copy', 'Remove it.')
        service = self.copier(
            FREE, [Accepted(bad(5.0, failed='dcn0'))], stray=stray)

        exc = self.assertRaises(exception.CopyObstructed, service.ensure,
                                records.IMAGE_ID, 'dcn0')
        self.assertIn('could not write', exc.reason)
        self.assertEqual(1, len(self.glance.posts))
        self.assertLess(self.time.now, 6.5)

    def test_is_looked_for_only_when_a_copy_has_failed(self):
        service = self.copier(FREE, [
            Accepted(bad(5.0, failed='dcn0')), Accepted(good(5.0, 't2'))])
        service.ensure(records.IMAGE_ID, 'dcn0')

        self.assertEqual({(records.IMAGE_ID, 'dcn0')},
                         {search[:2] for search in self.searches})
        for _image, _store, at in self.searches:
            self.assertTrue(5.0 <= at <= 7.0, at)

    def test_is_not_looked_for_where_all_goes_well(self):
        self.copier(FREE, [Accepted(good(5.0))]).ensure(
            records.IMAGE_ID, 'dcn0')

        self.assertEqual([], self.searches)


class CancelledTestCase(CopierTestCase):

    def test_soon_and_without_another_request(self):
        service = self.copier(FREE, [Accepted(good(100.0))])
        budget = DEFAULT.budget(
            self.time.clock(), lambda: self.time.now >= 40.0)

        exc = self.assertRaises(
            exception.Cancelled, service.ensure, records.IMAGE_ID, 'dcn0',
            budget)
        self.assertLessEqual(self.time.now, 45.0)
        self.assertLessEqual(self.glance.looks[-1], 40.0)
        self.assertEqual(self.time.now, exc.seconds)

    def test_within_the_settings_timeout(self):
        service = self.copier(FREE, [Accepted(good(1000.0))])

        self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0',
            DEFAULT.budget(self.time.clock(), lambda: False))
        self.assertEqual(600.0, self.time.now)


@ddt.ddt
class DeadlineTestCase(CopierTestCase):

    def budget(self, timeout):
        return timing.Budget(self.time.clock(), timeout)

    def test_is_the_callers_where_given(self):
        service = self.copier(FREE, [Accepted(good(100.0))])

        exc = self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0',
            self.budget(30.0))
        self.assertEqual(30.0, self.time.now)
        self.assertIn('after 30 s', exc.reason)

    def test_counts_from_the_call(self):
        service = self.copier(FREE, [Accepted(good(590.0))])
        self.time.sleep(100.0)

        result = service.ensure(records.IMAGE_ID, 'dcn0')
        self.assertAlmostEqual(595.0, result.seconds, delta=5.0)

    def test_in_the_past_is_time_for_one_look(self):
        service = self.copier(HERE)

        result = service.ensure(
            records.IMAGE_ID, 'dcn0', self.budget(-1.0))
        self.assertEqual(1, result.looks)

    def test_no_sleep_goes_beyond_it(self):
        service = self.copier(
            stuck(locked('t1'), records.task('t1')),
            settings=copier.Settings(timeout=100.0))

        self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0')
        self.assertEqual(100.0, self.time.now)
        self.assertEqual(100.0, self.glance.looks[-1])

    @ddt.data(0.0, 0.1, 15.0, 1000.0)
    def test_interval_bounds_the_sleeps(self, poll_interval):
        service = self.copier(
            stuck(locked('t1'), records.task('t1')),
            settings=copier.Settings(
                timeout=300.0, poll_interval=poll_interval))

        self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0')
        self.assertLessEqual(max(self.time.slept), max(poll_interval, 0.4))
        self.assertGreaterEqual(min(self.time.slept[:-1]), 0.4)


@ddt.ddt
class StubbornTestCase(CopierTestCase):
    """Answers that keep coming, and what the error says about them."""

    @ddt.data(
        exception.Conflict(
            'copy image', "409 Conflict: 'container_format' needs to be set"),
        exception.GlanceUnavailable('copy image', 'HTTP 500: oops'))
    def test_refusal_is_in_the_timeout(self, answer):
        service = self.copier(FREE, [Refused(answer)] * 99)
        error = self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0')

        self.assertIn(answer.answer, str(error))

    def test_silent_lock_is_in_the_timeout(self):
        service = self.copier(
            [Row(0.0, locked('t1', importing='dcn0'))], [Refused(CONFLICT)])
        error = self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0')

        self.assertIn('import task t1, no sign of life for 600 s', str(error))

    @ddt.data(
        exception.Forbidden('list stores', '403 Forbidden'),
        exception.GlanceUnavailable('list stores', 'HTTP 503'))
    def test_hidden_stores_do_not_stop_a_copy(self, answer):
        service = self.copier(
            FREE, [Refused(CONFLICT), Accepted(good(5.0))], stores=answer)

        self.assertEqual(
            1, service.ensure(records.IMAGE_ID, 'dcn0').submitted)

    def test_image_that_glance_refuses_to_show(self):
        service = self.copier([Row(0.0, exception.BadRequest(
            'show image', '400 Bad Request'))])
        error = self.assertRaises(
            exception.CopyNotPermitted, service.ensure, records.IMAGE_ID,
            'dcn0')

        self.assertIn('400 Bad Request', str(error))

    def test_tasks_that_never_come_do_not_hide_a_failure(self):
        service = self.copier(FREE, [
            Accepted((
                Row(0.0, locked('t1', importing='dcn0'), UNAVAILABLE),
                Row(5.0, records.image(failed='dcn0'), UNAVAILABLE))),
            Accepted(good(5.0, 't2'))])

        self.assertEqual(
            2, service.ensure(records.IMAGE_ID, 'dcn0').submitted)
        self.assertLess(self.time.now, 30.0)

    def test_failure_is_told_when_the_task_has_ended_as_well(self):
        # Glance drops the lock first.
        service = self.copier(FREE, [Accepted((
            Row(0.0, locked('t1', importing='dcn0'),
                [records.task('t1', 'processing')]),
            Row(5.0, records.image(importing='dcn0'),
                [records.task('t1', 'processing')]),
            Row(5.1, records.image(importing='dcn0'),
                [records.task('t1', 'failure', message='No such\nimage')]),
        ))], settings=ONE_ATTEMPT)
        error = self.assertRaises(
            exception.CopyFailed, service.ensure, records.IMAGE_ID, 'dcn0')

        self.assertIn('failure: No such image', str(error))

    def test_task_that_never_ends_does_not_hide_a_failure(self):
        service = self.copier(FREE, [Accepted((
            Row(0.0, locked('t1', importing='dcn0'),
                [records.task('t1', 'processing')]),
            Row(5.0, records.image(importing='dcn0'),
                [records.task('t1', 'processing')]),
        ))], settings=ONE_ATTEMPT)

        self.assertRaises(
            exception.CopyFailed, service.ensure, records.IMAGE_ID, 'dcn0')
        self.assertLess(self.time.now, 10.0)

    def test_refusal_just_before_the_deadline_is_explained(self):
        service = self.copier(
            FREE, [Refused(FORBIDDEN)], settings=copier.Settings(timeout=0.1))

        self.assertRaises(
            exception.CopyNotPermitted, service.ensure, records.IMAGE_ID,
            'dcn0')

    def test_no_copy_is_asked_for_at_the_deadline(self):
        service = self.copier(
            [Row(0.0, locked('t1', importing='dcn1')), *later(59.9, FREE)],
            [Accepted(good(5.0))], settings=copier.Settings(timeout=60.0))

        self.assertRaises(
            exception.CopyTimedOut, service.ensure, records.IMAGE_ID, 'dcn0')
        self.assertEqual([], self.glance.posts)

    def test_lock_is_tried_again_when_nobody_said_that_it_is_valid(self):
        service = self.copier(
            [Row(0.0, locked('t1', importing='dcn1'))],
            [Refused(UNAVAILABLE), Accepted(good(5.0, 't2'))])

        self.assertEqual(
            1, service.ensure(records.IMAGE_ID, 'dcn0').submitted)

    def test_lock_is_tried_again_when_glances_clock_is_behind(self):
        service = self.copier(
            [Row(0.0, locked('t1', importing='dcn0'),
                 [records.task('t1', updated=-3600.0)])],
            [Refused(CONFLICT), Accepted(good(5.0, 't2'))])

        self.assertEqual(
            1, service.ensure(records.IMAGE_ID, 'dcn0').submitted)

    def test_without_a_limit_a_long_copy_is_waited_for(self):
        service = self.copier(
            FREE, [Accepted(good(50_000.0))], settings=copier.Settings(
                timeout=None, limits=protocol.Limits(stall_timeout=0.0)))

        self.assertGreater(
            service.ensure(records.IMAGE_ID, 'dcn0').seconds, 50_000.0)


class RequestsTestCase(CopierTestCase):

    def test_tasks_of_a_running_copy_are_asked_for_once_in_an_interval(self):
        service = self.copier(FREE, [Accepted(tuple(
            dataclasses.replace(row, tasks=[records.task('t1')])
            for row in good(300.0)))])

        service.ensure(records.IMAGE_ID, 'dcn0')
        self.assertLessEqual(len(self.glance.task_looks), 300 / 15 + 1)

    def test_tasks_are_not_asked_for_without_need(self):
        service = self.copier(FREE, [Accepted(HERE)])

        service.ensure(records.IMAGE_ID, 'dcn0')
        self.assertEqual([], self.glance.task_looks)

    def test_stores_are_asked_for_only_after_a_conflict_without_a_lock(self):
        service = self.copier(FREE, [
            Refused(UNAVAILABLE), Refused(CONFLICT), Accepted(good(2.0))])

        service.ensure(records.IMAGE_ID, 'dcn0')
        conflict = self.glance.posts[1]
        accepted = self.glance.posts[2]
        self.assertEqual(conflict, self.glance.store_looks[0])
        self.assertTrue(all(
            conflict <= at <= accepted for at in self.glance.store_looks))

    def test_stores_are_not_asked_for_while_the_lock_explains_a_conflict(self):
        service = self.copier(FREE, [Refused(CONFLICT, good(10.0))])

        service.ensure(records.IMAGE_ID, 'dcn0')
        self.assertEqual([], self.glance.store_looks)


class LogTestCase(CopierTestCase):

    def test_nothing_above_debug_where_there_is_nothing_to_wait_for(self):
        self.copier(HERE).ensure(records.IMAGE_ID, 'dcn0')

        self.assertEqual([], self.logged('INFO'))

    def test_a_copy_is_two_lines(self):
        service = self.copier(FREE, [Accepted(good(10.0))])
        service.ensure(records.IMAGE_ID, 'dcn0')

        asked, finished = self.logged('INFO')
        self.assertIn(
            f'copy image {records.IMAGE_ID} (64 MiB) to store dcn0', asked)
        self.assertIn(
            f'Image {records.IMAGE_ID} (64 MiB) is in store dcn0 after '
            f'10.4 s', finished)
        self.assertEqual([], self.logged('WARNING'))

    def test_joining_a_copy_is_two_lines(self):
        service = self.copier(
            [Row(0.0, locked('t1', importing='dcn0')), *later(10.0, HERE)])
        service.ensure(records.IMAGE_ID, 'dcn0')

        joined, finished = self.logged('INFO')
        self.assertIn('the copy is in progress', joined)
        self.assertIn('is in store dcn0', finished)

    def test_each_look_is_a_line_with_the_progress(self):
        self.copier([
            Row(0.0, locked('t1', importing='dcn0'),
                [records.task('t1', message='Copied 15 MiB')]),
            *later(10.0, HERE)]).ensure(records.IMAGE_ID, 'dcn0')

        lines = [line for line in self.logged('DEBUG')
                 if 'the copy is in progress (import task t1, processing: '
                    'Copied 15 MiB)' in line]
        self.assertEqual(len(self.glance.looks) - 2, len(lines))

    def test_each_failure_is_a_warning(self):
        service = self.copier(FREE, [
            Accepted(bad(5.0, failed='dcn0')),
            Accepted(bad(5.0, 't2', importing='dcn0')),
            Accepted(good(5.0, 't3'))])
        service.ensure(records.IMAGE_ID, 'dcn0')

        first, second = self.logged('WARNING')
        self.assertIn('could not write', first)
        self.assertIn('could not stage', second)

    def test_glances_silence_is_one_warning(self):
        service = self.copier([Row(0.0, UNAVAILABLE), *later(60.0, HERE)])
        service.ensure(records.IMAGE_ID, 'dcn0')

        self.assertEqual(1, len(self.logged('WARNING')))
        self.assertEqual(
            len(self.glance.looks) - 1,
            sum('HTTP 500: oops' in line for line in self.logged('DEBUG')))


class SystemClockTestCase(base.TestCase):

    def test_is_the_default(self):
        time = fake_time.FakeTime()
        self.useFixture(fixtures.MonkeyPatch('time.monotonic', time.monotonic))
        self.useFixture(fixtures.MonkeyPatch('time.sleep', time.sleep))
        glance = scripted.ScriptedGlance(
            time.clock(), FREE, [Accepted(good(10.0))])

        result = copier.Copier(glance, DEFAULT).ensure(
            records.IMAGE_ID, 'dcn0')
        self.assertEqual(time.now, result.seconds)
