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

"""Import images over several workers of the hub's Glance."""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import io
import subprocess
import uuid

from glanceclient import exc as glance_exc
from keystoneauth1 import session

from lab import clients
from lab import cloud
from lab import names
from lab import workerstate

_TENANT = 'demo'
_DATA = b'lab' * 100_000


class Importing:
    """A tenant's images, each staged on one worker.

    :param wait: how a test waits for what it names.
    """

    def __init__(
        self, lab: cloud.Lab,
        wait: Callable[[str, Callable[[], bool]], None],
    ) -> None:
        self._lab = lab
        self._wait = wait
        self._session: session.Session = clients.session_for(
            lab.state, _TENANT)
        self._glance = clients.glance_for(lab.state, _TENANT)

    def stage(self, on: workerstate.Worker) -> str:
        """Return the id of an image whose data is on a worker."""
        image_id = str(self._glance.images.create(
            name='staged', container_format='bare', disk_format='raw').id)
        clients.glance_for(self._lab.state, _TENANT, on.url).images.stage(
            image_id, io.BytesIO(_DATA))
        return image_id

    def submit(self, image_id: str, through: workerstate.Worker) -> tuple[
            int, bool]:
        """Ask a worker for the import.

        Return the status, and whether the worker itself handled it: Glance
        gives a request that it forwards another id.
        """
        request = f'req-{uuid.uuid4()}'
        answer = self._session.post(
            f'{through.url}/v2/images/{image_id}/import',
            json={'method': {'name': 'glance-direct'}},
            headers={'X-Openstack-Request-ID': request},
            raise_exc=False)
        return answer.status_code, (
            answer.headers['X-Openstack-Request-ID'] == request)

    def wait_active(self, image_id: str) -> None:
        """Return when the image is there, and its data what was staged."""
        self._wait(f'{image_id} is active', lambda: (
            self._glance.images.get(image_id).status == 'active'))
        found = b''.join(self._glance.images.data(image_id))
        if found != _DATA:
            raise AssertionError(f'{image_id} has other data')

    def remove(self, image_id: str) -> None:
        """Delete the image, if it is there, and its data."""
        with contextlib.suppress(glance_exc.HTTPNotFound):
            self._glance.images.delete(image_id)

    def staged(self) -> list[str]:
        """Name what the staging directories of the hub's workers hold."""
        return [f'{name}: {path.name}'
                for name, worker in self._lab.workers.items()
                for path in worker.worker.staging.iterdir()]


def inside(lab: cloud.Lab, *command: str) -> str:
    """Return what a command prints where the hub's workers have names."""
    return subprocess.run(
        names.command(lab.state, command), capture_output=True, text=True,
        check=True, timeout=60).stdout


def resolved(lab: cloud.Lab, name: str) -> set[str]:
    """Return the addresses of a name, as the C library finds them there."""
    found = subprocess.run(
        names.command(lab.state, ['getent', 'ahosts', name]),
        capture_output=True, text=True, check=False, timeout=60).stdout
    return {line.split()[0] for line in found.splitlines()}
