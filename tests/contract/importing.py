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

"""Imports that a quota forbids, and imports that convert."""

from __future__ import annotations

import io

from nova_rbd_multistore import exception
from nova_rbd_multistore import info
from nova_rbd_multistore.glance import imports
from tests import qcow2
from tests.contract import deployment
from tests.contract import uploads
from tests.contract import workers


class ImportCases(uploads.UploadCase):

    def test_nothing_is_counted_without_quotas(self) -> None:
        self.assertEqual({}, self.at(self.near).usage())

    def test_default_store(self) -> None:
        self.assertEqual('central', self.at(self.near).default_store())
        self.assertEqual('dcn0', imports.Imports(
            self.glance.edge(deployment.TENANT)).default_store())

    def test_images_with_a_tag(self) -> None:
        client = self.at(self.near)
        found = [client.create('contract', 'raw', tags)
                 for tags in (('a', 'b'), ('b',), ())]
        for image_id in found:
            self.glance.forget(image_id)
        self.assertEqual(set(found[:2]), {
            image.id for image in client.tagged('b')} & set(found))
        self.assertEqual({found[0]}, {
            image.id for image in client.tagged('a')} & set(found))
        self.assertNotIn(found[0], [image.id for image in self.at(
            self.near, deployment.OTHER).tagged('a')])

    def test_pages(self) -> None:
        image_ids = {self.create() for _ in range(3)}
        path: str | None = '/v2/images?status=queued&limit=2'
        found: list[str] = []
        while path is not None:
            page = self.get(path).json()
            self.assertEqual('/v2/images?status=queued&limit=2',
                             page['first'])
            found += [image['id'] for image in page['images']]
            path = page.get('next')
        self.assertLessEqual(image_ids, set(found))
        self.assertEqual(len(set(found)), len(found))
        for query, words in (
                ('limit=-1', 'limit param must be positive'),
                ('limit=x', 'limit param must be an integer'),
                ('marker=x', 'No image found with ID x')):
            self.assert_refused(
                400, words, self.get(f'/v2/images?{query}'))

    def test_staging_quota(self) -> None:
        self.stage()
        with self.glance.quota(info.STAGING) as reach:
            client = imports.Imports(reach(deployment.TENANT))
            usage = client.usage()[info.STAGING]
            self.assertEqual(0, usage.limit)
            self.assertGreaterEqual(usage.used, 2)
            image_id = self.create()
            error = self.assertRaises(
                exception.OverQuota, client.stage, image_id,
                io.BytesIO(uploads.DATA))
            self.assertIn(f'[Resource {info.STAGING} is over limit of 0',
                          error.answer)
            self.assertEqual('queued', self.look(image_id).status)
            self.assertIsNone(client.image(image_id).size)

    def test_quota_of_uploads(self) -> None:
        with self.glance.quota('image_count_uploading') as reach:
            client = imports.Imports(reach(deployment.TENANT))
            image_id = self.create()
            self.assertRaises(
                exception.OverQuota, client.stage, image_id,
                io.BytesIO(uploads.DATA))
            self.assertEqual('queued', self.look(image_id).status)
            self.assertIs(False, client.delete(image_id).forwarded)

    def test_quota_of_images(self) -> None:
        with self.glance.quota('image_count_total') as reach:
            self.assertRaises(
                exception.OverQuota,
                imports.Imports(reach(deployment.TENANT)).create, 'contract',
                'raw')

    def test_size_quota(self) -> None:
        with self.glance.quota('image_size_total') as reach:
            client = imports.Imports(reach(deployment.TENANT))
            image_id = self.create()
            client.stage(image_id, io.BytesIO(uploads.DATA))
            # Nothing is used yet, and Glance adds nothing up beforehand.
            client.import_staged(image_id)
            seen = self.end(image_id)
            self.assertEqual(
                ('queued', None, '', ''),
                (seen.status, seen.stores, seen.importing, seen.failed))
            self.assertIsNone(client.image(image_id).size)
            self.assertIn(
                '[Resource image_size_total is over limit of 0 due to '
                'current usage 0 and delta 2]',
                self.tasks(image_id)[0]['message'])
            # The data are there still.
            error = self.assertRaises(
                exception.Conflict, client.stage, image_id,
                io.BytesIO(uploads.DATA))
            self.assertIn(f'The image {image_id} has data on staging',
                          error.answer)
            client.delete(image_id)
            self.glance.make_image(2)
            image_id = self.create()
            client.stage(image_id, io.BytesIO(uploads.DATA))
            self.assertRaises(
                exception.OverQuota, client.import_staged, image_id)
            self.assertEqual('uploading', self.look(image_id).status)
            client.delete(image_id)

    def test_conversion(self) -> None:
        worker = self.glance.add_worker(workers.Setup(converts=True))
        image_id = self.stage(
            worker, qcow2.from_raw(uploads.DATA), disk_format='qcow2')
        self.assertIs(True, self.at(self.near).import_staged(
            image_id, ('central', 'dcn0')).forwarded)
        self.assert_active(image_id, 'central', 'dcn0')
        self.assertEqual(
            'raw', self.at(self.near).image(image_id).disk_format)
        self.assertNotIn(image_id, worker.staged())
        image_id = self.stage(worker)
        self.at(worker).import_staged(image_id)
        self.assert_active(image_id, 'central')

    def test_conversion_of_what_is_elsewhere(self) -> None:
        worker = self.glance.add_worker(workers.Setup(self_url=None))
        other = self.glance.add_worker(
            workers.Setup(self_url=None, converts=True))
        image_id = self.stage(
            worker, qcow2.from_raw(uploads.DATA), disk_format='qcow2')
        self.at(other).import_staged(image_id)
        seen = self.end(image_id)
        self.assertEqual(
            ('queued', None, '', 'central'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        image = self.at(self.near).image(image_id)
        self.assertEqual(('qcow2', None), (image.disk_format, image.size))
        self.assertIn(image_id, worker.staged())

    def test_data_that_are_not_of_the_format(self) -> None:
        image_id = self.stage(disk_format='qcow2')
        self.at(self.near).import_staged(image_id)
        seen = self.end(image_id)
        self.assertEqual(
            ('importing', None, '', 'central'),
            (seen.status, seen.stores, seen.importing, seen.failed))
        self.assertIn(image_id, self.far.staged())

    def test_without_conversion(self) -> None:
        data = qcow2.from_raw(uploads.DATA)
        image_id = self.stage(data=data, disk_format='qcow2')
        self.at(self.near).import_staged(image_id)
        self.assert_active(image_id, 'central', data=data)
        record = self.get(f'/v2/images/{image_id}').json()
        self.assertEqual(
            ('qcow2', len(data), len(uploads.DATA)),
            (record['disk_format'], record['size'], record['virtual_size']))
