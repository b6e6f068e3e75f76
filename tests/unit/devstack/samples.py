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

"""Lines and answers as a stacked DevStack has them."""

from __future__ import annotations

from devstack.tools.verification import logline
from devstack.tools.verification.judging import forwarding

IMAGE = 'c38c6f1e-51b8-4ad2-9c4d-7d1c3f0d5b35'
FSID = '3f5d6f4e-2b4d-4e8e-9e0b-6e2f7f1d8f10'
OTHER_FSID = '9a3b8e51-0a3f-4f6a-8f0c-0f6f4d2f5c11'

# With the colours that DevStack puts into the formats of its services.
_CONTEXT = '[\x1b[01;36mNone {request} \x1b[00;36mdemo demo] \x1b[01;35m'


def line(
    logger: str, message: str, request: str = 'req-1', level: str = 'INFO',
) -> logline.Line:
    """Return a line of a service, as the journal has it."""
    return logline.parse(
        f'{level} {logger} {_CONTEXT.format(request=request)}{message}'
        '\x1b[00m')


IN_PLACE = line(
    'nova_rbd_multistore.compute.imagebackend',
    'Image backend of nova-rbd-multistore in place: images are copied to '
    'store dcn0 with the service credential of [service_user]')
ASKED = line(
    'nova_rbd_multistore.copier',
    f'Asked Glance to copy image {IMAGE} (16 MiB) to store dcn0 after 0.2 s')
ENDED = line(
    'nova_rbd_multistore.copier',
    f'Image {IMAGE} (16 MiB) is in store dcn0 after 2.4 s')

FIRST = forwarding.Worker(
    'g-api-r', '/etc/glance-remote/glance-api.conf',
    'http://127.0.0.1:60998', 'http://127.0.0.1:60998')
THROUGH = forwarding.Worker(
    'g-api', '/etc/glance/glance-api.conf',
    'http://10.77.0.2:60999', 'http://127.0.0.1:60999')


def task(number: int, method: str, status: str = 'success') -> dict[
        str, object]:
    """Return an element of GET /v2/images/{id}/tasks."""
    return {'id': f'task-{number}', 'status': status, 'message': '',
            'owner': 'project', 'request_id': f'req-{number}',
            'updated_at': '2026-01-31T12:00:00Z',
            'input': {'image_id': IMAGE, 'backend': ['dcn0'],
                      'import_req': {'method': {'name': method}}}}
