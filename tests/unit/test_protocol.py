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

"""The two decision tables, row by row.

Each row is looks at Glance one after the other, the last of which is decided
on. Records are Glance's own dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal
from nova_rbd_multistore import obstacle
from nova_rbd_multistore import protocol
from tests import base
from tests import fake_time
from tests import records

STORE = 'dcn0'
NEW = journal.Attempt(records.IMAGE_ID, STORE)
LIMITS = protocol.Limits(attempts=3, stall_timeout=900.0)
PATIENT = protocol.Limits(attempts=3, stall_timeout=0.0)

STARTING = protocol.Wait(protocol.Phase.STARTING)
COPYING = protocol.Wait(protocol.Phase.COPYING)
QUEUED = protocol.Wait(protocol.Phase.QUEUED)
BACKOFF = protocol.Wait(protocol.Phase.BACKOFF)
SUBMIT = protocol.Submit()


def look(
    at: float = 0.0,
    record: Mapping[str, Any] | None = None,
    task: Mapping[str, Any] | None = None,
    known: set[str] | None = None,
    found: obstacle.Obstacle | None = None,
) -> journal.Observation:
    """Return what a look showed `at` seconds after noon."""
    image = record and image_mod.Image.from_glance(record)
    shown = task and image_mod.Task.from_glance(task)
    age = None
    if shown and shown.updated_at:
        age = at - (shown.updated_at - fake_time.NOON).total_seconds()
    return journal.Observation(
        at, image, shown, age, None if known is None else frozenset(known),
        found)


def locked(lock: str = 't1', **more: Any) -> dict[str, Any]:
    return records.image(lock=lock, **more)


def refused(
    kind: type[exception.GlanceError], lock: str | None = None,
    attempt: journal.Attempt = NEW,
) -> journal.Attempt:
    """Return an attempt whose submission had another answer than 202."""
    return attempt.refused(
        kind(f'copy image to store {STORE}', "Glance's words."), 0.0, lock)


STRAY = obstacle.Obstacle(
    '1045a', True, 'a partial copy', 'Remove it (rbd rm images/x).')
OPEN_STRAY = dataclasses.replace(STRAY, deserted=False)
OTHER_STRAY = dataclasses.replace(STRAY, identity='1045b')



def deserted(
    *moments: float, lock: str = 't1', found: obstacle.Obstacle = STRAY,
) -> tuple[journal.Observation, ...]:
    """Return looks at a copy into our store that something is there of."""
    return tuple(look(at, locked(lock, importing=STORE), found=found)
                 for at in moments)


def written(*moments: float) -> tuple[journal.Observation, ...]:
    """Return such looks, in which somebody has it open."""
    return deserted(*moments, found=OPEN_STRAY)


FREE = records.image()
ACCEPTED = NEW.accepted(0.0)
OURS = ACCEPTED.observed(look(0.0, locked('t1')))
OURS_NAMED = ACCEPTED.observed(look(0.0, locked('t1', importing=STORE)))
FAILED_ONCE = OURS_NAMED.observed(look(0.0, FREE))


def failed(times: int) -> journal.Attempt:
    """Return an attempt after failures, the last of them at 0 s."""
    attempt = NEW
    for number in range(times):
        attempt = attempt.accepted(0.0).observed(
            look(0.0, locked(f't{number}')))
        attempt = attempt.observed(look(
            0.0, records.image(failed=STORE),
            records.task(f't{number}', 'failure',
                         message='Task failed due to Internal Error')))
    return attempt


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a table.

    :ivar attempt: what we did before.
    :ivar looks: in their order.
    :ivar expected: the decision, or the error that it is to fail with.
    :ivar words: what the error has to say, among others.
    """

    name: str
    attempt: journal.Attempt
    looks: tuple[journal.Observation, ...]
    expected: protocol.Decision | type[exception.CopyError]
    words: tuple[str, ...] = ()
    limits: protocol.Limits = LIMITS

    @property
    def __name__(self) -> str:
        """What ddt names the test after."""
        return self.name


def done(record: Mapping[str, Any]) -> protocol.Done:
    return protocol.Done(image_mod.Image.from_glance(record))


HERE = records.image('central,dcn0', importing='', failed='')
HERE_LOCKED = records.image(
    'central,dcn0', lock='t1', importing='', failed='')
HERE_LONG_AGO = records.image('central,dcn0', failed='dcn0')

OBSERVED = (
    # image gone / not active
    Row('gone', NEW, (look(0.0, None),), exception.ImageGone,
        ('no such image',)),
    Row('gone_while_we_wait', OURS_NAMED, (look(9.0, None),),
        exception.ImageGone),
    Row('being_deleted', NEW,
        (look(0.0, records.image(status='deleted')),), exception.ImageGone,
        ('status is deleted',)),
    Row('being_deleted_later', NEW,
        (look(0.0, records.image(status='pending_delete')),),
        exception.ImageGone, ('status is pending_delete',)),
    Row('not_active', NEW, (look(0.0, records.image(status='queued')),),
        exception.ImageNotActive, ('queued',)),
    Row('deactivated_while_we_wait', OURS_NAMED,
        (look(9.0, locked(status='deactivated', importing=STORE)),),
        exception.ImageNotActive, ('deactivated',)),
    Row('not_active_though_in_the_store', NEW,
        (look(0.0, records.image('central,dcn0', status='deactivated')),),
        exception.ImageNotActive),

    # store in `stores`
    Row('in_the_store', NEW, (look(0.0, HERE),), done(HERE)),
    Row('in_the_store_and_lock_still_there', OURS_NAMED,
        (look(9.0, HERE_LOCKED),), done(HERE_LOCKED)),
    Row('in_the_store_and_failed_list_is_of_an_earlier_run', NEW,
        (look(0.0, HERE_LONG_AGO),), done(HERE_LONG_AGO)),
    Row('in_the_store_after_all_attempts_failed', failed(3),
        (look(9.0, HERE),), done(HERE)),
    Row('in_a_store_whose_name_begins_with_ours',
        journal.Attempt(records.IMAGE_ID, 'dcn1'),
        (look(0.0, records.image('central,dcn10')),), SUBMIT),

    # lock set, and our store is being imported
    Row('imported_by_us', OURS,
        (look(9.0, locked('t1', importing='dcn0')),), COPYING),
    Row('imported_by_us_with_other_stores', OURS,
        (look(9.0, locked('t1', importing='dcn0,dcn1')),), COPYING),
    Row('imported_by_us_and_written', OURS_NAMED,
        (look(9.0, locked('t1', importing='')),), COPYING),
    Row('imported_by_us_and_failed_but_not_ended', OURS_NAMED,
        (look(9.0, locked('t1', importing='', failed=STORE)),), COPYING),
    Row('imported_by_another_compute', NEW,
        (look(0.0, locked('t1', importing='dcn0')),), COPYING),

    # lock set for other stores
    Row('imported_elsewhere', NEW,
        (look(0.0, locked('t1', importing='dcn1')),), QUEUED),
    Row('imported_to_a_store_whose_name_begins_with_ours',
        journal.Attempt(records.IMAGE_ID, 'dcn1'),
        (look(0.0, locked('t1', importing='dcn10')),), QUEUED),
    Row('locked_and_lists_absent', NEW, (look(0.0, locked('t1')),), QUEUED),
    Row('locked_and_lists_empty', NEW,
        (look(0.0, locked('t1', importing='', failed='')),), QUEUED),
    Row('the_lock_of_others_went', NEW,
        (look(0.0, locked('t1', importing='dcn1')),
         look(9.0, records.image('central,dcn1', importing=''))), SUBMIT),

    # lock set, no sign of life longer than the stall limit
    Row('silent_just_shorter', OURS_NAMED,
        (look(0.0, locked(importing=STORE)),
         look(899.9, locked(importing=STORE))), COPYING),
    Row('silent_with_hidden_task', OURS_NAMED,
        (look(0.0, locked(importing=STORE)),
         look(900.0, locked(importing=STORE))), exception.CopyStalled,
        ('task t1', 'for 900 s', '3600 s', '7200 s', 'worker that died')),
    Row('silent_before_we_came', NEW,
        (look(0.0, locked(importing=STORE),
              records.task(updated=-1000.0, message='Copied 15 MiB')),),
        exception.CopyStalled,
        ('task t1', f'project {records.PROJECT_ID}', 'request req-t1',
         'for 1000 s', 'since 2026-01-31 11:43:20 UTC',
         'at 2026-01-31 12:43:20 UTC', 'worker that died')),
    Row('silent_before_we_came_and_pending', NEW,
        (look(0.0, locked(),
              records.task(status='pending', updated=-1000.0)),),
        exception.CopyStalled, ('at 2026-01-31 13:43:20 UTC',)),
    Row('silent_by_its_task_but_seen_to_move', OURS_NAMED,
        (look(0.0, locked(), records.task(updated=-1000.0)),
         look(9.0, locked(importing=STORE), records.task(updated=-1000.0))),
        COPYING),
    Row('silent_and_no_limit', OURS_NAMED,
        (look(0.0, locked(importing=STORE)),
         look(1e6, locked(importing=STORE))), COPYING, limits=PATIENT),
    Row('alive_by_its_task', NEW,
        (look(0.0, locked(importing=STORE), records.task(updated=0.0)),
         look(899.0, locked(importing=STORE), records.task(updated=890.0)),
         look(1780.0, locked(importing=STORE), records.task(updated=890.0))),
        COPYING),

    # lock that may have expired
    Row('hidden_task_not_yet_suspicious', NEW,
        (look(0.0, locked()), look(59.9, locked())), QUEUED),
    Row('hidden_task_suspicious', NEW,
        (look(0.0, locked()), look(60.0, locked())), SUBMIT),
    Row('hidden_task_moved_meanwhile', NEW,
        (look(0.0, locked()), look(59.0, locked(importing='dcn1')),
         look(118.0, locked(importing='dcn1'))), QUEUED),
    Row('hidden_task_knocked_at_already', refused(exception.Conflict, 't1'),
        (look(0.0, locked()), look(600.0, locked())), QUEUED),
    Row('hidden_task_knocked_at_an_earlier_lock',
        refused(exception.Conflict, 't0'),
        (look(0.0, locked()), look(60.0, locked())), SUBMIT),
    Row('hidden_task_of_ours_is_not_knocked_at', OURS_NAMED,
        (look(0.0, locked()), look(600.0, locked())), COPYING),
    Row('task_without_time_is_as_good_as_hidden', NEW,
        (look(0.0, locked(), {'id': 't1', 'status': 'processing'}),
         look(60.0, locked(), {'id': 't1', 'status': 'processing'})), SUBMIT),
    Row('processing_lock_is_valid', NEW,
        (look(3599.9, locked(), records.task()),), QUEUED,
        limits=PATIENT),
    Row('processing_lock_has_expired', NEW,
        (look(3600.0, locked(), records.task()),), SUBMIT, limits=PATIENT),
    Row('pending_lock_is_valid', NEW,
        (look(7199.9, locked(), records.task(status='pending')),), QUEUED,
        limits=PATIENT),
    Row('pending_lock_has_expired', NEW,
        (look(7200.0, locked(), records.task(status='pending')),), SUBMIT,
        limits=PATIENT),
    Row('expired_lock_is_taken_in_place_of_failing_as_stalled', NEW,
        (look(3600.0, locked(), records.task()),), SUBMIT),

    Row('expired_lock_is_not_taken_when_all_attempts_are_used_up', failed(3),
        (look(0.0, locked()), look(60.0, locked())), QUEUED),

    # no lock, nothing submitted by us
    Row('nowhere', NEW, (look(0.0, FREE),), SUBMIT),
    Row('nowhere_and_lists_are_of_an_earlier_run', NEW,
        (look(0.0, records.image(importing='dcn0', failed='dcn0')),), SUBMIT),
    Row('nowhere_and_in_no_store_at_all', NEW,
        (look(0.0, records.image(None)),), SUBMIT),

    # no lock, our submission ended
    Row('ended_just_now', OURS_NAMED,
        (look(9.0, records.image(failed=STORE)),), BACKOFF),
    Row('ended_a_second_ago', OURS_NAMED,
        (look(9.0, records.image(failed=STORE)),
         look(10.0, records.image(failed=STORE))), SUBMIT),
    Row('ended_before_we_saw_the_lock', ACCEPTED, (look(2.4, FREE),),
        BACKOFF),
    Row('ended_and_another_import_holds_the_image', OURS_NAMED,
        (look(9.0, locked('t2', importing='dcn1')),), QUEUED),
    Row('ended_and_another_compute_copies', OURS_NAMED,
        (look(9.0, locked('t2', importing=STORE)),), COPYING),
    Row('ended_twice', failed(2),
        (look(1.9, records.image(failed=STORE)),), BACKOFF),
    Row('ended_twice_and_time_went_by', failed(2),
        (look(2.0, records.image(failed=STORE)),), SUBMIT),
    Row('ended_as_often_as_allowed', failed(3),
        (look(60.0, records.image(failed=STORE)),), exception.CopyFailed,
        ('3 times', 'could not write to the store', 'task t2 failure',
         'Task failed due to Internal Error')),
    Row('ended_once_and_only_one_is_allowed', OURS_NAMED,
        (look(9.0, records.image(importing=STORE)),), exception.CopyFailed,
        ('once', 'could not stage the image', 'not visible'),
        limits=protocol.Limits(attempts=1)),
    Row('ended_by_another_and_only_one_is_allowed', OURS_NAMED,
        (look(9.0, locked('t2', importing=STORE)),), COPYING,
        limits=protocol.Limits(attempts=1)),

    # something is in the way
    Row('obstacle_seen_once', OURS_NAMED, (look(9.0, FREE, found=STRAY),),
        BACKOFF),
    Row('obstacle_that_stays', OURS_NAMED,
        (look(9.0, FREE, found=STRAY), look(9.4, FREE, found=STRAY)),
        exception.CopyObstructed,
        ('a partial copy', 'in the way', 'without the store',
         'Remove it (rbd rm images/x).')),
    Row('obstacle_that_somebody_writes_to', OURS_NAMED,
        (look(9.0, FREE, found=OPEN_STRAY),
         look(10.0, FREE, found=OPEN_STRAY)), SUBMIT),
    Row('obstacle_that_was_closed_just_now', OURS_NAMED,
        (look(9.0, FREE, found=OPEN_STRAY), look(10.0, FREE, found=STRAY)),
        SUBMIT),
    Row('obstacle_that_is_another_one', OURS_NAMED,
        (look(9.0, FREE, found=OTHER_STRAY), look(10.0, FREE, found=STRAY)),
        SUBMIT),
    Row('obstacle_that_went', OURS_NAMED,
        (look(9.0, FREE, found=STRAY), look(10.0, FREE)), SUBMIT),
    Row('obstacle_and_an_import_in_between', OURS_NAMED,
        (look(9.0, FREE, found=STRAY), look(9.4, locked('t2')),
         look(10.0, FREE, found=STRAY)), SUBMIT),
    Row('obstacle_that_turns_out_to_be_the_copy', OURS_NAMED,
        (look(9.0, FREE, found=STRAY), look(9.4, HERE, found=STRAY)),
        done(HERE)),
    Row('obstacle_before_the_lock_is_shown', ACCEPTED,
        (look(0.0, FREE, found=STRAY), look(1.0, FREE, found=STRAY)),
        STARTING),
    Row('nobody_writes_any_more', OURS_NAMED,
        (*written(10.0), *deserted(25.0, 56.0)),
        exception.CopyStalled, ('import task t1', 'no sign of life for')),
    Row('nobody_writes_to_what_others_asked_for', NEW,
        (*written(10.0), *deserted(25.0, 56.0)), exception.CopyStalled),
    Row('nobody_has_written_for_a_moment', OURS_NAMED,
        (*written(10.0), *deserted(25.0, 54.0)), COPYING),
    Row('somebody_writes', OURS_NAMED, written(10.0, 25.0, 500.0), COPYING),
    Row('somebody_writes_again', OURS_NAMED,
        (*written(10.0), *deserted(25.0), *written(40.0), *deserted(56.0)),
        COPYING),
    Row('nobody_was_seen_to_write', OURS_NAMED,
        deserted(10.0, 25.0, 100.0), COPYING),
    Row('nobody_writes_and_that_is_no_ground', OURS_NAMED,
        (*written(10.0), *deserted(25.0, 56.0)), COPYING,
        limits=protocol.Limits(stall_timeout=0.0)),
    Row('nobody_writes_and_the_task_moves', OURS_NAMED,
        (*written(10.0), *deserted(25.0),
         look(50.0, locked(importing=STORE), records.task(updated=50.0),
              found=STRAY),
         look(60.0, locked(importing=STORE), records.task(updated=50.0),
              found=STRAY)), COPYING),
    Row('nobody_writes_and_the_lock_is_another_one', OURS_NAMED,
        (*written(10.0), *deserted(25.0), *deserted(40.0, 90.0, lock='t2')),
        COPYING),
    Row('what_was_written_is_not_known_to_be_there', OURS_NAMED,
        (*written(10.0), *deserted(25.0),
         look(40.0, locked(importing=STORE)), *deserted(56.0)), COPYING),
    Row('obstacle_that_stays_for_the_last_attempt', failed(2).accepted(5.0)
        .observed(look(5.0, locked('t3'))),
        (look(9.0, FREE, found=STRAY),), exception.CopyFailed),
)

ANSWERED = (
    # 202
    Row('202_and_not_begun', ACCEPTED, (look(0.4, locked('t1')),), STARTING),
    Row('202_and_failed_list_is_of_an_earlier_run', ACCEPTED,
        (look(0.4, locked('t1', importing='', failed=STORE)),), STARTING),
    Row('202_and_importing_list_is_of_an_earlier_run', ACCEPTED,
        (look(0.4, locked('t1', importing='dcn1')),), STARTING),
    Row('202_and_begun', ACCEPTED,
        (look(0.4, locked('t1', importing=STORE)),), COPYING),
    Row('202_and_done', ACCEPTED, (look(0.4, HERE_LOCKED),),
        done(HERE_LOCKED)),
    Row('202_after_a_failure', FAILED_ONCE.accepted(0.0),
        (look(9.0, locked('t2', importing='', failed=STORE)),), STARTING),

    # 409
    Row('409_and_locked', refused(exception.Conflict),
        (look(0.0, locked(importing='dcn1')),), QUEUED),
    Row('409_and_locked_for_our_store', refused(exception.Conflict),
        (look(0.0, locked(importing=STORE)),), COPYING),
    Row('409_and_locked_is_not_asked_about_stores',
        refused(exception.Conflict), (look(0.0, locked(), known=set()),),
        QUEUED),
    Row('409_and_not_active', refused(exception.Conflict),
        (look(0.0, records.image(status='deactivated')),),
        exception.ImageNotActive),
    Row('409_and_no_such_store', refused(exception.Conflict),
        (look(0.0, FREE, known={'central', 'dcn1', 'dcn10'}),),
        exception.Misconfigured,
        ('central, dcn1, dcn10', 'images_rbd_glance_store_name')),
    Row('409_and_no_store_at_all', refused(exception.Conflict),
        (look(0.0, FREE, known=set()),), exception.Misconfigured,
        ('no enabled_backends',)),
    Row('409_and_lock_gone_in_the_meantime', refused(exception.Conflict),
        (look(0.0, FREE, known={'central', STORE}),), BACKOFF),
    Row('409_and_lock_gone_a_second_later', refused(exception.Conflict),
        (look(0.0, locked()), look(1.0, FREE, known={STORE})), SUBMIT),
    Row('409_and_there_meanwhile', refused(exception.Conflict),
        (look(0.0, HERE),), done(HERE)),

    # 400
    Row('400_and_there_already', refused(exception.BadRequest),
        (look(0.0, HERE),), done(HERE)),
    Row('400_and_not_there', refused(exception.BadRequest),
        (look(0.0, FREE),), exception.Misconfigured,
        ("Glance's words.", 'enabled_import_methods')),
    Row('400_and_locked', refused(exception.BadRequest),
        (look(0.0, locked(importing=STORE)),), COPYING),

    # 403
    Row('403', refused(exception.Forbidden), (look(0.0, FREE),),
        exception.CopyNotPermitted,
        ("Glance's words.", 'copy_image', '[glance]')),
    Row('403_and_another_compute_copies', refused(exception.Forbidden),
        (look(0.0, locked(importing=STORE)),), COPYING),
    Row('403_and_there_meanwhile', refused(exception.Forbidden),
        (look(0.0, HERE),), done(HERE)),
    Row('403_is_not_helped_by_waiting_for_others',
        refused(exception.Forbidden), (look(0.0, locked(importing='dcn1')),),
        exception.CopyNotPermitted),

    # 404, 413
    Row('404', refused(exception.NotFound), (look(0.0, FREE),),
        exception.ImageGone, ("Glance's words.",)),
    Row('404_and_gone', refused(exception.NotFound), (look(0.0, None),),
        exception.ImageGone),
    Row('413', refused(exception.OverQuota), (look(0.0, FREE),),
        exception.CopyOverQuota, ("Glance's words.",)),
    Row('413_and_another_compute_copies', refused(exception.OverQuota),
        (look(0.0, locked(importing=STORE)),), COPYING),
    Row('413_is_not_helped_by_waiting_for_others',
        refused(exception.OverQuota), (look(0.0, locked(importing='dcn1')),),
        exception.CopyOverQuota),

    # 401, and a look that had another answer
    Row('401', refused(exception.NotAuthenticated), (look(0.0, FREE),),
        BACKOFF),
    Row('401_a_second_later', refused(exception.NotAuthenticated),
        (look(1.0, FREE),), SUBMIT),
    Row('401_and_locked', refused(exception.NotAuthenticated),
        (look(0.0, locked()),), QUEUED),

    # 5xx, connection lost
    Row('500_and_nothing_changed', refused(exception.GlanceUnavailable),
        (look(0.0, FREE),), BACKOFF),
    Row('500_and_nothing_changed_a_second_later',
        refused(exception.GlanceUnavailable), (look(1.0, FREE),), SUBMIT),
    Row('500_and_running', refused(exception.GlanceUnavailable),
        (look(0.0, locked(importing=STORE)),), COPYING),
    Row('500_and_locked', refused(exception.GlanceUnavailable),
        (look(0.0, locked()),), QUEUED),
    Row('500_and_done', refused(exception.GlanceUnavailable),
        (look(0.0, HERE),), done(HERE)),
    Row('500_twice', refused(exception.GlanceUnavailable, attempt=refused(
        exception.GlanceUnavailable)), (look(1.9, FREE),), BACKOFF),
    Row('500_twice_and_time_went_by', refused(
        exception.GlanceUnavailable, attempt=refused(
            exception.GlanceUnavailable)), (look(2.0, FREE),), SUBMIT),
)


@ddt.ddt
class DecideTestCase(base.TestCase):

    def check(self, row):
        attempt = row.attempt
        for seen in row.looks:
            attempt = attempt.observed(seen)
        decision = protocol.decide(row.looks[-1], attempt, row.limits)

        if not isinstance(row.expected, type):
            self.assertEqual(row.expected, decision)
            return
        self.assertIsInstance(decision, protocol.Failed)
        self.assertIs(row.expected, type(decision.error))
        self.assertEqual(row.attempt.store, decision.error.store)
        for words in row.words:
            self.assertIn(words, decision.error.reason)

    @ddt.data(*OBSERVED)
    def test_observed(self, row):
        self.check(row)

    @ddt.data(*ANSWERED)
    def test_answered(self, row):
        self.check(row)

    def test_no_two_rows_have_a_name(self):
        names = [row.name for row in (*OBSERVED, *ANSWERED)]

        self.assertEqual(len(names), len(set(names)))
