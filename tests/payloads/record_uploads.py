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

"""The recordings of images that are uploaded and imported."""

from __future__ import annotations

import io

from nova_rbd_multistore.glance import imports
from tests.contract import deployment
from tests.contract import workers
from tests.payloads import recorder as recorder_mod

_DIRECT = {'method': {'name': 'glance-direct'}}
_NEW = {'name': 'contract', 'disk_format': 'raw', 'container_format': 'bare',
        'visibility': 'private', 'tags': ['contract']}


def _create(recorder: recorder_mod.Recorder, disk_format: str = 'raw') -> str:
    image_id = imports.Imports(recorder.glance.access(
        deployment.TENANT)).create('contract', disk_format)
    recorder.glance.forget(image_id)
    return image_id


def _stage(
    recorder: recorder_mod.Recorder, worker: workers.Worker,
) -> str:
    image_id = _create(recorder)
    imports.Imports(worker.access(deployment.TENANT)).stage(
        image_id, io.BytesIO(bytes(1 << 20)))
    return image_id


def _record_import(recorder: recorder_mod.Recorder) -> None:
    near, far = (recorder.glance.worker(number) for number in range(2))
    recorder.send('create', 'POST', '/v2/images', deployment.TENANT,
                  body=_NEW)
    for image in imports.Imports(
            near.access(deployment.TENANT)).tagged('contract'):
        recorder.glance.forget(image.id)
    image_id = _create(recorder)
    path = f'/v2/images/{image_id}'
    recorder.get('image-created', path)
    recorder.get('images-page', '/v2/images?status=queued&limit=1')
    recorder.send('import-409-not-staged', 'POST', f'{path}/import',
                  deployment.TENANT, near.access, _DIRECT)
    recorder.stage('stage', image_id, far.access(deployment.TENANT),
                   bytes(1 << 10))
    recorder.get('image-staged', path)
    recorder.get('images-staged', f'/v2/images?status=uploading'
                                  f'&os_glance_stage_host={far.url}')
    recorder.get('file-204', f'{path}/file')
    recorder.stage(
        'stage-409-twice', image_id, far.access(deployment.TENANT))
    recorder.send('import-forwarded', 'POST', f'{path}/import',
                  deployment.TENANT, near.access, _DIRECT)
    recorder.until(image_id, importing=False)
    recorder.get('image-imported', path)
    recorder.send('import-409-active', 'POST', f'{path}/import',
                  deployment.TENANT, near.access, _DIRECT)
    recorder.send('delete', 'DELETE', path, deployment.TENANT)
    recorder.send('delete-404', 'DELETE', path, deployment.TENANT)


def _record_wrong_urls(recorder: recorder_mod.Recorder) -> None:
    near = recorder.glance.worker(0)
    worker = recorder.glance.add_worker(workers.Setup(self_url=None))
    image_id = _stage(recorder, worker)
    path = f'/v2/images/{image_id}'
    recorder.send('import-here', 'POST', f'{path}/import',
                  deployment.TENANT, near.access, _DIRECT)
    recorder.until(image_id, importing=False)
    recorder.get('image-import-failed', path)
    for name, self_url in (('import-500-unreachable', '{host}'),
                           ('import-300-prefix', '{url}/image')):
        worker.restart(workers.Setup(self_url=self_url))
        image_id = _stage(recorder, worker)
        path = f'/v2/images/{image_id}'
        recorder.send(name, 'POST', f'{path}/import', deployment.TENANT,
                      near.access, _DIRECT)
        # Nobody can when the worker has another URL.
        deployment.send(worker.access(deployment.TENANT), 'DELETE', path)
    worker.restart(workers.Setup(methods=('copy-image',)))
    recorder.stage('stage-404-disabled', _create(recorder),
                   worker.access(deployment.TENANT))


def _record_limits(recorder: recorder_mod.Recorder) -> None:
    recorder.get('info-import', '/v2/info/import')
    recorder.get('info-usage-none', '/v2/info/usage')
    _stage(recorder, recorder.glance.worker(0))
    image_id = _create(recorder)
    with recorder.glance.quota('image_stage_total') as reach:
        recorder.get('info-usage', '/v2/info/usage', reach=reach)
        recorder.stage('stage-413-quota', image_id, reach(deployment.TENANT))


PARTS = (_record_import, _record_wrong_urls, _record_limits)
