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

"""Whose images a boot may use, in every case of the documentation."""

from __future__ import annotations

from lab import boot
from lab import clients
from lab import fixture
from lab import settings
from tests import labtest
from tests.functional import matrix

_ALONE = {'libvirt': {'images_rbd_glance_credential': 'user'}}

# What the operator is told beside the name of the policy.
_ADVICE = ("the tenant's token", 'service credential', '[glance]')
_REFUSALS = {matrix.Outcome.HIDDEN: ('fetch_image_location', *_ADVICE),
             matrix.Outcome.FORBIDDEN: ('copy_image', *_ADVICE)}


class MatrixTestCase(labtest.LabTestCase):
    """Boots of the tenant ``demo``, who has the role member.

    The images get to dcn0 while Glance hides locations, and to dcn1 while it
    shows them.

    :ivar ids: of the images, by what they are.
    """

    def setUp(self) -> None:
        super().setUp()
        public = self.make_image(4, 'other', visibility='private')
        self.admin.images.update(public, visibility='public')
        self.ids = {
            matrix.PUBLIC: public,
            matrix.COMMUNITY: self.make_image(
                4, 'other', visibility='community'),
            matrix.PRIVATE_OWN: self.make_image(4, visibility='private'),
            matrix.PRIVATE_OTHER: self.make_image(
                4, 'other', visibility='private'),
            matrix.SHARED_ACCEPTED: self.make_shared('accepted'),
            matrix.SHARED_PENDING: self.make_shared('pending'),
            matrix.SHARED_OTHERS: self.make_image(
                4, 'other', visibility='shared'),
        }
        self.assertEqual(set(matrix.IMAGES), set(self.ids))

    def make_shared(self, status: str) -> str:
        """Share an image of another project; the tenant sets the status."""
        image_id = self.make_image(4, 'other', visibility='shared')
        project = clients.session_for(
            self.lab.state, 'demo').get_project_id()
        for user, change in (
                ('other', lambda members: members.create(image_id, project)),
                ('demo', lambda members: members.update(
                    image_id, project, status))):
            change(clients.glance_for(self.lab.state, user).image_members)
        return image_id

    def boot_all(self, site: str, column: matrix.Column) -> None:
        """Boot each image on a compute, and compare with what is documented.

        :param site: that has the images only if the column says so.
        """
        ids = tuple(self.ids.values())
        before = {image_id: self.copies(image_id) for image_id in ids}
        disks = {disk.image_id: disk for disk in self.boot(boot.Request(
            ids[0], site, count=len(ids), more_images=ids[1:],
            overrides={} if column.service else _ALONE))}
        for image, image_id in self.ids.items():
            with self.subTest(image=image.title, **column._asdict()):
                outcome = matrix.expected(image, column)
                self.assert_outcome(disks[image_id], outcome)
                self.assertEqual(
                    outcome is matrix.Outcome.COPIED,
                    self.copies(image_id) - before[image_id])

    def assert_outcome(
        self, disk: boot.Disk, outcome: matrix.Outcome,
    ) -> None:
        if outcome in {matrix.Outcome.COPIED, matrix.Outcome.CLONED}:
            self.assertIsNone(disk.error)
            self.assertEqual(f'images/{disk.image_id}@snap', disk.parent)
            return
        self.assertEqual(boot.ERROR, disk.result)
        assert disk.error is not None
        if outcome is matrix.Outcome.NOT_FOUND:
            self.assertEqual('ImageNotFound', disk.error['type'])
            return
        self.assertEqual('BuildAbortException', disk.error['type'])
        for words in _REFUSALS[outcome]:
            self.assertIn(words, disk.error['cause'])
        self.assertNotIn('policy', disk.error['message'])

    def test_every_case(self) -> None:
        self.boot_at('dcn0', shown=False)
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(show_locations=True)))
        self.boot_at('dcn1', shown=True)

    def boot_at(self, site: str, shown: bool) -> None:
        for local in (False, True):
            # Without a service credential nothing gets to the site.
            for service in (False, True):
                self.boot_all(site, matrix.Column(service, shown, local))
            for image, image_id in self.ids.items():
                if not (local or image.visible):
                    self.copy(image_id, site)

    def copy(self, image_id: str, site: str) -> None:
        """Have an image copied by an administrator."""
        self.admin.images.image_import(
            image_id, 'copy-image', stores=[site], allow_failure=False)
        self.wait_idle(image_id)
        self.assertIn(site, self.stores(image_id))
