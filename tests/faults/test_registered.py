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

"""Locations that somebody has registered."""

from __future__ import annotations

import json

from glanceclient import exc as glance_exc

from lab import clients
from lab import fixture
from lab import settings
from tests.faults import catalogue
from tests.faults import locations

_IMAGE = catalogue.Group.IMAGE
_PATCH = 'application/openstack-images-v2.1-json-patch'
_FORGET = 'Have Glance forget the copy; the log has the command.'
# Glance's user in its clusters may, with the capabilities of some
# deployments, see the disks of instances.
_CURIOUS = 'profile rbd pool=images, profile rbd-read-only pool=vms'
_SPARE = 'profile rbd pool=images, profile rbd pool=spare'


class RegisteredTestCase(locations.LocationTestCase):
    """In a Glance that shows locations, and so lets tenants set them."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(show_locations=True)))

    def register(
        self, image_id: str, url: str, user: str = 'demo',
    ) -> int:
        """Register a location of dcn0; return the status of the answer."""
        answer = clients.session_for(self.lab.state, user).patch(
            f'{self.lab.state.glance_url}/v2/images/{image_id}',
            headers={'Content-Type': _PATCH}, raise_exc=False,
            data=json.dumps([{
                'op': 'add', 'path': '/locations/-',
                'value': {'url': url, 'metadata': {'store': 'dcn0'}}}]))
        return int(answer.status_code)

    @catalogue.fault(
        _IMAGE, 'The first of two local copies has gone', _FORGET)
    def test_first_of_two_is_missing(self) -> None:
        image_id, second = self.copied_twice()
        self.site.remove_image('images', image_id)
        disk = self.boot_one(image_id)
        self.assert_cloned(disk, second)
        self.assertIn('there is no such snapshot', '\n'.join(self.told()))
        self.report_cloned(disk)

    @catalogue.fault(
        _IMAGE, 'The first of two local copies is not protected',
        'Protect it; the log has the command.')
    def test_first_of_two_is_not_protected(self) -> None:
        image_id, second = self.copied_twice()
        self.unprotect(image_id)
        disk = self.boot_one(image_id)
        self.assert_cloned(disk, second)
        self.assertIn('rbd snap protect', '\n'.join(self.told()))
        self.report_cloned(disk)

    def copied_twice(self) -> tuple[str, str]:
        """Return an image that is in dcn0 twice, and what is the second."""
        image_id = self.copied()
        second = f'{image_id}.second'
        url = self.make_snapshot('images', second)
        self.assertEqual(200, self.register(image_id, url, 'admin'))
        return image_id, second

    @catalogue.fault(
        _IMAGE, 'What Glance lists as a local copy is the disk of an '
                'instance',
        'Find out who registered it, see :ref:`copy-foreign`.')
    def test_disk_of_an_instance(self) -> None:
        image_id, disk_name = self.make_image(), f'{self.id()}_disk'
        self.grant_glance('dcn0', _CURIOUS)
        url = self.make_snapshot('vms', disk_name)
        self.assertEqual(200, self.register(image_id, url))
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'in the pool of instance disks', disk_name,
            'Glance deletes the data at a location that it removes')
        self.assertEqual([], self.site.query(
            'rbd', 'children', f'vms/{disk_name}@snap'))
        self.report_refused(disk)

        # Glance would delete it, and may not.
        self.assertRaises(glance_exc.HTTPInternalServerError,
                          self.admin.images.delete_from_store, 'dcn0',
                          image_id)
        away = f'{disk_name}.away'
        self.site.run('rbd', 'mv', f'vms/{disk_name}', f'vms/{away}')
        self.addCleanup(self.remove_if_there, 'vms', away)
        self.run_glance(['glance', 'stores-delete', '--store', 'dcn0',
                         image_id])
        self.assertEqual(['snap'], self.site.snapshots('vms', away))
        self.assert_cloned(self.boot_one(image_id), image_id)

    @catalogue.fault(
        _IMAGE, 'Glance lists a copy in the local store, but there is no '
                'pool',
        'Create the pool, and have Glance forget the copy; the log has the '
        'command.')
    def test_pool_is_missing(self) -> None:
        image_id = self.make_image()
        self.grant_glance('dcn0', _SPARE)
        self.addCleanup(self.remove_pool)
        self.create_pool()
        # Not make_snapshot(), for it goes with its pool.
        self.site.create_image('spare', image_id, 32)
        for action in ('create', 'protect'):
            self.site.run('rbd', 'snap', action, f'spare/{image_id}@snap')
        self.assertEqual(200, self.register(
            image_id, f'rbd://{self.site.fsid}/spare/{image_id}/snap'))
        self.remove_pool()
        disk = self.boot_one(image_id)
        self.assert_refused(disk, image_id, 'there is no such pool',
                            f'spare/{image_id}@snap')
        self.report_refused(disk)
        self.create_pool()
        self.run_glance(self.command('glance'))
        self.assert_cloned(self.boot_one(image_id), image_id)

    def create_pool(self) -> None:
        self.site.run('ceph', 'osd', 'pool', 'create', 'spare')
        self.site.run('rbd', 'pool', 'init', 'spare')

    def remove_pool(self) -> None:
        self.site.run('ceph', 'osd', 'pool', 'rm', 'spare', 'spare',
                      '--yes-i-really-really-mean-it')

    def test_glance_lists_what_it_can_read(self) -> None:
        image_id = self.make_image(4)
        fsid = self.site.fsid
        for url in ('', 'nonsense', 'file:///etc/passwd',
                    f'rbd://{fsid}/images/{image_id}/snap',
                    f'rbd://{fsid}/images/../snap',
                    f'rbd://{fsid}//{image_id}/snap',
                    f'rbd://{fsid}/images/\xe9/snap',
                    f'rbd://{fsid}/images/a/b/snap'):
            self.assertEqual(400, self.register(image_id, url), url)
        disk = self.make_snapshot('vms', f'{self.id()}_disk')
        self.assertEqual(500, self.register(image_id, disk))
        self.assertEqual({'central'}, self.stores(image_id))

    @catalogue.fault(
        _IMAGE, 'The location of the local copy is one that only Glance can '
                'read',
        'Find out who registered it, see :ref:`copy-foreign`.')
    def test_short_form(self) -> None:
        image_id = self.make_image()
        self.make_snapshot('images', image_id)
        self.assertEqual(200, self.register(image_id, f'rbd://{image_id}'))
        disk = self.boot_one(image_id)
        self.assert_refused(disk, image_id, f"'rbd://{image_id}'",
                            'it has 1 parts')
        self.report_refused(disk)
