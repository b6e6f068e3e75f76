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

"""What the cases of staged data have in common."""

from __future__ import annotations

import hashlib
import io
import random

from nova_rbd_multistore.glance import imports
from tests.contract import case
from tests.contract import deployment
from tests.contract import watching
from tests.contract import workers

DATA = random.Random(6).randbytes(2 << 20)
BROKEN = ('The server has either erred or is incapable of performing the '
          'requested operation.')
FAILED = 'Task failed due to Internal Error'


class UploadCase(case.Case):
    """A case with two workers of the service's.

    :ivar near: where requests come in.
    :ivar far: where data are staged.
    """

    near: workers.Worker
    far: workers.Worker

    def setUp(self) -> None:
        super().setUp()
        self.near, self.far = (self.glance.worker(number)
                               for number in range(2))

    def at(
        self, worker: workers.Worker, user: str = deployment.TENANT,
    ) -> imports.Imports:
        """Return the client of a worker."""
        return imports.Imports(worker.access(user), retries=0)

    def create(
        self, disk_format: str = 'raw', visibility: str = 'private',
    ) -> str:
        """Create an image of the tenant without data."""
        access = self.near.access(deployment.TENANT)
        answer = deployment.send(access, 'POST', '/v2/images', {
            'name': 'contract', 'container_format': 'bare',
            'disk_format': disk_format, 'visibility': visibility})
        self.assertEqual(201, answer.status, answer.text)
        image_id = str(answer.json()['id'])
        self.glance.forget(image_id)
        return image_id

    def stage(
        self, worker: workers.Worker | None = None, data: bytes = DATA,
        **attributes: str,
    ) -> str:
        """Create an image and stage its data, at the far worker."""
        image_id = self.create(**attributes)
        self.at(worker or self.far).stage(image_id, io.BytesIO(data))
        return image_id

    def end(self, image_id: str) -> watching.Look:
        """Return what is seen when the import has ended."""
        return self.watch(image_id)[-1]

    def import_at(
        self, worker: workers.Worker, image_id: str, *stores: str,
        user: str = deployment.TENANT, **body: bool,
    ) -> deployment.Answer:
        """Ask for an import, whatever the answer is."""
        return deployment.send(
            worker.access(user), 'POST', f'/v2/images/{image_id}/import',
            {'method': {'name': 'glance-direct'}, **body,
             **({'stores': stores} if stores else {})})

    def delete_at(
        self, worker: workers.Worker, image_id: str,
        user: str = deployment.TENANT,
    ) -> deployment.Answer:
        """Ask for the end of an image, whatever the answer is."""
        return deployment.send(
            worker.access(user), 'DELETE', f'/v2/images/{image_id}')

    def exists(self, image_id: str) -> bool:
        """Tell whether the image is there."""
        return self.get(f'/v2/images/{image_id}').status == 200

    def assert_active(
        self, image_id: str, *stores: str, data: bytes = DATA,
    ) -> None:
        """Check the end of a good import, and that nothing is staged."""
        seen = self.end(image_id)
        self.assertEqual(
            ('active', ','.join(stores), '', ''),
            (seen.status, seen.stores, seen.importing, seen.failed))
        image = self.at(self.near).image(image_id)
        self.assertEqual((len(data), 'sha512', hashlib.sha512(
            data).hexdigest()), (image.size, image.hash_algo,
                                 image.hash_value))
        self.assertEqual(
            imports.Digest(len(data), str(image.hash_value)),
            self.at(self.near).digest(image_id, 'sha512'))
        for store in stores:
            self.assertTrue(self.glance.has_data(image_id, store))
