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

"""Data that are staged at one worker and imported through any."""

from __future__ import annotations

import io
import uuid

from nova_rbd_multistore import exception
from tests.contract import deployment
from tests.contract import uploads
from tests.contract import workers

_NOT_STAGED = ("Image needs to be staged before 'glance-direct' method can "
               "be used")
_NOT_ALLOWED = 'Image status transition from {} to uploading is not allowed'


class StagingCases(uploads.UploadCase):

    def test_import_where_the_data_are_staged(self) -> None:
        image_id = self.stage()
        self.assertIn(image_id, self.far.staged())
        self.assertNotIn(image_id, self.near.staged())
        self.assertIs(
            False, self.at(self.far).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')
        self.assertNotIn(image_id, self.far.staged())

    def test_import_through_another_worker(self) -> None:
        image_id = self.stage()
        receipt = self.at(self.near).import_staged(image_id)
        self.assertIs(True, receipt.forwarded)
        self.assertEqual(receipt.answered, self.tasks(
            image_id)[0]['request_id'])
        self.assert_active(image_id, 'central')
        for worker in (self.near, self.far):
            self.assertNotIn(image_id, worker.staged())

    def test_import_into_two_stores(self) -> None:
        image_id = self.stage()
        self.at(self.near).import_staged(image_id, ('dcn1', 'dcn0'))
        self.assert_active(image_id, 'dcn0', 'dcn1')

    def test_delete_where_the_data_are_staged(self) -> None:
        image_id = self.stage()
        self.assertIs(False, self.at(self.far).delete(image_id).forwarded)
        self.assertFalse(self.exists(image_id))
        self.assertNotIn(image_id, self.far.staged())

    def test_delete_through_another_worker(self) -> None:
        image_id = self.stage()
        self.assertIs(True, self.at(self.near).delete(image_id).forwarded)
        self.assertFalse(self.exists(image_id))
        self.assertNotIn(image_id, self.far.staged())

    def test_image_without_data_is_deleted_anywhere(self) -> None:
        image_id = self.create()
        self.assertIs(False, self.at(self.near).delete(image_id).forwarded)
        self.assert_refused(
            404, f'Failed to find image {image_id} to delete',
            self.delete_at(self.near, image_id))

    def test_staged_image(self) -> None:
        image_id = self.stage()
        record = self.get(f'/v2/images/{image_id}').json()
        self.assertEqual(
            ('uploading', len(uploads.DATA), None, None),
            (record['status'], record['size'], record['checksum'],
             record['os_hash_value']))
        self.assertNotIn('os_glance_stage_host', record)
        self.assertNotIn('stores', record)
        answer = self.get(f'/v2/images/{image_id}/file')
        self.assertEqual((204, ''), answer[:2])

    def test_image_is_found_by_the_worker_that_has_its_data(self) -> None:
        image_id = self.stage()
        for worker in (self.near, self.far):
            self.assertIn(image_id, [image.id for image in self.at(
                worker).staged_at(self.far.self_url)])
            self.assertNotIn(image_id, [image.id for image in self.at(
                worker).staged_at(self.near.self_url)])
        for text in (f'{self.far.self_url}/', f' {self.far.self_url}', ''):
            self.assertNotIn(image_id, [image.id for image in self.at(
                self.far).staged_at(text)])
        # A database that compares as MariaDB does by default.
        for text in (f'{self.far.self_url} ', self.far.self_url.upper()):
            self.assertIn(image_id, [image.id for image in self.at(
                self.far).staged_at(text)])
        self.at(self.near).import_staged(image_id)
        self.watch(image_id)
        self.assertNotIn(image_id, [image.id for image in self.at(
            self.far).staged_at(self.far.self_url)])

    def test_image_of_another_project(self) -> None:
        image_id = self.stage()
        self.assertEqual((), self.at(
            self.near, deployment.OTHER).staged_at(self.far.self_url))
        for worker in (self.near, self.far):
            self.assert_refused(
                404, f'No image found with ID {image_id}', self.import_at(
                    worker, image_id, user=deployment.OTHER))
            self.assert_refused(
                404, f'Failed to find image {image_id} to delete',
                self.delete_at(worker, image_id, deployment.OTHER))
        self.assertIn(image_id, [image.id for image in self.at(
            self.near, deployment.COPIER).staged_at(self.far.self_url)])

    def test_community_image_of_another_project(self) -> None:
        image_id = self.stage(visibility='community')
        for worker in (self.near, self.far):
            self.assert_refused(
                403, 'You are not authorized to complete modify_image '
                     'action.', self.import_at(
                         worker, image_id, user=deployment.OTHER))
            self.assert_refused(
                403, 'You are not authorized to complete delete_image '
                     'action.', self.delete_at(
                         worker, image_id, deployment.OTHER))
        self.assertEqual((), self.at(
            self.near, deployment.OTHER).staged_at(self.far.self_url))

    def test_import_of_an_administrator(self) -> None:
        image_id = self.stage()
        self.assertIs(True, self.at(
            self.near, deployment.COPIER).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')

    def test_import_before_data_are_staged(self) -> None:
        image_id = self.create()
        self.assert_refused(
            409, _NOT_STAGED, self.import_at(self.near, image_id))

    def test_import_twice(self) -> None:
        image_id = self.stage()
        self.assert_accepted(self.import_at(self.near, image_id))
        for worker in (self.near, self.far):
            self.assertEqual(409, self.import_at(worker, image_id).status)
        self.watch(image_id)
        self.assert_refused(
            409, 'Image with status active cannot be target for import',
            self.import_at(self.near, image_id))
        self.assertEqual(1, len(self.tasks(image_id)))

    def test_stage_twice(self) -> None:
        image_id = self.stage()
        for worker in (self.near, self.far):
            error = self.assertRaises(
                exception.Conflict, self.at(worker).stage, image_id,
                io.BytesIO(b'x'))
            self.assertIn(_NOT_ALLOWED.format('uploading'), error.answer)
        self.assertNotIn(image_id, self.near.staged())
        self.at(self.near).import_staged(image_id)
        self.assert_active(image_id, 'central')
        error = self.assertRaises(
            exception.Conflict, self.at(self.far).stage, image_id,
            io.BytesIO(b'x'))
        self.assertIn(_NOT_ALLOWED.format('active'), error.answer)

    def test_stage_without_an_image(self) -> None:
        self.assertRaises(
            exception.NotFound, self.at(self.far).stage, str(uuid.uuid4()),
            io.BytesIO(b'x'))

    def test_unknown_store(self) -> None:
        image_id = self.stage()
        for worker in (self.near, self.far):
            self.assert_refused(
                409, 'Store for identifier dcn not found',
                self.import_at(worker, image_id, 'dcn'))
        self.assertEqual('uploading', self.look(image_id).status)

    def test_method_is_disabled(self) -> None:
        worker = self.glance.add_worker(
            workers.Setup(methods=('copy-image',)))
        self.assertEqual({'copy-image'}, self.at(worker).methods())
        image_id = self.create()
        error = self.assertRaises(
            exception.NotFound, self.at(worker).stage, image_id,
            io.BytesIO(b'x'))
        self.assertIn("'glance-direct' method is not available at this site.",
                      error.answer)
        self.assertEqual('queued', self.look(image_id).status)
        self.at(self.far).stage(image_id, io.BytesIO(uploads.DATA))
        self.assert_refused(400, "Unknown import method name "
                                 "'glance-direct'.",
                            self.import_at(worker, image_id))
        self.assertIs(True, self.at(worker).delete(image_id).forwarded)
        self.assertNotIn(image_id, self.far.staged())

    def test_method_is_disabled_where_the_data_are(self) -> None:
        worker = self.glance.add_worker(workers.Setup())
        image_id = self.stage(worker)
        worker.restart(workers.Setup(methods=('copy-image',)))
        self.assert_refused(
            500, uploads.BROKEN, self.import_at(self.near, image_id))
        self.assertEqual('uploading', self.look(image_id).status)
        self.assertIn(image_id, worker.staged())

    def test_store_cannot_be_written_to(self) -> None:
        image_id = self.stage()
        self.glance.obstruct(image_id, 'central')
        self.assert_accepted(self.import_at(self.near, image_id))
        seen = self.end(image_id)
        self.assertEqual(
            ('importing', None, '', 'central'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        self.assertIn(image_id, self.far.staged())
        self.assert_refused(
            409, _NOT_STAGED, self.import_at(self.far, image_id))
        error = self.assertRaises(
            exception.Conflict, self.at(self.far).stage, image_id,
            io.BytesIO(b'x'))
        self.assertIn(_NOT_ALLOWED.format('importing'), error.answer)
        # Nobody knows any more where the data are.
        self.assertIs(False, self.at(self.near).delete(image_id).forwarded)
        self.assertIn(image_id, self.far.staged())

    def test_second_of_two_stores_cannot_be_written_to(self) -> None:
        image_id = self.stage()
        self.glance.obstruct(image_id, 'dcn0')
        self.assert_accepted(self.import_at(
            self.far, image_id, 'central', 'dcn0'))
        seen = self.end(image_id)
        self.assertEqual(
            ('importing', None, '', 'dcn0'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        self.assertIsNone(self.at(self.near).image(image_id).size)
        self.assertEqual(
            ('failure', uploads.FAILED), tuple(
                self.tasks(image_id)[0][name]
                for name in ('status', 'message')))
        self.assertIs(False, self.at(self.far).delete(image_id).forwarded)
        self.assertNotIn(image_id, self.far.staged())

    def test_not_all_stores_need_succeed(self) -> None:
        image_id = self.stage()
        self.glance.obstruct(image_id, 'dcn0')
        self.assert_accepted(self.import_at(
            self.far, image_id, 'central', 'dcn0',
            all_stores_must_succeed=False))
        seen = self.end(image_id)
        self.assertEqual(
            ('active', 'central', '', 'dcn0'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        self.assertNotIn(image_id, self.far.staged())
