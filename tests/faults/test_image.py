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

"""Images that change before, during and after their copy."""

from __future__ import annotations

from collections.abc import Callable
import time

from glanceclient import exc as glance_exc

from lab import boot
from lab import clients
from lab import fixture
from lab import settings
from tests.faults import base
from tests.faults import catalogue

_IMAGE = catalogue.Group.IMAGE
# Without a service credential, as upstream.
_TENANT_ONLY = {'auth_type': ''}


class ImageTestCase(base.FaultTestCase):

    def make_public(self, mib: int = 32) -> str:
        """Upload an image of another tenant that everybody may use."""
        image_id = self.make_image(mib, user='other', visibility='private')
        self.admin.images.update(image_id, visibility='public')
        return image_id

    def make_private(self, image_id: str) -> None:
        self.admin.images.update(image_id, visibility='private')

    def copied(self, image_id: str) -> str:
        """Return the image when a boot has had it copied and cloned."""
        self.assert_cloned(self.boot_one(image_id), image_id)
        return image_id

    def boot_and_break(
        self, image_id: str, change: Callable[[], None],
        **overrides: dict[str, str],
    ) -> tuple[boot.Disk, float]:
        """Boot, change the image while it is copied, and return when."""
        changed = []

        def note() -> None:
            change()
            changed.append(time.monotonic())

        disk = self.boot_while(image_id, note, **overrides)
        return disk, changed[0]

    @catalogue.fault(
        _IMAGE, 'The image is deleted before the boot looks at it', '')
    def test_deleted_before(self) -> None:
        image_id = self.make_image(4)
        self.admin.images.delete(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, kind='ImageNotFound')
        self.assertFalse(self.pools.has('dcn0', image_id))
        self.report_refused(disk)

    @catalogue.fault(
        _IMAGE, 'The image is deleted while Glance stages it for its copy',
        'Remove the file that may be left in the staging directory of the '
        'worker.')
    def test_deleted_while_it_is_staged(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 4)
        disk, since = self.boot_and_break(
            image_id, lambda: self.delete_elsewhere(image_id))
        self.assert_refused(
            disk, image_id, 'Glance has no such image',
            kind='ImageNotFound')
        self.report_refused(disk, since)
        self.wait_imports(image_id)
        self.assertFalse(self.pools.has('dcn0', image_id))
        self.assertEqual(1, len(self.staging(image_id)))

    @catalogue.fault(
        _IMAGE, 'The image is deleted while Glance writes its copy',
        'Remove the RBD image that the import leaves in the store, see '
        ':ref:`partial-copy`, and the file that may be left in the staging '
        'directory of the worker.')
    def test_deleted_while_it_is_written(self) -> None:
        image_id = self.make_image()
        self.slow_target(image_id, 4)

        def delete() -> None:
            self.wait_writing(image_id)
            self.delete_elsewhere(image_id)

        disk, since = self.boot_and_break(image_id, delete)
        self.assert_refused(
            disk, image_id, 'Glance has no such image',
            kind='ImageNotFound')
        self.report_refused(disk, since)
        self.wait_imports(image_id)
        self.assertTrue(self.pools.has('dcn0', image_id))
        self.assertEqual(1, len(self.staging(image_id)))

    def delete_elsewhere(self, image_id: str) -> None:
        """Delete an image through a worker that does not copy it.

        The one that does would find what it has staged, and remove it.
        """
        copying = self.wait_staging(image_id)
        other = next(worker for name, worker in self.lab.workers.items()
                     if name != copying)
        clients.glance_for(
            self.lab.state, 'admin', other.worker.url).images.delete(image_id)

    @catalogue.fault(
        _IMAGE, 'The image is deleted after its copy', '')
    def test_deleted_after(self) -> None:
        image_id = self.make_image()
        disk = self.boot_one(image_id)
        self.assert_cloned(disk, image_id)
        boot.remove(self.lab, [disk])
        self.admin.images.delete(image_id)
        self.assertFalse(self.pools.has('dcn0', image_id))
        disk = self.boot_one(image_id)
        self.assert_refused(disk, kind='ImageNotFound')
        self.report_refused(disk)

    @catalogue.fault(
        _IMAGE, 'The image is deleted while a disk is a clone of its copy',
        'Nothing. Glance refuses, and has deleted the copies without clones; '
        'the next boot there has them made again.')
    def test_deleted_with_a_clone(self) -> None:
        image_id = self.copied(self.make_image())
        self.assertRaises(
            glance_exc.HTTPConflict, self.admin.images.delete, image_id)
        self.assertFalse(self.pools.has('central', image_id))
        self.assertEqual({'dcn0'}, self.stores(image_id))
        disk = self.boot_one(image_id)
        self.assert_cloned(disk, image_id)
        self.assert_cloned(self.boot_one(image_id, 'central'), image_id)
        self.report_cloned(disk)

    @catalogue.fault(
        _IMAGE, 'The image is deactivated before the boot',
        'Activate the image.')
    def test_deactivated_before(self) -> None:
        image_id = self.make_image(4)
        self.admin.images.deactivate(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, kind='ImageNotActive')
        self.assertEqual({'central'}, self.stores(image_id))
        self.report_refused(disk)

    @catalogue.fault(
        _IMAGE, 'The image is deactivated during its copy',
        'Activate the image. Glance has given its copy up by then, and the '
        'next boot has it made again.')
    def test_deactivated_during(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 4)

        def deactivate() -> None:
            self.wait_staging(image_id)
            self.admin.images.deactivate(image_id)

        disk, since = self.boot_and_break(image_id, deactivate)
        self.assert_refused(disk, image_id, 'its status is deactivated',
                            kind='ImageNotActive')
        self.report_refused(disk, since)
        self.wait_idle(image_id)
        # Glance keeps what it has staged, for the next copy.
        self.assertLessEqual(self.traces(image_id).keys(), {'staged'})
        self.assertEqual(1, self.failed_copies(image_id))
        self.admin.images.reactivate(image_id)
        self.copied(image_id)

    @catalogue.fault(
        _IMAGE, 'The image is deactivated after its copy',
        'Activate the image.')
    def test_deactivated_after(self) -> None:
        image_id = self.copied(self.make_image())
        self.admin.images.deactivate(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, kind='ImageNotActive')
        self.report_refused(disk)

    @catalogue.fault(
        _IMAGE, 'The image is made private before the boot of another '
                'tenant', '')
    def test_private_before(self) -> None:
        image_id = self.make_public(4)
        self.make_private(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, kind='ImageNotFound')
        self.assertEqual({'central'}, self.stores(image_id))
        self.report_refused(disk)

    @catalogue.fault(
        _IMAGE, 'The image is made private during its copy for another '
                'tenant, with a service credential', '')
    def test_private_during(self) -> None:
        image_id = self.make_public()
        self.slow_source(image_id, 3)
        disk = self.boot_while(
            image_id, lambda: self.make_private(image_id))
        self.assert_cloned(disk, image_id)
        self.report_cloned(disk)

    @catalogue.fault(
        _IMAGE, 'The image is made private during its copy for another '
                'tenant, without a service credential', '')
    def test_private_during_with_the_tenants_token(self) -> None:
        self.useFixture(fixture.GlanceConfigured(self.lab, settings.OPEN))
        image_id = self.make_public()
        self.slow_source(image_id, 4)
        disk, since = self.boot_and_break(
            image_id, lambda: self.make_private(image_id),
            glance=_TENANT_ONLY)
        self.assert_refused(
            disk, image_id, 'Glance has no such image',
            kind='ImageNotFound')
        self.report_refused(disk, since)
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))

    @catalogue.fault(
        _IMAGE, 'The image is made private after its copy', '')
    def test_private_after(self) -> None:
        image_id = self.copied(self.make_public())
        self.make_private(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, kind='ImageNotFound')
        self.report_refused(disk)
        self.assert_cloned(
            self.boot_one(image_id, user='other'), image_id)

    @catalogue.fault(
        _IMAGE, 'The image is not raw',
        'Import images with conversion to raw.')
    def test_not_raw(self) -> None:
        image_id = self.make_image(disk_format='qcow2')
        disk = self.boot_one(image_id)
        self.assertIn('can never be cloned', '\n'.join(self.told()))
        self.assertEqual({'central'}, self.stores(image_id))
        self.report_flat(disk)

    def test_format_does_not_change_under_a_boot(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 3)
        disk = self.boot_while(
            image_id, lambda: self.refuse_format(image_id))
        self.assert_cloned(disk, image_id)
        self.refuse_format(image_id)

    def refuse_format(self, image_id: str) -> None:
        exc = self.assertRaises(
            glance_exc.HTTPForbidden, self.admin.images.update, image_id,
            disk_format='qcow2')
        self.assertIn('only replaced for a queued image', str(exc).replace(
            'be only', 'only'))
