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
import signal
import subprocess
import sys

import fixtures
import testtools

from lab import process
from lab import waiting


class ProcessTestCase(testtools.TestCase):

    def _start(self, *command, **environment):
        child = subprocess.Popen(
            command, start_new_session=True,
            env={'PATH': os.environ['PATH'], **environment},
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def test_itself_is_alive(self):
        self.assertTrue(process.find(os.getpid()).is_alive())

    def test_pid_in_use_again_is_another_process(self):
        child = self._start('sleep', '60')
        seen = process.find(child.pid)
        stranger = process.Process(child.pid, seen.start_time - 1)
        self.assertFalse(stranger.is_alive())
        self.assertFalse(stranger.send(signal.SIGKILL))
        stranger.kill()
        self.assertTrue(seen.is_alive())

    def test_name_with_blanks_and_parentheses(self):
        scratch = self.useFixture(fixtures.TempDir()).path
        odd = pathlib.Path(scratch) / 'a) R 1 (b'
        odd.symlink_to('/bin/sleep')
        child = self._start(str(odd), '60')
        seen = process.find(child.pid)
        self.assertTrue(seen.is_alive())
        self.assertGreater(seen.start_time, 1)

    def test_zombie_is_not_alive(self):
        child = self._start('true')
        seen = process.find(child.pid)
        # Wait without reaping, so that it stays a zombie.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        self.assertFalse(seen.is_alive())

    def test_zombie_whose_threads_run_is_alive(self):
        child = self._start(sys.executable, '-c', (
            'import ctypes, threading, time\n'
            'threading.Thread(target=time.sleep, args=(60,)).start()\n'
            'print("up", flush=True)\n'
            'ctypes.CDLL(None).pthread_exit(None)\n'))
        self.assertEqual('up\n', child.stdout.readline())
        status = pathlib.Path('/proc', str(child.pid), 'status')
        waiting.until(lambda: waiting.Look(
            '(zombie)' in status.read_text(), 'the first thread runs'), 10)
        seen = process.find(child.pid)
        self.assertTrue(seen.is_alive())
        seen.kill()
        self.assertFalse(seen.is_alive())

    def test_end_with_grace(self):
        seen = process.find(self._start('sleep', '60').pid)
        self.assertTrue(seen.end(10))
        self.assertFalse(seen.is_alive())

    def test_end_without_grace(self):
        child = self._start(
            'sh', '-c', 'trap "" TERM; echo deaf; while :; do sleep 1; done')
        self.assertEqual('deaf\n', child.stdout.readline())
        seen = process.find(child.pid)
        self.assertFalse(seen.end(0.1))
        self.assertFalse(seen.is_alive())

    def test_kill_takes_the_children_along(self):
        child = self._start('sh', '-c', 'sleep 60 & echo $!; wait')
        grandchild = process.find(int(child.stdout.readline()))
        process.find(child.pid).kill()
        self.assertFalse(grandchild.is_alive())

    def test_of_lab_wants_both_marks(self):
        scratch = self.useFixture(fixtures.TempDir()).path
        daemon = self._start('sleep', '60', LAB_STATE=scratch,
                             LAB_DAEMON='ceph-osd.dcn1')
        self._start('sleep', '60', LAB_STATE=scratch)
        self._start('sleep', '60', LAB_STATE=scratch + '0',
                    LAB_DAEMON='ceph-osd.dcn10')
        self.assertEqual({process.find(daemon.pid): 'ceph-osd.dcn1'},
                         process.of_lab(pathlib.Path(scratch)))

    def test_describe_nobody(self):
        self.assertEqual('pid 0', process.describe(0))
