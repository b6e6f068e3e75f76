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

import json
import shlex

from glanceclient import exc as glance_exc

from lab import ceph
from lab import clients
from lab import launcher
from tests import labtest
from tests.faults import base
from tests.faults import catalogue

_IMAGE = catalogue.Group.IMAGE
_PATCH = 'application/openstack-images-v2.1-json-patch'
_FORGET = 'Have Glance forget the copy; the log has the command.'
# Glance's user in its clusters may, with the capabilities of some
# deployments, see the disks of instances.
_CURIOUS = 'profile rbd pool=images, profile rbd-read-only pool=vms'
_SPARE = 'profile rbd pool=images, profile rbd pool=spare'


class LocationTestCase(base.FaultTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.site: ceph.Cluster = self.lab.sites['dcn0']

    def copied(self) -> str:
        """Return an image that is in dcn0 as well."""
        image_id = self.make_image()
        self.admin.images.image_import(
            image_id, 'copy-image', stores=['dcn0'], allow_failure=False)
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        return image_id

    def remove_snapshot(self, image_id: str) -> None:
        self.unprotect(image_id)
        self.site.run('rbd', 'snap', 'rm', '--no-progress',
                      f'images/{image_id}@snap')

    def unprotect(self, image_id: str) -> None:
        self.site.run('rbd', 'snap', 'unprotect', f'images/{image_id}@snap')

    def make_snapshot(self, pool: str, name: str) -> str:
        """Make an RBD image with a protected snapshot; return its URL."""
        self.site.create_image(pool, name, 32)
        self.addCleanup(self.remove_if_there, pool, name)
        self.site.run('rbd', 'snap', 'create', '--no-progress',
                      f'{pool}/{name}@snap')
        self.site.run('rbd', 'snap', 'protect', f'{pool}/{name}@snap')
        return f'rbd://{self.site.fsid}/{pool}/{name}/snap'

    def remove_if_there(self, pool: str, name: str) -> None:
        if name in self.site.images(pool):
            self.site.remove_image(pool, name)

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

    def command(self, program: str) -> list[str]:
        """Return the command of that name that the operator was told."""
        line = next(line for line in reversed(self.told())
                    if f' {program} ' in line)
        return shlex.split(program + ' ' + line.rpartition(f' {program} ')[2])

    def run_glance(self, command: list[str]) -> None:
        """Run a command of Glance's client as the administrator."""
        admin = self.lab.state.user('admin')
        self.lab.launcher.run(
            'glance', [str(launcher.python_program(command[0])),
                       *command[1:]],
            extra={'OS_AUTH_URL': self.lab.state.keystone_url,
                   'OS_USERNAME': admin.name, 'OS_PASSWORD': admin.password,
                   'OS_PROJECT_NAME': admin.project,
                   'OS_USER_DOMAIN_ID': 'default',
                   'OS_PROJECT_DOMAIN_ID': 'default',
                   'OS_REGION_NAME': self.lab.state.region})

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
        self.let_glance(_CURIOUS)
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
        self.let_glance(_SPARE)
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

    def let_glance(self, osd: str) -> None:
        """Give Glance's Ceph user other capabilities for the test."""
        caps = self.site.query('ceph', 'auth', 'get', 'client.glance')[0][
            'caps']
        self.addCleanup(self.set_caps, caps['osd'])
        self.set_caps(osd)

    def set_caps(self, osd: str) -> None:
        self.site.run('ceph', 'auth', 'caps', 'client.glance', 'mon',
                      'profile rbd', 'osd', osd)

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
        for user, answer in (('admin', 403), ('nova', 202)):
            self.assertEqual(answer, clients.session_for(
                self.lab.state, user).post(
                    path, json=asked, raise_exc=False).status_code)
        self.wait_imports(image_id)
        labtest.wait_for(f'the status {status}', lambda: (
            self.image(image_id)['status'] == status))
        return str(self.image(image_id)['status'])
