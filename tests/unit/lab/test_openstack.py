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

import pathlib

import fixtures
import testtools

from lab import cloud
from lab import directory
from lab import exception
from lab import openstack
from tests.unit.lab import samples


class OpenStackTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        where = directory.StateDirectory(root / 'lab')
        where.create()
        self.lab = cloud.Lab(where, samples.cloud(root / 'lab'))
        self.announced = []
        self.ran = []
        self.patch(self.lab.launcher, 'run', self._run)

    def _run(self, name, command, **kwargs):
        self.ran.append((name, command, kwargs))
        return 'a table\n'

    def test_what_is_announced_is_what_runs(self):
        client = openstack.OpenStack(self.lab, 'demo', self.announced.append)
        self.assertEqual('a table\n', client.run('server', 'show', 'my own'))
        self.assertEqual(["$ openstack server show 'my own'"], self.announced)
        (_, command, _), = self.ran
        self.assertEqual('openstack', pathlib.Path(command[0]).name)
        self.assertEqual(['server', 'show', 'my own'], command[1:])

    def test_no_password_in_the_command_or_its_environment(self):
        openstack.OpenStack(self.lab, 'demo', self.announced.append).run('x')
        (_, command, kwargs), = self.ran
        self.assertEqual('lab-demo', kwargs['extra']['OS_CLOUD'])
        password = self.lab.state.user('demo').password
        self.assertNotIn(password, str((command, kwargs, self.announced)))

    def test_unknown_user(self):
        self.assertRaises(exception.UnknownName, openstack.OpenStack,
                          self.lab, 'nobody', self.announced.append)
