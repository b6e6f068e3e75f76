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

"""Images placed side by side, on FakeGlance."""

from __future__ import annotations

import dataclasses

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.placing import images
from nova_rbd_multistore.placing import placement
from nova_rbd_multistore.placing import running
from tests import base

PRESENT, COPIED, JOINED, ACCEPTED, FAILED, TIMED_OUT = placement.Result
QUICK = fixture.Pace(starting=0.0, listing=0.0)


class PlacingTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.fake = self.useFixture(fixture.FakeGlance(
            'central', 'dcn0', 'dcn1'))
        self.image_id = self.fake.add_image()
        self.images = images.Images(self.fake.access(self.fake.admin))
        self.told = []

    def place(self, *stores, wait=True, user=None, timeout=600.0,
              image_ids=None, parallel=4):
        """Return the outcomes, and their results in the same order."""
        access = self.fake.access(user or self.fake.admin)
        found, _stores = running.find(
            self.images, image_ids or [self.image_id], stores)
        outcomes = running.Run(
            running.Plan(
                found, stores, wait,
                copier.Settings(timeout=timeout, poll_interval=1.0,
                                advice=placement.ADVICE), parallel),
            lambda: images.Images(access, retries=0), self.told.append,
            self.fake.clock).outcomes()
        return outcomes, [outcome.result for outcome in outcomes]

    def posts(self):
        return [request for request in self.fake.requests
                if request.method == 'POST']

    def copy_elsewhere(self, store):
        """Let somebody else have an image copied."""
        self.images.submit_copy(self.image_id, store)


class WaitingTestCase(PlacingTestCase):

    def test_copied_and_then_present(self):
        (outcome,), results = self.place('dcn0')
        self.assertEqual([COPIED], results)
        self.assertIsNone(outcome.error)
        self.assertGreater(outcome.seconds, 4)

        _outcomes, results = self.place('dcn0')
        self.assertEqual([PRESENT], results)
        self.assertEqual(1, len(self.posts()))

    def test_joins_a_copy_that_runs(self):
        self.copy_elsewhere('dcn0')
        self.fake.clock.sleep(1.0)
        _outcomes, results = self.place('dcn0')
        self.assertEqual([JOINED], results)
        self.assertEqual(1, len(self.posts()))

    def test_waits_for_an_import_to_another_store(self):
        self.copy_elsewhere('dcn1')
        self.fake.clock.sleep(1.0)
        _outcomes, results = self.place('dcn0')
        self.assertEqual([COPIED], results)

    def test_all_stores_of_an_image_by_one_import(self):
        outcomes, results = self.place('dcn0', 'dcn1', 'central')
        self.assertEqual([COPIED, COPIED, PRESENT], results)
        self.assertEqual(1, len(self.posts()))
        # Staged once: three seconds, and two for each store.
        self.assertLess(outcomes[1].seconds, 9)

    def test_store_that_cannot_be_written_is_tried_again_alone(self):
        self.fake.obstruct(self.image_id, 'dcn0')
        outcomes, results = self.place('dcn0', 'dcn1')
        self.assertEqual([FAILED, COPIED], results)
        self.assertIsInstance(outcomes[0].error, exception.CopyFailed)
        self.assertEqual(3, len(self.posts()))

    def test_joint_request_refused_because_of_the_other_store(self):
        original = images.Images.submit_copies

        def late(service, image_id, stores):
            # Between the look and the request.
            self.fake.image(image_id).stores.append('dcn1')
            original(service, image_id, stores)

        self.patch(images.Images, 'submit_copies', late)
        _outcomes, results = self.place('dcn0', 'dcn1')
        self.assertEqual([COPIED, PRESENT], results)

    def test_other_store_that_a_worker_does_not_have(self):
        original = images.Images.submit_copies

        def elsewhere(service, image_id, stores):
            original(service, image_id, {*stores, 'unknown'})

        self.patch(images.Images, 'submit_copies', elsewhere)
        _outcomes, results = self.place('dcn0', 'dcn1')
        self.assertEqual([COPIED, COPIED], results)

    def test_images_side_by_side(self):
        ids = [self.image_id, *(self.fake.add_image() for _ in range(4))]
        outcomes, results = self.place(
            'dcn0', 'dcn1', image_ids=ids, parallel=2)
        self.assertEqual([COPIED] * 10, results)
        self.assertEqual(
            [(image_id, store) for image_id in ids
             for store in ('dcn0', 'dcn1')],
            [(outcome.image.id, outcome.store) for outcome in outcomes])

    def test_never_more_at_a_time_than_asked_for(self):
        ids = [self.image_id, *(self.fake.add_image() for _ in range(4))]
        locked = []
        original = images.Images.image

        def count(service, image_id):
            locked.append(sum(self.fake.image(one).lock is not None
                              for one in ids))
            return original(service, image_id)

        self.patch(images.Images, 'image', count)
        _outcomes, results = self.place('dcn0', image_ids=ids, parallel=1)
        self.assertEqual([COPIED] * 5, results)
        self.assertEqual({0, 1}, set(locked))

    def test_deadline(self):
        self.fake.deployment.pace = dataclasses.replace(
            QUICK, writing=500.0)
        (outcome,), results = self.place('dcn0', timeout=10.0)
        self.assertEqual([TIMED_OUT], results)
        self.assertIn('--timeout', outcome.error.reason)
        self.assertNotIn('nova.conf', str(outcome.error))

    def test_not_permitted(self):
        self.image_id = self.fake.add_image()
        (outcome,), results = self.place('dcn0', user=self.fake.tenant)
        self.assertEqual([FAILED], results)
        self.assertIsInstance(outcome.error, exception.CopyNotPermitted)
        self.assertIn('copy_image', outcome.error.reason)
        self.assertNotIn('nova.conf', str(outcome.error))

    def test_is_told_of_progress_and_outcomes(self):
        self.place('dcn0')
        progress = [news for news in self.told
                    if isinstance(news, copier.Progress)]
        self.assertEqual((self.image_id, 'dcn0', 1), (
            progress[-1].image_id, progress[-1].store,
            progress[-1].submitted))
        self.assertIs(COPIED, self.told[-1].result)

    def test_error_of_a_thread_is_raised(self):
        self.patch(placement.Placement, 'run', lambda *args: 1 / 0)
        self.assertRaises(ZeroDivisionError, self.place, 'dcn0')


class AcceptingTestCase(PlacingTestCase):
    """Without waiting for the end."""

    def test_accepted_and_copied_later(self):
        _outcomes, results = self.place('dcn0', wait=False)
        self.assertEqual([ACCEPTED], results)
        self.assertEqual(
            {'central'}, self.images.image(self.image_id).stores)

        self.fake.clock.sleep(60)
        self.assertEqual(
            {'central', 'dcn0'}, self.images.image(self.image_id).stores)

    def test_all_stores_at_once(self):
        _outcomes, results = self.place('dcn0', 'central', 'dcn1', wait=False)
        self.assertEqual([ACCEPTED, PRESENT, ACCEPTED], results)
        self.fake.clock.sleep(60)
        self.assertEqual({'central', 'dcn0', 'dcn1'},
                         self.images.image(self.image_id).stores)

    def test_joined(self):
        self.copy_elsewhere('dcn0')
        self.fake.clock.sleep(1.0)
        _outcomes, results = self.place('dcn0', wait=False)
        self.assertEqual([JOINED], results)

    def test_joined_before_glance_shows_the_stores(self):
        self.copy_elsewhere('dcn0')
        _outcomes, results = self.place('dcn0', wait=False)
        self.assertEqual([JOINED], results)

    def test_import_to_another_store_is_in_the_way(self):
        self.fake.deployment.pace = dataclasses.replace(
            QUICK, writing=500.0)
        self.copy_elsewhere('dcn1')
        (outcome,), results = self.place('dcn0', wait=False)
        self.assertEqual([FAILED], results)
        self.assertIsInstance(outcome.error, placement.Busy)
        self.assertIn('--wait', outcome.error.reason)
        self.assertLess(outcome.seconds, 10)

    def test_refused(self):
        (outcome,), results = self.place(
            'dcn0', wait=False, user=self.fake.tenant)
        self.assertEqual([FAILED], results)
        self.assertIsInstance(outcome.error, exception.CopyNotPermitted)


class FindTestCase(PlacingTestCase):

    def test_each_once(self):
        found, stores = running.find(
            self.images, [self.image_id, self.image_id],
            ['dcn1', 'dcn0', 'dcn1'])
        self.assertEqual([self.image_id], [image.id for image in found])
        self.assertEqual(('dcn1', 'dcn0'), stores)

    def test_unknown_store(self):
        exc = self.assertRaises(
            running.UnknownStore, running.find, self.images,
            [self.image_id], ['dcn1', 'dcn9'])
        self.assertEqual('Glance has no store dcn9, but central, dcn0, dcn1. '
                         'Nothing was copied.', str(exc))

    def test_glance_without_stores(self):
        self.fake.deployment.stores.clear()
        exc = self.assertRaises(
            running.UnknownStore, running.find, self.images,
            [self.image_id], ['dcn1'])
        self.assertIn('enabled_backends', str(exc))
