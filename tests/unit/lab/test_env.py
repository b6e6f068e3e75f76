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

import json
import pathlib
import stat

import fixtures
import testtools

from lab import clouds
from lab import directory
from lab import exception
from lab.cmd import env
from tests.unit.lab import samples


class EnvTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(path / 'a lab')
        self.lab = samples.described(self.where.path)

    def _variables(self, user='demo'):
        return clouds.environment(self.where, self.lab, user)

    def test_shell(self):
        self.assertEqual(
            f"export OS_CLIENT_CONFIG_FILE='{self.where.path}/clouds.yaml'\n"
            'export OS_CLOUD=lab-demo',
            env.render(self._variables(), 'shell'))

    def test_json(self):
        self.assertEqual(
            self._variables(),
            json.loads(env.render(self._variables(), 'json')))

    def test_no_password_is_printed(self):
        for user in self.lab.users:
            self.assertNotIn(
                user.password,
                env.render(self._variables(user.name), 'shell'))

    def test_unknown_user(self):
        self.assertRaises(exception.UnknownName, self._variables, 'nobody')

    def test_clients_trust_the_lab_s_authority(self):
        for lab, trusted in (
                (self.lab, None),
                (samples.named(self.where.path, tls=True),
                 str(self.where.path / 'authority' / 'ca.pem'))):
            cloud = clouds.content(lab)['clouds']['lab-demo']
            self.assertEqual(trusted, cloud.get('cacert'))

    def test_clouds_file(self):
        clouds.write(self.where, self.lab)
        self.assertEqual(
            0o600, stat.S_IMODE(self.where.clouds.stat().st_mode))
        seen = json.loads(self.where.clouds.read_text())['clouds']
        self.assertEqual(
            {f'lab-{user.name}' for user in self.lab.users}, set(seen))
        self.assertEqual(self.lab.user('demo').password,
                         seen['lab-demo']['auth']['password'])
