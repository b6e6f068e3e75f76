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
import stat

import fixtures
import testtools

from lab import directory
from lab import launcher
from lab import rabbitmq
from tests.unit.lab import samples


class RabbitMQTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.broker = samples.cloud(self.root).cloud.broker
        self.daemon = rabbitmq.RabbitMQ(
            self.broker,
            launcher.Launcher(directory.StateDirectory(self.root)))

    def test_everything_is_in_its_directory(self):
        for name, value in self.daemon.environment().items():
            if '/' in value:
                self.assertTrue(value.startswith(str(self.root)),
                                f'{name}={value}')

    def test_listens_on_loopback_only(self):
        self.daemon.prepare()
        home = self.root / 'rabbitmq'
        self.assertIn(f'listeners.tcp.1 = 127.0.0.1:{self.broker.port}\n',
                      (home / 'rabbitmq.conf').read_text())
        environment = self.daemon.environment()
        self.assertIn('inet_dist_use_interface {127,0,0,1}',
                      environment['RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS'])
        self.assertEqual('127.0.0.1', environment['ERL_EPMD_ADDRESS'])

    def test_secrets_are_the_owner_s(self):
        self.daemon.prepare()
        for name, mode in (('rabbitmq.conf', 0o600),
                           ('.erlang.cookie', 0o400)):
            found = (self.root / 'rabbitmq' / name).stat().st_mode
            self.assertEqual(mode, stat.S_IMODE(found))

    def test_password_is_not_shown(self):
        self.assertNotIn(self.broker.password, repr(self.broker))

    def test_nobody_answers(self):
        self.assertFalse(
            rabbitmq.look_consumed(self.broker, 'compute.x').ready)
        self.assertFalse(self.daemon.look().ready)
