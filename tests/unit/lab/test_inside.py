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
import shutil
import types

import fixtures
import testtools

from lab import directory
from lab import exception
from lab import inside
from lab import launcher
from lab import process
from lab import state
from lab import waiting
from tests.unit.lab import samples


class FakeHost:
    """A host that is entered by doing nothing."""

    compute = types.SimpleNamespace(name='dcn0-0')

    def enter(self):
        return []


class Sleeping(inside.Inside):

    def prepare(self):
        raise AssertionError('a start prepares nothing')

    def command(self):
        return [shutil.which('sleep'), '60']

    def look(self):
        return waiting.Look(True, 'sleeps')


class InsideTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()
        state.save(self.where, samples.cloud(self.where.path))
        self.starter = launcher.Launcher(self.where)
        self.addCleanup(self._kill_all)
        self.daemon = Sleeping('nova-compute', FakeHost(), self.starter)

    def _kill_all(self):
        for one in process.of_lab(self.where.path):
            one.kill()

    def _spawn(self, name, *command):
        return self.starter.spawn(name, command, {})

    def _wait_for(self, running):
        waiting.until(lambda: waiting.Look(
            running in process.of_lab(self.where.path), 'not seen'), 10)

    def _wait_only(self, *expected):
        # What entered the host for the daemon ends at its own pace.
        def look():
            found = process.of_lab(self.where.path)
            return waiting.Look(set(found) == set(expected), str(found))

        waiting.until(look, 10)

    def test_start_is_recorded(self):
        self.daemon.launch()
        self.assertIsNotNone(self.daemon.process())
        self._wait_only(self.daemon.process())

    def test_start_of_a_running_one_ends_nothing(self):
        self.daemon.launch()
        before = self.daemon.process()
        self.daemon.launch()
        self.assertEqual(before, self.daemon.process())

    def test_one_that_was_never_recorded_is_ended_first(self):
        unrecorded = self._spawn('nova-compute.dcn0-0', 'sleep', '61')
        neighbour = self._spawn('nova-compute.dcn0-01', 'sleep', '62')
        for one in unrecorded, neighbour:
            self._wait_for(one)
        self.daemon.launch()
        self.assertFalse(unrecorded.is_alive())
        self._wait_only(self.daemon.process(), neighbour)

    def test_one_that_an_interruption_left_is_ended_first(self):
        def interrupted(where, name, one):
            raise exception.Interrupted('SIGINT', 130)

        with fixtures.MonkeyPatch('lab.state.write_pid', interrupted):
            self.assertRaises(exception.Interrupted, self.daemon.launch)
        left = set(process.of_lab(self.where.path))
        self.assertFalse(self.daemon.is_alive())
        self.daemon.launch()
        self._wait_only(self.daemon.process())
        self.assertNotIn(self.daemon.process(), left)
