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

"""What writes recordings."""

from __future__ import annotations

from importlib import metadata
import json
import pathlib
import re
from typing import Any
import uuid

from nova_rbd_multistore import glance
from tests.contract import deployment
from tests.contract import labdeployment
from tests.contract import watching

RECORDED = pathlib.Path(__file__).parent / 'recorded'

_DISTRIBUTIONS = ('glance', 'glance-store', 'keystonemiddleware',
                  'oslo.limit', 'WebOb')
_UUID = re.compile(r'\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')
# Of users and projects; the checksum of an image looks the same.
_KEYSTONE_ID = re.compile(r'(?<!"checksum": ")\b[0-9a-f]{32}\b')
_URL = re.compile(r'(http(?::|%3A)(?://|%2F%2F))127[.\d]+(?::|%3A)\d+')


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
                        'body': body.decode() if isinstance(body, bytes)
                        else body},
            'answer': {'status': answer.status,
                       'content_type': answer.content_type, 'body': text},
        }
        target = RECORDED / f'{name}.json'
        target.write_text(
            self._stable(json.dumps(recording, indent=1)) + '\n')
        print(f'{answer.status} {name}')

    def stage(
        self, name: str, image_id: str, access: glance.Access,
        data: bytes = b'data',
    ) -> None:
        """Record the answer to an upload to the staging area."""
        self.send(name, 'PUT', f'/v2/images/{image_id}/stage',
                  deployment.TENANT, lambda _user: access, data)

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
        return _URL.sub(r'\1glance.example', text)

    def _replace_uuid(self, match: re.Match[str]) -> str:
        return str(self._counted(match[0]))

    def _replace_keystone_id(self, match: re.Match[str]) -> str:
        return self._counted(match[0]).hex

    def _counted(self, found: str) -> uuid.UUID:
        if found not in self._known:
            self._known[found] = uuid.UUID(
                int=len(self._known) + 1, version=4)
        return self._known[found]
