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

import contextlib
import pathlib
import types

import fixtures
import testtools

from lab import boot
from lab import cloud
from lab import compute
from lab import directory
from lab import exception
from lab import narrator
from lab import show_disks
from tests.unit.lab import samples

_BOOT = show_disks.Scene('boot', True, (('dcn0', 1),))
_CROWD = show_disks.Scene('boot both', True, (('dcn0', 2), ('dcn1', 1)))


def outcome(scene, *parents, backend=compute.OURS):
    return show_disks.Outcome(scene, backend, 1.0, 1, tuple(
        boot.Disk('dcn0', 'dcn0-0', 'i', 'image', 'i_disk',
                  boot.COW if parent else boot.FLAT, 1.0, 0.0, None, 4,
                  parent, None)
        for parent in parents))


class ScenesTestCase(testtools.TestCase):

    def _boots(self, *sites):
        return [one.boots for one in show_disks.scenes(sites, crowd=3)]

    def test_one_edge(self):
        self.assertEqual(
            [(('dcn0', 1),), (('dcn0', 1),), (('dcn0', 3),)],
            self._boots('central', 'dcn0'))

    def test_two_edges_boot_at_once(self):
        self.assertEqual((('dcn0', 1), ('dcn1', 1)),
                         self._boots('central', 'dcn0', 'dcn1')[-1])

    def test_an_edge_is_needed(self):
        self.assertRaises(
            exception.InvalidSettings, show_disks.scenes, ('central',), 3)


class ProvedTestCase(testtools.TestCase):

    def _proved(self, *outcomes):
        return show_disks.proved([_BOOT, _CROWD], outcomes)

    def test_clones(self):
        self.assertTrue(self._proved(
            outcome(_BOOT, 'p'), outcome(_CROWD, 'p', 'p', 'p')))

    def test_one_is_flat(self):
        self.assertFalse(self._proved(
            outcome(_BOOT, 'p'), outcome(_CROWD, 'p', None, 'p')))

    def test_one_is_missing(self):
        self.assertFalse(self._proved(
            outcome(_BOOT, 'p'), outcome(_CROWD, 'p', 'p')))

    def test_a_scene_is_missing(self):
        self.assertFalse(self._proved(outcome(_BOOT, 'p')))
        self.assertFalse(self._proved())

    def test_upstream_is_only_shown(self):
        ours = [outcome(_BOOT, 'p'), outcome(_CROWD, 'p', 'p', 'p')]
        theirs = outcome(_BOOT, None, backend=compute.UPSTREAM)
        self.assertTrue(self._proved(*ours, theirs))
        self.assertFalse(self._proved(ours[0], outcome(
            _CROWD, 'p', 'p', 'p', backend=compute.UPSTREAM)))


class FakeImages:
    """Images whose imports end with the second look at them."""

    def __init__(self):
        self.log = []
        self._tasks = []

    def create(self, **_properties):
        return types.SimpleNamespace(id='i')

    def upload(self, image_id, data):
        self.log.append(f'upload {image_id}')

    def start_import(self):
        self._tasks = ['t']

    def get(self, image_id):
        self.log.append(f'look at {image_id}')
        return ({'os_glance_import_task': self._tasks.pop()}
                if self._tasks else {})

    def delete(self, image_id):
        self.log.append(f'delete {image_id}')


class PlayTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.lab = cloud.Lab(directory.StateDirectory(root),
                             samples.described(root))
        self.images = FakeImages()
        for name, fake in (
                ('lab.clients.glance_for', lambda lab, user: self),
                ('lab.copies.count', lambda lab, image_id: 0),
                ('lab.spectator.Spectator',
                 lambda *args: contextlib.nullcontext()),
                ('lab.traces._INTERVAL', 0),
                ('lab.boot.boot', self._boot)):
            self.useFixture(fixtures.MonkeyPatch(name, fake))

    def _boot(self, lab, requests, done):
        self.images.start_import()
        raise exception.Interrupted('SIGINT', 130)

    def test_import_that_runs_is_not_cut_off_by_an_interruption(self):
        self.assertRaises(
            exception.Interrupted, show_disks.play, self.lab,
            show_disks.Settings(size_mib=4),
            [_BOOT], False,
            narrator.Narrator(lambda line: None))
        self.assertEqual(
            ['upload i', 'look at i', 'look at i', 'delete i'],
            self.images.log)
