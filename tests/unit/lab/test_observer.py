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
import types

import fixtures
from keystoneauth1 import exceptions as ks_exc
import testtools

from lab import ceph
from lab import cloud
from lab import directory
from lab import narrator
from lab import observer
from lab import servers
from lab import waiting
from tests.unit.lab import samples


class FakeSite:
    """A cluster with no disk but those that a test adds."""

    name = 'dcn0'
    site = types.SimpleNamespace(vms_pool='vms')

    def __init__(self):
        self.parents = {}

    def images(self, pool):
        return list(self.parents)

    def parent(self, pool, image):
        return self.parents[image]


class ObserverTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        described = samples.cloud(root)
        self.lab = cloud.Lab(directory.StateDirectory(root), described)
        self.site = self.lab.sites['dcn0'] = FakeSite()
        self.now = 100.0
        self.told = []
        self.shown = []
        self.useFixture(fixtures.MonkeyPatch(
            'lab.servers.Servers', lambda lab: self))
        self.observer = observer.Observer(
            self.lab, self.lab.computing, 'demo-1', narrator.Narrator(
                lambda line: self.told.append(line[11:]),
                clock=lambda: self.now))

    def named(self, prefix):
        if isinstance(self.shown, Exception):
            raise self.shown
        return [servers.Server(**{
            'id': 'a', 'name': f'{prefix}-a', 'status': 'BUILD',
            'zone': 'dcn0', 'host': None, 'fault': None, **one})
            for one in self.shown]

    def _look(self, *shown, seconds=1):
        self.now += seconds
        self.shown = shown
        self.told.clear()
        self.observer.look()
        return self.told

    def _boot(self, text):
        console = self.lab.computing.nodes['dcn0-0'].compute.console('a')
        console.parent.mkdir(parents=True)
        console.write_text(text)

    def test_life_of_a_server(self):
        self.assertEqual([], self._look())
        self.assertEqual(['demo-1-a: requested, BUILD'], self._look({}))
        building = {'host': 'dcn0-0', 'task': 'spawning'}
        self.assertEqual(
            ['demo-1-a: on compute dcn0-0, BUILD, spawning'],
            self._look(building))
        self.site.parents['a_disk'] = ceph.Parent('images', 'i', 'snap')
        self.assertEqual(
            ['demo-1-a: its disk is a clone of images/i@snap'],
            self._look(building))
        active = {'host': 'dcn0-0', 'status': 'ACTIVE'}
        self.assertEqual(['demo-1-a: ACTIVE, 3.0 s after the request'],
                         self._look(active))
        self.assertEqual([], self._look(active))
        self._boot('lab-guest: ready')
        self.assertEqual(
            ['demo-1-a: the guest printed its marker, 5.0 s after the '
             'request'], self._look(active))
        self.observer.wait(1, timeout=0)

    def test_disk_without_its_parent_yet_is_looked_at_again(self):
        self.site.parents['a_disk'] = None
        self._look({'host': 'dcn0-0'})
        self.site.parents['a_disk'] = ceph.Parent('images', 'i', 'snap')
        self._look({'host': 'dcn0-0', 'status': 'ACTIVE'})
        seen, = self.observer.sightings
        self.assertEqual('images/i@snap', seen.disk.parent)

    def test_disk_of_a_failed_server_is_looked_for_again(self):
        self.site.parents['a_disk'] = ceph.Parent('images', 'i', 'snap')
        self._look({'host': 'dcn0-0'})
        self.site.parents.clear()
        for host in ('dcn0-0', None):
            self._look({'host': host, 'status': 'ERROR'})
            seen, = self.observer.sightings
            self.assertIsNone(seen.disk)

    def test_failed_server_without_a_host_has_lost_its_disk(self):
        self.site.parents['a_disk'] = ceph.Parent('images', 'i', 'snap')
        self._look({'host': 'dcn0-0'})
        self.site.parents.clear()
        self.assertEqual(['demo-1-a: its disk is gone, ERROR'],
                         self._look({'status': 'ERROR'}))

    def test_other_output_is_no_marker(self):
        self._boot('Kernel panic')
        self._look({'host': 'dcn0-0', 'status': 'ACTIVE'})
        seen, = self.observer.sightings
        self.assertIsNone(seen.marker)

    def test_failed_server_is_not_waited_for(self):
        self._look({'status': 'ERROR', 'fault': 'no copy'})
        self.observer.wait(1, timeout=0)
        self.assertEqual('', self.observer.state)

    def test_deadline_names_who_is_late(self):
        self._look({}, {'id': 'b', 'name': 'demo-1-b', 'status': 'ERROR'})
        error = self.assertRaises(
            waiting.TimedOut, self.observer.wait, 2, timeout=0)
        self.assertEqual('demo-1-a BUILD', error.last_state)

    def test_silence_is_told_once(self):
        self.shown = ks_exc.ConnectFailure('refused')
        for _ in range(2):
            self.observer.look()
        self.assertEqual(['no answer: refused'], self.told)
