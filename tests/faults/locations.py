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

"""Base of the tests of copies that Glance counts on."""

from __future__ import annotations

import shlex

from lab import ceph
from lab import launcher
from tests.faults import base


class LocationTestCase(base.FaultTestCase):
    """A test of what is wrong with a copy in dcn0.

    :ivar site: its cluster.
    """

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
