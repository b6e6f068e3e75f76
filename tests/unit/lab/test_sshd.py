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

from lab import compute_host
from lab import directory
from lab import launcher
from lab import sshd
from tests.unit.lab import samples


class SshdTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.computes = samples.cloud(self.root, dcn0=2).cloud.computes
        where = directory.StateDirectory(self.root)
        where.create()
        self.launcher = launcher.Launcher(where)
        self.first = self.make('dcn0-0', 23320)

    def make(self, name, port):
        compute, = (one for one in self.computes if one.name == name)
        host = compute_host.ComputeHost(compute, self.launcher)
        host.prepare()
        return sshd.Sshd(host, port, self.launcher)

    def file(self, host, name):
        return self.root / 'hosts' / host / 'ssh' / name

    def test_listens_on_loopback_only(self):
        command = self.first.command()
        self.assertEqual('127.0.0.1:23320', command[command.index('-p') + 1])
        self.assertEqual((23320,), self.first.ports)

    def test_takes_no_password(self):
        self.assertIn('-s', self.first.command())

    def test_nobody_answers(self):
        self.assertFalse(self.make('dcn0-1', 1).look().ready)

    def test_hosts_know_each_other_by_their_keys(self):
        one = sshd.Identity('dcn0-0', 23320, 'ssh-x C0', 'ssh-x H0')
        two = sshd.Identity('dcn0-1', 23321, 'ssh-x C1', 'ssh-x H1')
        self.first.introduce([one, two])
        self.assertEqual(
            'ssh-x C0\nssh-x C1\n',
            self.file('dcn0-0', 'authorized_keys').read_text())
        self.assertEqual(
            'dcn0-0 ssh-x H0\ndcn0-1 ssh-x H1\n',
            self.file('dcn0-0', 'known_hosts').read_text())
        config = self.file('dcn0-0', 'config').read_text()
        self.assertIn('Host dcn0-1\n    HostName 127.0.0.1\n    Port 23321\n',
                      config)

    def test_what_is_written_is_the_owner_s(self):
        self.first.introduce([])
        for name in ('authorized_keys', 'known_hosts', 'config'):
            found = self.file('dcn0-0', name).stat().st_mode
            self.assertEqual(0o600, stat.S_IMODE(found))
