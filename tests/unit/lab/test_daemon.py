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

from lab import daemon
from lab import directory
from lab import exception
from lab import launcher
from lab import process
from lab import state
from lab import waiting
from tests.unit.lab import samples


class Script(daemon.Daemon):
    """A daemon that is a shell script, ready when its log has a word."""

    start_timeout = 10

    def __init__(self, script, starter):
        super().__init__('mariadb', starter)
        self.script = script

    @property
    def ports(self):
        return ()

    def prepare(self):
        raise AssertionError('a start prepares nothing')

    def command(self):
        return ['sh', '-c', self.script]

    def look(self):
        text = self.log.read_text() if self.log.exists() else ''
        return waiting.Look('ready' in text, f'log: {text.strip()}')


class DaemonTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()
        state.save(self.where, samples.described(self.where.path))
        self.launcher = launcher.Launcher(self.where)

    def _daemon(self, script):
        one = Script(script, self.launcher)
        self.addCleanup(one.kill)
        return one

    def _recorded(self):
        return state.load(self.where).daemons[0].pid

    def test_start_and_stop(self):
        one = self._daemon('echo ready; exec sleep 60')
        one.start()
        self.assertTrue(one.is_alive())
        self.assertEqual(one.process().pid, self._recorded())
        self.assertTrue(one.stop())
        self.assertFalse(one.is_alive())
        self.assertIsNone(self._recorded())

    def test_start_of_a_running_one_starts_no_other(self):
        one = self._daemon('echo ready; exec sleep 60')
        one.start()
        before = one.process()
        one.start()
        self.assertEqual(before, one.process())

    def test_start_after_a_kill(self):
        one = self._daemon('echo ready; exec sleep 60')
        one.start()
        before = one.process()
        one.kill()
        self.assertFalse(before.is_alive())
        self.assertIsNone(self._recorded())
        one.start()
        self.assertNotEqual(before, one.process())

    def test_stop_of_a_dead_one(self):
        self.assertTrue(self._daemon('exit 0').stop())

    def test_pid_in_use_again_is_not_trusted(self):
        one = self._daemon('echo ready; exec sleep 60')
        one.start()
        running = one.process()
        state.write_pid(self.where, 'mariadb', process.Process(
            running.pid, running.start_time - 1))
        self.assertFalse(one.is_alive())
        self.assertTrue(one.stop())
        one.kill()
        self.assertTrue(running.is_alive())
        running.kill()

    def test_death_during_the_start(self):
        error = self.assertRaises(
            exception.NotReady,
            self._daemon('echo no data directory >&2; exit 1').start)
        self.assertEqual('mariadb', error.name)
        self.assertIn('ended by itself', error.last_state)
        self.assertEqual(self.where.log('mariadb'), error.log)
        self.assertIn('no data directory', str(error))
        self.assertLess(error.seconds, 10)

    def test_deadline_of_the_start(self):
        one = self._daemon(
            'seq 1 30; echo recovering; exec sleep 60')
        one.start_timeout = 1
        error = self.assertRaises(exception.NotReady, one.start)
        self.assertGreaterEqual(error.seconds, 1)
        self.assertIn('recovering', error.last_state)
        tail = str(error).partition(f'the end of {one.log}:\n')[2]
        self.assertEqual(20, len(tail.splitlines()))
        self.assertTrue(one.is_alive(), 'who asked decides about its end')

    def test_deaf_one_is_killed(self):
        one = self._daemon(
            'trap "" TERM; echo ready; while :; do sleep 1; done')
        one.start()
        self.assertFalse(one.stop(timeout=0.1))
        self.assertFalse(one.is_alive())
