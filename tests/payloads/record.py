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

"""Record answers of the lab's Glance: ``python -m tests.payloads.record``.

The lab is that in ``$LAB_STATE`` (default ``.lab-test``). Each is a JSON
file with the versions it came from, the request, and the answer. Ids are
replaced by counted ones, the same id by the same, so that recording again
changes no more than what Glance changed, and the times.
"""

from __future__ import annotations

from importlib import metadata
import json
import os
import pathlib
import re
import sys
from typing import Any
import uuid

from lab import cloud
from lab import fixture
from lab import settings
from tests.contract import deployment
from tests.contract import labdeployment
from tests.contract import watching

RECORDED = pathlib.Path(__file__).parent / 'recorded'

_DISTRIBUTIONS = ('glance', 'glance-store', 'keystonemiddleware',
                  'oslo.limit', 'WebOb')
_UUID = re.compile(r'\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')
# Of users and projects; the checksum of an image looks the same.
_KEYSTONE_ID = re.compile(r'(?<!"checksum": ")\b[0-9a-f]{32}\b')
_URL = re.compile(r'http://127\.0\.0\.1:\d+')


class Recorder:
    """Writes recordings.

    :ivar glance: the Glance to record.
    """

    glance: labdeployment.LabDeployment

    def __init__(self) -> None:
        self._versions = {
            name: metadata.version(name) for name in _DISTRIBUTIONS}
        self._known: dict[str, uuid.UUID] = {}

    def get(
        self, name: str, path: str, user: str = deployment.TENANT,
        reach: deployment.Reach | None = None,
    ) -> None:
        """Record what a user gets."""
        self.send(name, 'GET', path, user, reach)

    def copy(
        self, name: str, image_id: str, store: str,
        user: str = deployment.TENANT,
        reach: deployment.Reach | None = None,
        method: str = 'copy-image',
    ) -> None:
        """Record the answer to a request for a copy."""
        self.send(name, 'POST', f'/v2/images/{image_id}/import', user, reach,
                  {'method': {'name': method}, 'stores': [store]})

    def send(
        self, name: str, method: str, path: str, user: str,
        reach: deployment.Reach | None = None, body: Any = None,
    ) -> None:
        """Record the answer to any request.

        :param reach: None for the service.
        """
        access = (reach or self.glance.access)(user)
        answer = deployment.send(access, method, path, body)
        text = answer.text
        if answer.content_type == 'application/json':
            text = answer.json()
        recording = {
            'recorded_from': self._versions,
            'request': {'method': method, 'path': path, 'user': user,
                        'body': body},
            'answer': {'status': answer.status,
                       'content_type': answer.content_type, 'body': text},
        }
        target = RECORDED / f'{name}.json'
        target.write_text(
            self._stable(json.dumps(recording, indent=1)) + '\n')
        print(f'{answer.status} {name}')

    def until(self, image_id: str, importing: bool) -> None:
        """Wait until an import names its stores, or has ended."""
        for seen in watching.until_free(
                self.glance.access(deployment.COPIER), image_id,
                self.glance.clock):
            if importing and seen.importing:
                return

    def _stable(self, text: str) -> str:
        text = _UUID.sub(self._replace_uuid, text)
        text = _KEYSTONE_ID.sub(self._replace_keystone_id, text)
        return _URL.sub('http://glance.example', text)

    def _replace_uuid(self, match: re.Match[str]) -> str:
        return str(self._counted(match[0]))

    def _replace_keystone_id(self, match: re.Match[str]) -> str:
        return self._counted(match[0]).hex

    def _counted(self, found: str) -> uuid.UUID:
        if found not in self._known:
            self._known[found] = uuid.UUID(
                int=len(self._known) + 1, version=4)
        return self._known[found]


def _record_good_copy(recorder: Recorder) -> None:
    glance = recorder.glance
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    recorder.get('image-idle', path)
    recorder.get('tasks-none', f'{path}/tasks')
    with glance.queue() as reach:
        recorder.copy('import-accepted', image_id, 'dcn0', reach=reach)
        recorder.get('image-queued', path)
        recorder.get('tasks-pending', f'{path}/tasks')
        recorder.copy('import-409-busy', image_id, 'dcn0')
    recorder.until(image_id, importing=False)
    recorder.get('image-copied', path)
    recorder.get('tasks-success', f'{path}/tasks')
    recorder.get('locations', f'{path}/locations', deployment.COPIER)
    recorder.copy('import-400-present', image_id, 'dcn0')
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    with glance.unreadable_hub():
        recorder.copy('import-accepted', image_id, 'dcn0')
        recorder.until(image_id, importing=True)
        recorder.get('image-copying', path)
        recorder.get('tasks-processing', f'{path}/tasks')
    recorder.until(image_id, importing=False)


def _record_failures(recorder: Recorder) -> None:
    glance = recorder.glance
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    glance.obstruct(image_id, 'dcn0')
    recorder.copy('import-accepted', image_id, 'dcn0')
    recorder.until(image_id, importing=False)
    recorder.get('image-failed-write', path)
    recorder.get('tasks-failure', f'{path}/tasks')
    glance.clear(image_id, 'dcn0')
    with glance.queue() as reach:
        recorder.copy('import-accepted', image_id, 'dcn0', reach=reach)
        recorder.get('image-queued-again', path)
    recorder.until(image_id, importing=False)
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    glance.hide_data(image_id)
    recorder.copy('import-accepted', image_id, 'dcn0')
    recorder.until(image_id, importing=False)
    recorder.get('image-failed-staging', path)
    glance.show_data(image_id)


def _record_quota(recorder: Recorder) -> None:
    image_id = recorder.glance.make_image()
    with recorder.glance.quota('image_size_total') as reach:
        recorder.copy('import-413-quota', image_id, 'dcn0', reach=reach)


def _record_refusals(recorder: Recorder) -> None:
    glance = recorder.glance
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    recorder.copy('import-409-unknown-store', image_id, 'dcn')
    recorder.copy('import-400-unknown-method', image_id, 'dcn0',
                  method='copy-images')
    recorder.copy('import-404', image_id, 'dcn0', deployment.OTHER)
    recorder.get('locations-403', f'{path}/locations')
    recorder.get('image-404', path, deployment.OTHER)
    recorder.get('tasks-404', f'{path}/tasks', deployment.OTHER)
    glance.deactivate(image_id)
    recorder.get('image-deactivated', path)
    recorder.copy('import-409-not-active', image_id, 'dcn0')


def _record_default_settings(recorder: Recorder) -> None:
    image_id = recorder.glance.make_image()
    recorder.get('image-hidden-locations', f'/v2/images/{image_id}')
    recorder.copy('import-403-policy', image_id, 'dcn0')


def _record_settings(recorder: Recorder) -> None:
    recorder.get('stores', '/v2/info/stores')
    recorder.get('stores-detail', '/v2/info/stores/detail', deployment.COPIER)
    recorder.get('stores-detail-403', '/v2/info/stores/detail')
    recorder.get('stores-401', '/v2/info/stores',
                 reach=lambda user: deployment.without_token(
                     recorder.glance.access(user)))
    recorder.get('versions', '/versions')


# Each with a Glance that has no other image, and that shows a tenant most.
_PARTS = (_record_good_copy, _record_failures, _record_quota,
          _record_refusals, _record_settings)


def main() -> int:
    """Run the command."""
    lab = cloud.Lab.load(os.environ.get('LAB_STATE', '.lab-test'))
    RECORDED.mkdir(exist_ok=True)
    recorder = Recorder()
    with fixture.GlanceConfigured(lab, settings.OPEN):
        for part in _PARTS:
            with labdeployment.LabDeployment(
                    lab, settings.OPEN) as recorder.glance:
                part(recorder)
    with labdeployment.LabDeployment(lab) as recorder.glance:
        _record_default_settings(recorder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
