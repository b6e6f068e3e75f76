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

from lab import authority
from lab import directory
from lab import dnsmasq
from lab import exception
from lab import fixture
from lab import glance_api
from lab import launcher
from lab import state
from lab import terminator
from tests.unit.lab import samples


class TerminatorTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()
        self.lab = samples.named(self.where.path, tls=True)
        authority.Authority(authority.home(self.where)).create()
        self.starter = launcher.Launcher(self.where)
        self.one = terminator.Terminator(self.lab.workers[1], self.starter)

    def test_it_takes_tls_for_one_worker(self):
        self.one.prepare()
        lines = [line.strip() for line in pathlib.Path(
            self.one.command()[-1]).read_text().splitlines()]
        pem = self.where.path / 'tls.glance-api-2' / 'server.pem'
        self.assertIn(f'bind 127.0.0.12:21011 ssl crt {pem}', lines)
        self.assertIn('server glance-api-2 127.0.0.12:21010', lines)
        self.assertIn('PRIVATE KEY', pem.read_text())
        self.assertEqual(('127.0.0.12', (21011,)),
                         (self.one.address, self.one.ports))

    def test_certificate_stays_when_the_worker_moves(self):
        self.one.configure('of another')
        self.one.listen()
        self.assertEqual('of another', (
            self.where.path / 'tls.glance-api-2' / 'server.pem').read_text())

    def test_worker_trusts_the_authority(self):
        worker = glance_api.HubWorker(
            self.lab.workers[1], self.lab, self.starter)
        self.assertEqual(str(authority.certificate(self.where)),
                         worker.environment()['REQUESTS_CA_BUNDLE'])
        plain = samples.described(self.where.path)
        worker = glance_api.HubWorker(plain.workers[1], plain, self.starter)
        self.assertIsNone(worker.terminator)
        self.assertNotIn('REQUESTS_CA_BUNDLE', worker.environment())

    def test_no_certificate_without_tls(self):
        plain = samples.described(self.where.path)
        worker = glance_api.HubWorker(plain.workers[1], plain, self.starter)
        lab = type('Lab', (), {'workers': {worker.name: worker}})
        self.assertRaises(
            exception.NoTls, fixture.Certified, lab, worker.name, '')
        self.assertFalse(
            self.where.service('tls.glance-api-2').exists())

    def test_it_ends_with_the_worker(self):
        state.save(self.where, self.lab)
        dnsmasq.Dnsmasq(self.lab, self.lab.names, self.starter).prepare()
        worker = glance_api.HubWorker(
            self.lab.workers[1], self.lab, self.starter)
        for end in (worker.kill, worker.stop):
            running = [self.starter.spawn(name, ['sleep', '60'], {})
                       for name in (worker.name, f'tls.{worker.name}')]
            for one in running:
                self.addCleanup(one.kill)
            state.write_pid(self.where, worker.name, running[0])
            state.write_pid(self.where, f'tls.{worker.name}', running[1])
            end()
            self.assertEqual([False, False],
                             [one.is_alive() for one in running])
