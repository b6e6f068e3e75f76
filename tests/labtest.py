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

"""Base of the tests that need the lab."""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time
from typing import Any

from glanceclient import exc as glance_exc
import testtools

from lab import boot
from lab import clients
from lab import cloud
from lab import copies
from lab import images

_TIMEOUT = 120


def wait_for(
    what: str, condition: Callable[[], bool], timeout: float = _TIMEOUT,
) -> None:
    """Return when a condition holds.

    :param timeout: seconds.
    :raises AssertionError: when it does not in time.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not after {timeout:.0f} s')
        time.sleep(0.1)


def _convert(raw: pathlib.Path, disk_format: str) -> pathlib.Path:
    target = raw.with_suffix(f'.{disk_format}')
    subprocess.run(
        ['qemu-img', 'convert', '-f', 'raw', '-O', disk_format, raw, target],
        check=True)
    return target


class LabTestCase(testtools.TestCase):
    """A test on the lab in ``$LAB_STATE`` (default ``.lab-test``).

    What it makes is gone from Glance and from every pool afterwards.
    """

    def setUp(self) -> None:
        super().setUp()
        self.lab = cloud.Lab.load(os.environ.get('LAB_STATE', '.lab-test'))
        self.admin = clients.glance_for(self.lab.state, 'admin')

    def make_image(
        self, mib: int = 32, user: str = 'demo', **properties: str,
    ) -> str:
        """Upload an image into the hub's store and return its id."""
        properties.setdefault('disk_format', 'raw')
        with tempfile.TemporaryDirectory() as scratch:
            path = images.make_raw(
                pathlib.Path(scratch) / 'image', mib, max(1, mib // 4))
            if properties['disk_format'] != 'raw':
                path = _convert(path, properties['disk_format'])
            return self.upload(path, user, **properties)

    def upload(
        self, path: pathlib.Path, user: str = 'demo', **properties: str,
    ) -> str:
        """Upload a file into the hub's store and return the image's id."""
        glance = clients.glance_for(self.lab.state, user)
        image = glance.images.create(
            name=self.id(), container_format='bare', **properties)
        self.addCleanup(self._remove_image, image.id)
        with path.open('rb') as data:
            glance.images.upload(image.id, data)
        return str(image.id)

    def move_image(self, image_id: str, store: str) -> None:
        """Have an image in another store than the hub's, and only there."""
        self.admin.images.image_import(
            image_id, 'copy-image', stores=[store], allow_failure=False)
        self.wait_idle(image_id)
        self.admin.images.delete_from_store('central', image_id)
        self.assertEqual({store}, self.stores(image_id))

    def boot(self, *requests: boot.Request) -> list[boot.Disk]:
        """Boot all requests at once; the disks go at the end of the test."""
        disks = boot.boot(self.lab, requests)
        self.addCleanup(boot.remove, self.lab, disks)
        return disks

    def image(self, image_id: str) -> Any:
        """Return the image's record as the administrator sees it."""
        return self.admin.images.get(image_id)

    def stores(self, image_id: str) -> set[str]:
        """Return the names of the stores that have the image."""
        return set(self.image(image_id)['stores'].split(','))

    def copies(self, image_id: str) -> int:
        """Return how many copies to a store succeeded."""
        return copies.count(self.lab.state, image_id)

    def failed_copies(self, image_id: str) -> int:
        """Return how many copies to a store failed."""
        return copies.count(self.lab.state, image_id, copies.FAILURE)

    def wait_copying(self, image_id: str) -> None:
        """Return when an import of the image is under way."""
        wait_for(f'an import of {image_id}', lambda: bool(
            self.image(image_id).get('os_glance_importing_to_stores')))

    def wait_idle(self, image_id: str) -> None:
        """Return when no import holds the image."""
        wait_for(f'the end of the import of {image_id}', lambda: not (
            self.image(image_id).get('os_glance_import_task')))

    def wait_imports(self, image_id: str) -> None:
        """Return when all imports of an image, even a deleted one, ended."""
        wait_for(f'the end of the imports of {image_id}', lambda: not (
            self._imports(image_id, 'pending')
            or self._imports(image_id, 'processing')))

    def _imports(self, image_id: str, status: str) -> list[str]:
        """Return the tasks of an image, also of one that was deleted."""
        found = [task.id for task in self.admin.tasks.list(
            filters={'status': status})]
        return [task_id for task_id in found
                if self.admin.tasks.get(task_id).image_id == image_id]

    def _remove_image(self, image_id: str) -> None:
        # An import goes on although its image was deleted, and leaves what
        # it wrote.
        self.wait_imports(image_id)
        with contextlib.suppress(glance_exc.HTTPNotFound):
            self.admin.images.delete(image_id)
        for worker in self.lab.glances.values():
            (worker.worker.staging / image_id).unlink(missing_ok=True)
        for site in self.lab.sites.values():
            pool = site.site.images_pool
            if image_id in site.images(pool):
                site.remove_image(pool, image_id)
