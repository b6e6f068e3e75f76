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

"""Workers that do not know their own URL, or a wrong one."""

from __future__ import annotations

import io

from nova_rbd_multistore import exception
from tests.contract import uploads
from tests.contract import workers

# Where a worker is asked to go in vain, with what its client is told.
_UNREACHABLE = (
    ('{host}', 500), ('not a URL', 500), ('http://127.0.0.1:1', 500),
    ('{url}/v2', 500), ('{url}/image', 300))


class SelfUrlCases(uploads.UploadCase):

    def assert_import_fails(self, image_id: str) -> None:
        """Check what an import leaves that has found no data."""
        seen = self.end(image_id)
        self.assertEqual(
            ('importing', None, '', 'central'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        self.assertEqual(
            [('failure', uploads.FAILED)],
            [(task['status'], task['message'])
             for task in self.tasks(image_id)])

    def assert_not_distributed(
        self, stager: workers.Worker, other: workers.Worker,
    ) -> None:
        """Check that a worker does what another should have done."""
        image_id = self.stage(stager)
        self.assertIs(
            False, self.at(other).import_staged(image_id).forwarded)
        self.assert_import_fails(image_id)
        self.assertIn(image_id, stager.staged())
        self.assertIs(False, self.at(other).delete(image_id).forwarded)
        self.assertFalse(self.exists(image_id))
        # That worker keeps them for ever.
        self.assertIn(image_id, stager.staged())
        image_id = self.stage(stager)
        self.assertIs(False, self.at(other).delete(image_id).forwarded)
        self.assertFalse(self.exists(image_id))
        self.assertIn(image_id, stager.staged())

    def test_unset(self) -> None:
        worker = self.glance.add_worker(workers.Setup(self_url=None))
        image_id = self.stage(worker)
        self.assertNotIn(image_id, [image.id for image in self.at(
            worker).staged_at(worker.url)])
        self.assertIs(
            False, self.at(worker).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')
        self.assert_not_distributed(worker, self.near)

    def test_unset_at_who_is_asked(self) -> None:
        worker = self.glance.add_worker(workers.Setup(self_url=None))
        image_id = self.stage()
        self.assertIs(
            True, self.at(worker).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')

    def test_the_same_at_two_workers(self) -> None:
        worker = self.glance.add_worker(
            workers.Setup(self_url=self.near.self_url))
        self.assert_not_distributed(worker, self.near)
        # A third one goes where it is told, and there is no data.
        image_id = self.stage(worker)
        self.assertIs(
            True, self.at(self.far).import_staged(image_id).forwarded)
        self.assert_import_fails(image_id)
        self.assertIn(image_id, worker.staged())

    def test_two_stores_and_no_data(self) -> None:
        worker = self.glance.add_worker(workers.Setup(self_url=None))
        image_id = self.stage(worker)
        self.assert_accepted(self.import_at(
            self.near, image_id, 'central', 'dcn0'))
        seen = self.end(image_id)
        self.assertEqual(
            ('importing', None, 'dcn0', 'central'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        image_id = self.stage(worker)
        self.assert_accepted(self.import_at(
            self.near, image_id, 'central', 'dcn0',
            all_stores_must_succeed=False))
        seen = self.end(image_id)
        self.assertEqual(
            ('queued', None, '', 'central,dcn0'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        error = self.assertRaises(
            exception.Conflict, self.at(worker).stage, image_id,
            io.BytesIO(b'x'))
        self.assertIn(
            f'The image {image_id} has data on staging', error.answer)

    def test_nobody_is_there(self) -> None:
        worker = self.glance.add_worker(workers.Setup())
        for self_url, status in _UNREACHABLE:
            worker.restart(workers.Setup(self_url=self_url))
            image_id = self.stage(worker)
            words = uploads.BROKEN if status == 500 else ''
            self.assert_refused(
                status, words, self.import_at(self.near, image_id))
            self.assert_refused(
                status, words, self.delete_at(self.near, image_id))
            self.assertEqual('uploading', self.look(image_id).status)
            self.assertIn(image_id, worker.staged())
            self.assertIs(
                False, self.at(worker).delete(image_id).forwarded)
            self.assertNotIn(image_id, worker.staged())

    def test_slash_at_the_end(self) -> None:
        worker = self.glance.add_worker(workers.Setup(self_url='{url}/'))
        image_id = self.stage(worker)
        self.assertIn(image_id, [image.id for image in self.at(
            self.near).staged_at(f'{worker.url}/')])
        self.assertIs(
            True, self.at(self.near).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')

    def test_load_balancer_at_one_worker(self) -> None:
        with self.far.configured(workers.Setup(self_url='{service}')):
            for _ in range(3):
                image_id = self.stage()
                self.assertIs(True, self.at(
                    self.near).import_staged(image_id).forwarded)
                self.assert_active(image_id, 'central')
                self.assertNotIn(image_id, self.far.staged())

    def test_load_balancer_at_two_workers(self) -> None:
        balanced = workers.Setup(self_url='{service}')
        with self.near.configured(balanced), self.far.configured(balanced):
            self.assert_not_distributed(self.far, self.near)

    def test_worker_is_down(self) -> None:
        worker = self.glance.add_worker(workers.Setup())
        image_id = self.stage(worker)
        worker.kill()
        self.assert_refused(
            500, uploads.BROKEN, self.import_at(self.near, image_id))
        self.assert_refused(
            500, uploads.BROKEN, self.delete_at(self.near, image_id))
        self.assertEqual('uploading', self.look(image_id).status)
        self.assertIn(image_id, worker.staged())
        self.assertIn(image_id, [image.id for image in self.at(
            self.near).staged_at(worker.url)])
        worker.start()
        self.assertIs(
            True, self.at(self.near).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')

    def test_worker_has_another_url_now(self) -> None:
        before = workers.Setup(self_url='http://127.0.0.1:1')
        worker = self.glance.add_worker(before)
        image_id = self.stage(worker)
        worker.restart(workers.Setup())
        # Not even the worker that has the data takes them for its own.
        for asked in (worker, self.near):
            self.assert_refused(
                500, uploads.BROKEN, self.import_at(asked, image_id))
            self.assert_refused(
                500, uploads.BROKEN, self.delete_at(asked, image_id))
        self.assertEqual('uploading', self.look(image_id).status)
        self.assertIn(image_id, worker.staged())
        for url, found in ((before.self_url, [image_id]), (worker.url, [])):
            self.assertEqual(found, [image.id for image in self.at(
                self.near).staged_at(str(url))])
        worker.restart(before)
        self.assertIs(False, self.at(worker).delete(image_id).forwarded)
        self.assertNotIn(image_id, worker.staged())

    def test_shared_staging(self) -> None:
        unset = workers.Setup(self_url=None)
        worker = self.glance.add_worker(unset)
        other = self.glance.add_worker(unset, shares=worker)
        image_id = self.stage(worker)
        self.assertIn(image_id, other.staged())
        self.assertIs(
            False, self.at(other).import_staged(image_id).forwarded)
        self.assert_active(image_id, 'central')
        image_id = self.stage(worker)
        self.assertIs(False, self.at(other).delete(image_id).forwarded)
        self.assertNotIn(image_id, worker.staged())
