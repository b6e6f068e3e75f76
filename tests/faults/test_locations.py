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

"""Copies that Glance counts on and that cannot be cloned."""

from __future__ import annotations

from lab import clients
from tests import labtest
from tests.faults import catalogue
from tests.faults import locations

_IMAGE = catalogue.Group.IMAGE
_FORGET = 'Have Glance forget the copy; the log has the command.'


class CopiedTestCase(locations.LocationTestCase):

    def refused_until_forgotten(self, image_id: str) -> None:
        """Boot, do what the operator is told, and boot again."""
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, f'Image {image_id} cannot be copied to store dcn0: Glance '
                  f'lists it there already', 'there is no such snapshot',
            f'images/{image_id}@snap', self.site.fsid)
        self.assertEqual(1, self.copies(image_id))
        self.report_refused(disk)
        command = self.command('glance')
        self.assertEqual(['glance', 'stores-delete', '--store', 'dcn0',
                          image_id], command)
        self.run_glance(command)
        self.assertEqual({'central'}, self.stores(image_id))
        self.assert_cloned(self.boot_one(image_id), image_id)
        self.assertEqual(2, self.copies(image_id))
        self.assertEqual({}, self.traces(image_id))

    @catalogue.fault(
        _IMAGE, 'Glance lists a copy in the local store, but there is no RBD '
                'image', _FORGET)
    def test_rbd_image_is_missing(self) -> None:
        image_id = self.copied()
        self.site.remove_image('images', image_id)
        self.refused_until_forgotten(image_id)

    @catalogue.fault(
        _IMAGE, 'Glance lists a copy in the local store, but the RBD image '
                'has no snapshot', _FORGET)
    def test_snapshot_is_missing(self) -> None:
        image_id = self.copied()
        self.remove_snapshot(image_id)
        self.refused_until_forgotten(image_id)

    @catalogue.fault(
        _IMAGE, 'The snapshot of the local copy is not protected',
        'Protect it; the log has the command.')
    def test_snapshot_is_not_protected(self) -> None:
        image_id = self.copied()
        self.unprotect(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, image_id, 'store dcn0', 'not protected')
        self.report_refused(disk)
        command = self.command('rbd')
        self.assertEqual(
            ['rbd', 'snap', 'protect', f'images/{image_id}@snap'], command)
        self.site.run(*command)
        self.assert_cloned(self.boot_one(image_id), image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_service_registers_what_is_there(self) -> None:
        there = self.make_snapshot('images', f'{self.id()}_there')
        missing = there.replace('_there', '_missing')
        self.assertEqual(
            ['active', 'queued', 'queued'],
            [self.posted(url, status) for url, status in (
                (there, 'active'), (missing, 'queued'),
                ('nonsense', 'queued'))])

    def posted(self, url: str, status: str) -> str:
        """Post the first location of an image; return its status then.

        :param status: that is waited for, if it is not the present one.
        """
        image_id = str(clients.glance_for(self.lab.state, 'demo').images
                       .create(name=self.id(), container_format='bare',
                               disk_format='raw').id)
        self.addCleanup(self._remove_image, image_id)
        path = f'{self.lab.state.glance_url}/v2/images/{image_id}/locations'
        asked = {'url': url, 'validation_data': {}}
        service = clients.session_for(self.lab.state, 'nova').get_token()
        for headers, answer in (
                ({}, 403), ({'X-Service-Token': service}, 202)):
            self.assertEqual(answer, clients.session_for(
                self.lab.state, 'demo').post(
                    path, json=asked, headers=headers,
                    raise_exc=False).status_code)
        self.wait_imports(image_id)
        labtest.wait_for(f'the status {status}', lambda: (
            self.image(image_id)['status'] == status))
        return str(self.image(image_id)['status'])
