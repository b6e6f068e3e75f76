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

import dataclasses
import pathlib

import fixtures
import testtools

from lab import building
from lab import cloud
from lab import directory
from lab import exception
from lab import fixture
from lab import hubworkers
from lab import settings
from lab import state
from tests.unit.lab import samples


class HubWorkersTestCase(testtools.TestCase):
    """Nothing runs: workers record what is done to them."""

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(self.root / 'lab')
        self.where.create()
        self.done = []
        for name, answer in (('start', 0.0), ('stop', True),
                             ('kill', None)):
            def record(worker, *_, name=name, answer=answer):
                self.done.append(f'{name} {worker.name}')
                return answer
            self.useFixture(fixtures.MonkeyPatch(
                f'lab.glance_api.HubWorker.{name}', record))
        self.useFixture(fixtures.MonkeyPatch(
            'lab.ports.is_free', lambda port, address: True))

    def _load(self, described):
        lab = cloud.Lab(self.where, described)
        state.save(self.where, dataclasses.replace(
            described, daemons=building.listed(lab)))
        lab.haproxy.prepare()
        if lab.dnsmasq is not None:
            lab.dnsmasq.prepare()
        for worker in lab.workers.values():
            worker.prepare()
        lab.reload()
        self.workers = hubworkers.HubWorkers(lab)
        return lab

    def _plain(self):
        return self._load(samples.described(self.where.path))

    def _named(self):
        return self._load(samples.named(self.where.path))

    def _file(self, *parts):
        return self.where.path.joinpath(*parts).read_text()

    def test_added(self):
        lab = self._named()
        worker = self.workers.add(
            asked=settings.GlanceSettings(task_pool_threads=1)).worker
        self.assertEqual(
            ('glance-api-4', '127.0.0.14', 'glance-api-4.glance.lab.test'),
            (worker.name, worker.address, worker.host))
        self.assertEqual(['start glance-api-4'], self.done)
        self.assertIn('task_pool_threads = 1', worker.conf.read_text())
        self.assertIn('server glance-api-4 127.0.0.14:21010',
                      self._file('haproxy', 'haproxy.cfg'))
        self.assertIn(f'127.0.0.14 {worker.host}',
                      self._file('dnsmasq', 'hosts'))
        self.assertIn(worker, lab.state.workers)
        self.assertIn('glance-api-4', lab.daemons)
        self.assertEqual(list(lab.daemons), [
            one.name for one in state.load(self.where).daemons])

    def test_added_and_removed_leaves_nothing(self):
        lab = self._named()
        before = (self._file('lab.json'), self._file('dnsmasq', 'hosts'),
                  self._file('haproxy', 'haproxy.cfg'))
        with fixture.ExtraWorker(lab, 'glance-api-more'):
            self.assertNotEqual(before[0], self._file('lab.json'))
        self.assertEqual(before, (
            self._file('lab.json'), self._file('dnsmasq', 'hosts'),
            self._file('haproxy', 'haproxy.cfg')))
        self.assertFalse(self.where.service('glance-api-more').exists())
        self.assertEqual(
            ['start glance-api-more', 'stop glance-api-more'], self.done)

    def test_one_that_does_not_start_is_gone(self):
        def fail(worker):
            raise exception.NotReady(worker.name, 1.0, '', worker.log, '')
        self.useFixture(fixtures.MonkeyPatch(
            'lab.glance_api.HubWorker.start', fail))
        self._plain()
        before = self._file('lab.json')
        self.assertRaises(exception.NotReady, self.workers.add)
        self.assertEqual(['kill glance-api-4'], self.done)
        self.assertEqual(before, self._file('lab.json'))

    def test_refused_names(self):
        lab = self._named()
        for name in ('more', 'glance-api-1', 'glance-api-', 'glance-api-dcn0',
                     'glance-api-A', 'glance-api-a.b'):
            self.assertRaises(
                exception.InvalidSettings, self.workers.add, name)
        with fixture.Renamed(lab, 'glance-api-1', 'glance-api-more'):
            self.assertRaises(exception.InvalidSettings, self.workers.add,
                              'glance-api-more')
            self.assertRaises(
                exception.InvalidSettings, self.workers.rename,
                'glance-api-2', 'glance-api-more')
        self.assertRaises(exception.InvalidSettings, self.workers.rename,
                          'glance-api-1', 'a.b')
        self.assertRaises(exception.UnknownName, self.workers.rename,
                          'glance-api-8')
        self.assertEqual([], self.done)

    def test_last_one_stays(self):
        self._plain()
        self.workers.remove('glance-api-1')
        self.workers.remove('glance-api-3')
        self.assertRaises(exception.InvalidSettings, self.workers.remove,
                          'glance-api-2')

    def test_renamed_one_keeps_what_it_says(self):
        lab = self._named()
        conf = lab.workers['glance-api-1'].worker.conf
        before = conf.read_text(), self._file('lab.json')
        with fixture.Renamed(lab, 'glance-api-1'):
            worker = lab.workers['glance-api-1'].worker
            self.assertEqual('glance-api-1-renamed.glance.lab.test',
                             worker.host)
            self.assertIn(f'127.0.0.11 {worker.host}',
                          self._file('dnsmasq', 'hosts'))
            self.assertEqual(before[0], conf.read_text())
            self.assertEqual([], self.done)
            self.workers.reconfigure('glance-api-1')
            self.assertIn(worker.self_url, conf.read_text())
        self.assertEqual(
            before, (conf.read_text(), self._file('lab.json')))
        self.assertEqual(
            ['stop glance-api-1', 'start glance-api-1'] * 2, self.done)

    def test_without_names_it_moves(self):
        lab = self._plain()
        with fixture.Renamed(lab, 'glance-api-2'):
            worker = lab.workers['glance-api-2'].worker
            self.assertEqual(('127.0.0.14', 'http://127.0.0.14:21010'),
                             (worker.address, worker.self_url))
            self.assertIn('http://127.0.0.12:', worker.conf.read_text())
            self.assertIn('server glance-api-2 127.0.0.14:21010',
                          self._file('haproxy', 'haproxy.cfg'))
            # Its number is not free, only its address.
            self.assertEqual('127.0.0.15', self.workers.add().worker.address)
            for address in ('127.0.0.11', '10.0.0.1', '127.0.0.x', 'new'):
                self.assertRaises(
                    exception.InvalidSettings, self.workers.rename,
                    'glance-api-2', address)
