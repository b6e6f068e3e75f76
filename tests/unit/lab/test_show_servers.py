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
import testtools

from lab import cloud
from lab import directory
from lab import narrator
from lab import server_scenes
from lab import servers
from lab import show_servers
from lab import sighting
from tests.unit.lab import samples

_INFO = """\
rbd image '6d2f7b0e_disk':
\tsize 1 GiB in 128 objects
\torder 23 (8 MiB objects)
\tsnapshot_count: 0
\tparent: images/9a3f@snap
\toverlap: 20 MiB
"""


class ShowServersTestCase(testtools.TestCase):

    def test_last_lines_of_a_console(self):
        self.assertEqual(
            'Booting\nlab-guest: ready',
            show_servers.last_lines(
                'SeaBIOS\r\n\r\n\x1b\x07Booting\r\n \r\nlab-guest: ready\r\n',
                2))

    def test_empty_console(self):
        self.assertEqual('', show_servers.last_lines('\r\n', 3))

    def test_telling_lines_of_rbd_info(self):
        self.assertEqual(
            'size 1 GiB in 128 objects\n'
            'parent: images/9a3f@snap\n'
            'overlap: 20 MiB', show_servers.telling(_INFO))

    def test_short_path(self):
        here = pathlib.Path.cwd()
        self.assertEqual('.lab/guest.raw',
                         show_servers.short_path(here / '.lab/guest.raw'))
        self.assertEqual('/elsewhere/guest.raw', show_servers.short_path(
            pathlib.Path('/elsewhere/guest.raw')))


class FakeSite:
    """A cluster that has no disk but those of servers that run."""

    site = types.SimpleNamespace(vms_pool='vms')

    def command(self, *command):
        return command

    def run(self, *command):
        if command != ('rbd', 'info', 'vms/good_disk'):
            raise AssertionError(command)
        return _INFO


class FakeObserver:
    """Has seen one server that runs and one that failed with its disk."""

    state = ''
    sightings = [
        sighting.Sighting(
            servers.Server(name, name, status, 'dcn0', 'dcn0-0', None),
            asked=0.0, disk=sighting.Disk('images/9a3f@snap'))
        for name, status in (('bad', 'ERROR'), ('good', 'ACTIVE'))]

    def __init__(self, *args):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def wait(self, count, timeout):
        pass


class FakeTraces:

    def __init__(self, *args):
        pass

    def remove(self):
        pass


class PlayTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.lab = cloud.Lab(directory.StateDirectory(root),
                             samples.cloud(root))
        self.lab.sites['dcn0'] = FakeSite()
        client = types.SimpleNamespace(run=lambda *arguments: '')
        glance = types.SimpleNamespace(images=types.SimpleNamespace(
            list=lambda filters: [types.SimpleNamespace(id='9a3f')]))
        for name, fake in (
                ('lab.observer.Observer', FakeObserver),
                ('lab.spectator.Spectator', FakeObserver),
                ('lab.traces.Traces', FakeTraces),
                ('lab.openstack.OpenStack', lambda *args, **options: client),
                ('lab.copies.count', lambda lab, image_id: 0),
                ('lab.clients.glance_for', lambda lab, user: glance)):
            self.useFixture(fixtures.MonkeyPatch(name, fake))
        self.told = []

    def test_disk_of_a_failed_server_is_not_asked_for(self):
        outcomes = show_servers.play(
            self.lab, self.lab.computing,
            [server_scenes.Scene('Boot', 'first', 'dcn0', 'guest')], False,
            narrator.Narrator(self.told.append))
        self.assertEqual(['error', 'cow'], [one.result for one in outcomes])
        self.assertIn('vms/good_disk', ''.join(self.told))
