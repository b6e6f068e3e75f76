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
import io
import json
import pathlib

import fixtures
import testtools

from lab import boot
from lab import cloud
from lab import compute
from lab import demo
from lab import directory
from lab import exception
from lab import exitcodes
from lab import main
from lab import narrator
from lab import server_scenes
from lab import show_disks
from tests.unit.lab import samples


def _disk(parent):
    return boot.Disk(
        'dcn0', 'dcn0-0', 'i', 'image', 'i_disk',
        boot.COW if parent else boot.FLAT, 1.0, 0.0, None, 4, parent, None)


def _outcomes(scenes, parent, backend=compute.OURS):
    return [show_disks.Outcome(scene, backend, 1.0, 1,
                               (_disk(parent),) * scene.count)
            for scene in scenes]


class DemoTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.played = []
        self.parents = {compute.OURS: 'images/i@snap'}
        self.useFixture(fixtures.MonkeyPatch(
            'lab.show_servers.play', self._play_servers))
        self.useFixture(fixtures.MonkeyPatch(
            'lab.show_disks.play', self._play_disks))

    def _play_servers(self, lab, mine, scenes, compare, story):
        self.played.append(('servers', compare))
        return []

    def _play_disks(self, lab, asked, scenes, compare, story):
        self.played.append(('disks', compare, asked))
        return [one for backend, parent in self.parents.items()
                for one in _outcomes(scenes, parent, backend)]

    def _play(self, described, **request):
        where = directory.StateDirectory(self.root)
        return demo.play(cloud.Lab(where, described), demo.Request(**request),
                         narrator.Narrator(lambda line: None))

    def test_guests_where_there_are_computes(self):
        report = self._play(samples.cloud(self.root), compare=True)
        self.assertEqual([('servers', True)], self.played)
        self.assertEqual(server_scenes.table([]), report.table)

    def test_guests_that_were_never_seen_prove_nothing(self):
        self.assertFalse(self._play(samples.cloud(self.root)).proved)

    def test_disks_where_there_are_none(self):
        report = self._play(samples.described(self.root), crowd=2)
        self.assertEqual(
            [('disks', False, show_disks.Settings(crowd=2))], self.played)
        self.assertTrue(report.proved)

    def test_flat_disk_of_ours_proves_nothing(self):
        self.parents[compute.OURS] = None
        self.assertFalse(self._play(samples.described(self.root)).proved)

    def test_flat_disk_of_upstream_is_only_shown(self):
        self.parents[compute.UPSTREAM] = None
        self.assertTrue(self._play(samples.described(self.root)).proved)

    def test_what_is_no_size_is_refused(self):
        for number in (0, -1):
            for asked in ({'size_mib': number}, {'crowd': number}):
                self.assertRaises(
                    exception.InvalidSettings, self._play,
                    samples.described(self.root), **asked)
        self.assertEqual([], self.played)

    def test_disks_need_an_edge(self):
        self.assertRaises(exception.InvalidSettings, self._play,
                          samples.described(self.root, 'central'))

    def test_size_of_guests_cannot_be_chosen(self):
        for asked in ({'size_mib': 64}, {'crowd': 2}, {'crowd': 0}):
            self.assertRaises(
                exception.InvalidSettings, self._play,
                samples.cloud(self.root), **asked)
        self.assertEqual([], self.played)


class CommandTestCase(testtools.TestCase):

    def _run(self, *options, proved=True):
        def play(lab, request, story):
            story.say('a story')
            return demo.Report('a table', [{'result': 'cow'}], proved)

        stdout, stderr = io.StringIO(), io.StringIO()
        with (fixtures.MonkeyPatch('lab.demo.play', play),
              fixtures.MonkeyPatch('lab.cloud.Lab.load',
                                   lambda _cls, path: None),
              contextlib.redirect_stdout(stdout),
              contextlib.redirect_stderr(stderr)):
            code = main.main(['demo', *options])
        return code, stdout.getvalue(), stderr.getvalue()

    def test_table_follows_the_story(self):
        code, stdout, stderr = self._run()
        self.assertEqual(exitcodes.OK, code)
        self.assertRegex(stdout, r'a story\n\na table\n$')
        self.assertEqual('', stderr)

    def test_json_stands_alone(self):
        code, stdout, stderr = self._run('-f', 'json')
        self.assertEqual(exitcodes.OK, code)
        self.assertEqual([{'result': 'cow'}], json.loads(stdout))
        self.assertIn('a story', stderr)

    def test_what_is_not_proved(self):
        code, _, _ = self._run(proved=False)
        self.assertEqual(exitcodes.FAILED, code)
