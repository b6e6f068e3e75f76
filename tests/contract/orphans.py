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

"""Imports whose worker has died."""

from __future__ import annotations

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import protocol
from tests.contract import case
from tests.contract import deployment

_BUSY = 'Image has active task'
# Seconds; the margin is for what a test takes.
_EXPIRY = 3600
_PENDING_EXPIRY = 7200
_MARGIN = 60


class OrphanCases(case.Case):

    def orphan(self, image_id: str, pending: bool = False) -> str:
        """Orphan an import to dcn0 and return its task."""
        self.glance.orphan(image_id, 'dcn0', pending)
        lock = self.look(image_id).lock
        assert lock is not None
        return lock

    def copier(self) -> copier.Copier:
        return copier.Copier(
            glance.Glance(self.glance.access(deployment.COPIER),
                          sleep=self.glance.clock.sleep),
            copier.Settings(timeout=120, limits=protocol.Limits(
                stall_timeout=900.0)), self.glance.clock)

    def test_lock_stays_and_refuses_all(self) -> None:
        image_id = self.glance.make_image()
        lock = self.orphan(image_id)
        self.glance.age_task(lock, _EXPIRY - _MARGIN)
        seen = self.look(image_id)
        self.assertEqual(('central', lock, 'dcn0', ''), (
            seen.stores, seen.lock, seen.importing, seen.failed))
        self.assertEqual({lock: 'processing'}, seen.tasks)
        for store in ('dcn0', 'dcn1', 'central', 'dcn'):
            self.assert_refused(409, _BUSY, self.copy(image_id, store))

    def test_expired_lock_is_taken_over(self) -> None:
        image_id = self.glance.make_image()
        lock = self.orphan(image_id)
        self.glance.age_task(lock, _EXPIRY)
        end = self.run_copy(image_id, 'dcn1')
        # The store of the dead import is listed no more.
        self.assertEqual(('central,dcn1', '', ''), (
            end.stores, end.importing, end.failed))
        messages = {
            task['id']: (task['status'], task['message'])
            for task in self.tasks(image_id)}
        self.assertEqual(
            ('failure', 'Expired lock preempted'), messages[lock])

    def test_refused_copy_takes_the_expired_lock_away(self) -> None:
        image_id = self.glance.make_image()
        lock = self.orphan(image_id)
        self.glance.age_task(lock, _EXPIRY)
        self.assert_refused(
            409, 'Store for identifier dcn not found',
            self.copy(image_id, 'dcn'))
        seen = self.look(image_id)
        self.assertEqual((None, 'dcn0'), (seen.lock, seen.importing))
        self.assertEqual({lock: 'failure'}, seen.tasks)

    def test_pending_task_holds_the_lock_twice_as_long(self) -> None:
        image_id = self.glance.make_image()
        lock = self.orphan(image_id, pending=True)
        self.assertEqual({lock: 'pending'}, self.look(image_id).tasks)
        self.glance.age_task(lock, _PENDING_EXPIRY - _MARGIN)
        self.assert_refused(409, _BUSY, self.copy(image_id, 'dcn0'))
        self.glance.age_task(lock, _MARGIN)
        self.assertEqual('central,dcn0',
                         self.run_copy(image_id, 'dcn0').stores)

    def test_copier_does_not_wait_for_a_silent_one(self) -> None:
        image_id = self.glance.make_image()
        lock = self.orphan(image_id)
        self.glance.age_task(lock, 1000)
        error = self.assertRaises(
            exception.CopyStalled, self.copier().ensure, image_id, 'dcn0')
        self.assertIn(lock, error.reason)

    def test_copier_takes_over_an_expired_one(self) -> None:
        image_id = self.glance.make_image()
        lock = self.orphan(image_id)
        self.glance.age_task(lock, _EXPIRY)
        result = self.copier().ensure(image_id, 'dcn0')
        self.assertEqual(1, result.submitted)
        self.assertEqual({'central', 'dcn0'}, result.image.stores)
