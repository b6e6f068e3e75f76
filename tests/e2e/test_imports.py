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

"""Images that tenants import as qcow2, where Glance's own store is files."""

from __future__ import annotations

import pathlib
import shutil

from lab import clients
from lab import confile
from lab import fixture
from lab import settings
from tests.e2e import base

_CONVERSION: confile.Sections = {
    'image_import_opts': {'image_import_plugins': '[image_conversion]'},
    'image_conversion': {'output_format': 'raw'},
}


class ImportTestCase(base.CloudTestCase):
    """Glance keeps what is uploaded in files; the edge has RBD.

    That is the case which Nova's specification of copies between stores
    describes.
    """

    def configure_glance(self, overrides: confile.Sections) -> None:
        """Give Glance a file store, which is the default for this test."""
        self.files: pathlib.Path = self.lab.directory.service(
            settings.FILE_STORE)
        before = self.admin.images.get_stores_info()
        self.addCleanup(self.assert_restored, before)
        self.addCleanup(shutil.rmtree, self.files, ignore_errors=True)
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(
                file_store=self.files, overrides=overrides)))

    def import_guest(self) -> str:
        """Stage and import the guest as qcow2, as a tenant does it."""
        glance = clients.glance_for(self.lab.state, 'demo')
        image_id = str(glance.images.create(
            name=self.id(), container_format='bare', disk_format='qcow2').id)
        self.addCleanup(self._remove_image, image_id)
        with self.guest.qcow2.open('rb') as data:
            glance.images.stage(image_id, data)
        glance.images.image_import(image_id, 'glance-direct')
        self.wait_idle(image_id)
        self.assertEqual('active', self.image(image_id).status)
        return image_id

    def assert_only_in_files(self, image_id: str) -> None:
        self.assertEqual({settings.FILE_STORE}, self.stores(image_id))
        self.assertEqual([image_id], [
            path.name for path in self.files.iterdir()])
        for site in self.lab.sites.values():
            self.assertNotIn(image_id, site.images(site.site.images_pool))
        self.assert_not_staged(image_id)

    def assert_not_staged(self, image_id: str) -> None:
        for worker in self.lab.workers.values():
            self.assertEqual([], list(
                worker.worker.staging.glob(f'{image_id}*')))

    def assert_deleted_everywhere(self, image_id: str) -> None:
        self.admin.images.delete(image_id)
        self.assertEqual([], list(self.files.iterdir()))
        for site in self.lab.sites.values():
            self.assertNotIn(image_id, site.images(site.site.images_pool))
        self.assert_not_staged(image_id)

    def assert_restored(self, stores: object) -> None:
        self.assertEqual(stores, self.admin.images.get_stores_info())
        self.assertFalse(self.files.exists())

    def test_converted_to_raw_it_is_cloned_at_the_edge(self) -> None:
        self.configure_glance(_CONVERSION)
        image_id = self.import_guest()
        self.assertEqual('raw', self.image(image_id).disk_format)
        self.assert_only_in_files(image_id)

        first = self.boot_server(image_id, 'dcn0')
        self.assertEqual({settings.FILE_STORE, 'dcn0'},
                         self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))
        self.assert_clone(first, image_id)
        self.assert_not_staged(image_id)

        second = self.boot_server(image_id, 'dcn0')
        self.assertEqual(1, self.copies(image_id))
        self.assert_clone(second, image_id)

        self.remove(first.id)
        self.remove(second.id)
        self.assert_deleted_everywhere(image_id)

    def test_left_as_qcow2_it_is_never_copied(self) -> None:
        self.configure_glance({})
        image_id = self.import_guest()
        self.assertEqual('qcow2', self.image(image_id).disk_format)
        self.assert_only_in_files(image_id)

        server = self.boot_server(image_id, 'dcn0')
        self.assert_flat(server)
        self.assertEqual(0, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))
        self.assert_only_in_files(image_id)

        self.remove(server.id)
        self.assert_deleted_everywhere(image_id)
