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

import os
import pathlib

import fixtures
import testtools

from lab import directory
from lab import dnsmasq
from lab import exception
from lab import launcher
from lab import process
from lab import state
from tests.unit.lab import samples


class DnsmasqTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()

    def _prepared(self, publish='all'):
        lab = samples.named(self.where.path, publish)
        state.save(self.where, lab)
        one = dnsmasq.Dnsmasq(lab, lab.names, launcher.Launcher(self.where))
        one.prepare()
        return one

    def _lines(self):
        return (self.where.path / 'dnsmasq' / 'hosts'
                ).read_text().splitlines()

    def test_each_worker_has_its_name_and_that_of_the_service(self):
        self._prepared()
        self.assertEqual([
            f'127.0.0.1{number} glance-api-{number}.glance.lab.test '
            f'glance.lab.test' for number in (1, 2, 3)], self._lines())

    def test_of_those_that_run(self):
        self._prepared('running')
        self.assertEqual([], self._lines())
        state.write_pid(self.where, 'glance-api-2',
                        process.find(os.getpid()))
        # Died by itself.
        state.write_pid(self.where, 'glance-api-3',
                        process.Process(os.getpid(), -1))
        dnsmasq.publish(self.where)
        self.assertEqual(
            ['127.0.0.12 glance-api-2.glance.lab.test glance.lab.test'],
            self._lines())

    def test_it_knows_nothing_else_and_keeps_nothing(self):
        one = self._prepared()
        self.assertEqual(('127.53.82.8', (53,)), (one.address, one.ports))
        words = one.command()
        for word in ('--no-resolv', '--no-hosts', '--local=/#/',
                     '--cache-size=0', '--local-ttl=0', '--bind-interfaces',
                     '--listen-address=127.53.82.8'):
            self.assertIn(word, words)

    def test_files_that_lead_to_it(self):
        self._prepared()
        seen = {path.name: path.read_text()
                for path in (self.where.path / 'etc').iterdir()}
        self.assertEqual({
            'resolv.conf': 'nameserver 127.53.82.8\n',
            'hosts': '127.0.0.1 localhost\n',
            'nsswitch.conf': 'hosts: files dns\n'}, seen)

    def test_nothing_to_publish_without_names(self):
        state.save(self.where, samples.described(self.where.path))
        dnsmasq.publish(self.where)
        self.assertFalse((self.where.path / 'dnsmasq').exists())

    def test_who_is_told_and_does_not_answer(self):
        self._prepared('running')
        self.useFixture(fixtures.MonkeyPatch('lab.dnsmasq._TIMEOUT', 0))
        deaf = launcher.Launcher(self.where).spawn(
            'dnsmasq', ['sh', '-c', 'trap "" HUP; exec sleep 60'], {})
        self.addCleanup(deaf.kill)
        state.write_pid(self.where, 'dnsmasq', deaf)
        state.write_pid(self.where, 'glance-api-2',
                        process.find(os.getpid()))
        self.assertRaises(exception.NotInTime, dnsmasq.publish, self.where)
