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

import testtools

from lab import compute
from lab import exception
from lab import server_scenes
from lab import servers
from lab import sighting

_IMAGE = '6d2f7b0e-9a3f-4b1c-8b38-5f1b8a0a6f00'
_CLONE = sighting.Disk(f'images/{_IMAGE}@snap')
_FLAT = sighting.Disk(None)
_FIRST = server_scenes.Scene('Boot', 'first', 'dcn0', 'guest')
_CROWD = server_scenes.Scene('Boot two at once', 'crowd', 'dcn1', 'other', 2)


def outcome(backend=compute.OURS, scene=_FIRST, name='first', disk=_CLONE,
            marker=22.5, status='ACTIVE', fault=None):
    host = f'{scene.zone}-0' if disk else None
    server = servers.Server(
        'id', name, status, scene.zone, host, fault)
    return server_scenes.Outcome(backend, scene, sighting.Sighting(
        server, asked=10.0, disk=disk, active=14.0 if disk else None,
        marker=marker), copies=1)


class ScenesTestCase(testtools.TestCase):

    def _shapes(self, **computes):
        return [(one.name, one.zone, one.image, one.count)
                for one in server_scenes.scenes(computes)]

    def test_crowd_is_where_the_most_computes_are(self):
        self.assertEqual([('first', 'dcn0', 'guest', 1),
                          ('second', 'dcn0', 'guest', 1),
                          ('crowd', 'dcn1', 'other', 3)],
                         self._shapes(central=1, dcn0=1, dcn1=3))

    def test_crowd_is_no_larger_than_the_lab_allows(self):
        self.assertEqual(('crowd', 'dcn0', 'other', 1),
                         self._shapes(central=5, dcn0=1)[-1])
        self.assertEqual(('crowd', 'dcn0', 'other', 3),
                         self._shapes(central=1, dcn0=5)[-1])

    def test_site_without_computes_is_left_out(self):
        self.assertEqual({'dcn1'}, {
            zone for _, zone, _, _ in self._shapes(
                central=1, dcn0=0, dcn1=1)})

    def test_an_edge_is_needed(self):
        self.assertRaises(exception.InvalidSettings,
                          server_scenes.scenes, {'central': 3, 'dcn0': 0})

    def test_of_equal_sites_another_one(self):
        self.assertEqual(('crowd', 'dcn1', 'other', 1),
                         self._shapes(central=1, dcn0=1, dcn1=1)[-1])

    def test_titles(self):
        self.assertEqual(
            ['Boot at dcn0 what is only at central', 'Boot at dcn0 again',
             'Boot two at once, each on a compute of its own, at dcn0 from a '
             'new image'],
            [one.title for one in server_scenes.scenes(
                {'central': 1, 'dcn0': 2})])
        self.assertEqual(
            'Boot at dcn0 from a new image',
            server_scenes.scenes({'central': 1, 'dcn0': 1})[-1].title)


class ProvedTestCase(testtools.TestCase):

    def _proved(self, **crowded):
        return server_scenes.proved([_FIRST, _CROWD], [
            outcome(), outcome(scene=_CROWD),
            outcome(scene=_CROWD, **crowded)])

    def test_clones_that_run(self):
        self.assertTrue(self._proved())

    def test_one_is_flat(self):
        self.assertFalse(self._proved(disk=_FLAT))

    def test_one_does_not_run(self):
        self.assertFalse(self._proved(marker=None))

    def test_one_has_no_disk(self):
        self.assertFalse(self._proved(
            disk=None, marker=None, status='ERROR'))

    def test_upstream_is_only_shown(self):
        self.assertTrue(server_scenes.proved([_FIRST], [
            outcome(), outcome(compute.UPSTREAM, disk=_FLAT)]))

    def test_nothing_was_seen(self):
        self.assertFalse(server_scenes.proved([_FIRST], []))

    def test_one_of_a_crowd_was_never_seen(self):
        self.assertFalse(server_scenes.proved(
            [_FIRST, _CROWD], [outcome(), outcome(scene=_CROWD)]))

    def test_upstream_stands_in_for_nothing(self):
        self.assertFalse(self._proved(backend=compute.UPSTREAM))


class RenderingTestCase(testtools.TestCase):

    def test_table_of_one_backend(self):
        self.assertEqual(
            'server   zone  host    active  marker  copies  root disk\n'
            'first    dcn0  dcn0-0  4.0 s   12.5 s  1       '
            'clone of images/6d2f7b0e..@snap\n'
            'crowd-1  dcn1  dcn1-0  4.0 s   12.5 s  1       '
            'clone of images/6d2f7b0e..@snap\n'
            'crowd-2  dcn1  -       -       -               none, ERROR',
            server_scenes.table([
                outcome(), outcome(scene=_CROWD, name='crowd-1'),
                outcome(scene=_CROWD, name='crowd-2', disk=None,
                        marker=None, status='ERROR')]))

    def test_table_of_two_backends(self):
        heading, _, theirs = server_scenes.table([
            outcome(), outcome(compute.UPSTREAM, disk=_FLAT),
        ]).splitlines()
        self.assertEqual('backend', heading.split()[0])
        self.assertEqual('upstream', theirs.split()[0])
        self.assertTrue(theirs.endswith('FLAT'))
        # Another backend's scene has copies of its own.
        self.assertEqual('1', theirs.split()[-2])

    def test_disk_of_a_failed_server_is_no_success(self):
        failed = outcome(status='ERROR')
        self.assertEqual('error', failed.row()['result'])
        self.assertFalse(failed.good)
        self.assertTrue(server_scenes.table([failed]).endswith(
            'clone of images/6d2f7b0e..@snap, ERROR'))

    def test_row_is_json_with_seconds_since_the_request(self):
        row = json.loads(json.dumps(outcome().row()))
        self.assertEqual((4.0, 12.5, 'cow', _CLONE.parent), (
            row['seconds_to_active'], row['seconds_to_marker'],
            row['result'], row['parent']))

    def test_row_of_a_failure(self):
        row = outcome(disk=None, marker=None, status='ERROR',
                      fault='no copy').row()
        self.assertEqual((None, None, 'error', None, 'no copy'), (
            row['seconds_to_active'], row['seconds_to_marker'],
            row['result'], row['parent'], row['fault']))
