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

"""Copies that Glance does not accept: with which status, and which words."""

from __future__ import annotations

import uuid

from tests.contract import case
from tests.contract import deployment

_BUSY = 'Image has active task'
_NOT_ACTIVE = 'Only images with status active can be targeted for copying'


class RefusalCases(case.Case):

    def test_any_store_while_a_copy_runs(self) -> None:
        image_id = self.glance.make_image(96)
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        for store in ('dcn0', 'dcn1', 'central', 'dcn'):
            for worker in range(self.glance.workers):
                self.assert_refused(409, _BUSY, self.copy(
                    image_id, store, worker=worker))
        seen = self.look(image_id)
        self.assertIsNotNone(seen.lock)
        self.assertEqual([seen.lock], list(seen.tasks))
        self.watch(image_id)

    def test_any_store_while_a_copy_is_queued(self) -> None:
        image_id = self.glance.make_image()
        with self.glance.queue() as reach:
            self.assert_accepted(self.submit(
                reach(deployment.COPIER), image_id, 'dcn0'))
            self.assert_refused(409, _BUSY, self.copy(image_id, 'dcn1'))
        self.watch(image_id)

    def test_store_has_the_image(self) -> None:
        image_id = self.glance.make_image()
        words = "Image is already present at store 'central'"
        self.assert_refused(400, words, self.copy(image_id, 'central'))
        self.assert_refused(
            400, words, self.copy(image_id, 'dcn0', 'central'))
        self.assertIsNone(self.look(image_id).lock)

    def test_unknown_store(self) -> None:
        image_id = self.glance.make_image()
        words = 'Store for identifier dcn not found'
        self.assert_refused(409, words, self.copy(image_id, 'dcn'))
        self.assert_refused(409, words, self.copy(image_id, 'dcn0', 'dcn'))
        self.assertIsNone(self.look(image_id).lock)

    def test_image_is_not_active(self) -> None:
        image_id = self.glance.make_image()
        self.glance.deactivate(image_id)
        for store in ('dcn0', 'central', 'dcn'):
            self.assert_refused(
                409, _NOT_ACTIVE, self.copy(image_id, store))

    def test_image_does_not_exist(self) -> None:
        image_id = str(uuid.uuid4())
        self.assert_refused(404, f'No image found with ID {image_id}',
                            self.copy(image_id, 'dcn0'))

    def test_image_is_not_visible(self) -> None:
        image_id = self.glance.make_image()
        for user in (deployment.OTHER, deployment.SERVICE):
            self.assert_refused(404, f'No image found with ID {image_id}',
                                self.copy(image_id, 'dcn0', user=user))

    def test_image_of_another_project(self) -> None:
        image_id = self.glance.make_image(visibility='community')
        with self.glance.open() as reach:
            self.assert_accepted(self.submit(
                reach(deployment.OTHER), image_id, 'dcn0'))
            end = self.watch(image_id)[-1]
        self.assertEqual('central,dcn0', end.stores)

    def test_default_policy_allows_administrators_only(self) -> None:
        image_id = self.glance.make_image()
        words = 'You are not authorized to complete copy_image action.'
        for store in ('dcn0', 'central', 'dcn'):
            self.assert_refused(403, words, self.copy(
                image_id, store, user=deployment.TENANT))
        self.assert_refused(
            404, f'No image found with ID {image_id}',
            self.copy(image_id, 'dcn0', user=deployment.OTHER))
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        # The right is asked for before the lock.
        self.assert_refused(403, words, self.copy(
            image_id, 'dcn0', user=deployment.TENANT))
        self.watch(image_id)

    def test_quota_is_exhausted(self) -> None:
        image_id = self.glance.make_image()
        with self.glance.quota('image_size_total') as reach:
            answer = self.submit(
                reach(deployment.TENANT), image_id, 'dcn0')
        words = self.words(413, answer)
        self.assertIn('over a limit for [Resource image_size_total', words)
        self.assertIsNone(self.look(image_id).lock)

    def test_unknown_method(self) -> None:
        image_id = self.glance.make_image()
        self.assert_refused(
            400, "Unknown import method name 'copy-images'.",
            self.copy(image_id, 'dcn0', method={'name': 'copy-images'}))

    def test_token_is_not_valid(self) -> None:
        access = self.glance.access(deployment.TENANT)
        answer = deployment.send(
            deployment.without_token(access), 'GET', '/v2/info/stores')
        self.assertEqual(401, answer.status)
        self.assertIn('could not verify that you are authorized',
                      answer.text)
