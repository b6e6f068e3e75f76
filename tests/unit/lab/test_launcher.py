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
import sys
import threading
import time

import fixtures
import testtools

from lab import directory
from lab import exception
from lab import launcher
from lab import waiting


class LauncherTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()
        self.launcher = launcher.Launcher(self.where)

    def _read_log(self, name, end='\n'):
        log = self.where.log(name)

        def look():
            text = log.read_text() if log.exists() else ''
            return waiting.Look(text.endswith(end), text)

        waiting.until(look, 10)
        return log.read_text()

    def test_output(self):
        self.assertEqual('a b\n', self.launcher.run('x', ['echo', 'a b']))

    def test_failure_shows_code_and_words(self):
        error = self.assertRaises(
            exception.CommandFailed, self.launcher.run, 'mkfs',
            ['sh', '-c', 'echo said; echo wept >&2; exit 3'])
        self.assertEqual(3, error.returncode)
        self.assertIn('mkfs ended with code 3', str(error))
        self.assertIn('said', error.output)
        self.assertIn('wept', error.output)

    def test_deadline(self):
        start = time.monotonic()
        error = self.assertRaises(
            exception.CommandFailed, self.launcher.run, 'x', ['sleep', '60'],
            timeout=0.1)
        self.assertIsNone(error.returncode)
        self.assertLess(time.monotonic() - start, 10)

    def test_missing_program(self):
        self.assertRaises(exception.PackagesMissing, self.launcher.run, 'x',
                          ['no-such-program-anywhere'])

    def test_the_user_s_clouds_and_clusters_stay_out(self):
        for name in ('CEPH_CONF', 'CEPH_ARGS', 'OS_CLOUD', 'http_proxy'):
            self.useFixture(fixtures.EnvironmentVariable(name, 'theirs'))
        lines = self.launcher.run('x', ['env'], extra={'MINE': '1'})
        seen = dict(line.split('=', 1) for line in lines.splitlines())
        for name in ('CEPH_CONF', 'CEPH_ARGS', 'OS_CLOUD', 'http_proxy'):
            self.assertNotIn(name, seen)
        self.assertEqual('1', seen['MINE'])
        self.assertEqual(str(self.where.path), seen['LAB_STATE'])
        self.assertEqual('x', seen['LAB_DAEMON'])

    def test_daemon_that_sets_flags_of_its_own_keeps_the_log(self):
        self.where.log('d').write_text('before\n')
        started = self.launcher.spawn('d', [
            sys.executable, '-c', 'import fcntl, os; '
            'fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK); '
            'os.write(1, b"after\\n")'], {})
        self.addCleanup(started.kill)
        self.assertEqual('before\nafter\n', self._read_log('d', 'after\n'))

    def test_daemon_has_its_own_session_and_log(self):
        started = self.launcher.spawn(
            'd', ['sh', '-c', 'echo $$ out; echo err >&2; exec sleep 60'], {})
        self.addCleanup(started.kill)
        self.assertEqual(started.pid, os.getsid(started.pid))
        self.assertEqual(f'{started.pid} out\nerr\n',
                         self._read_log('d', 'err\n'))
        self.assertEqual(
            0o600, self.where.log('d').stat().st_mode & 0o777)

    def test_daemon_holds_no_file_of_the_caller(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        os.set_inheritable(write_end, True)
        started = self.launcher.spawn('d', ['sleep', '60'], {})
        self.addCleanup(started.kill)
        os.close(write_end)
        # The end of the pipe is seen only when nobody holds it any more.
        self.assertEqual(b'', os.read(read_end, 1))

    def test_nothing_starts_after_a_cancel(self):
        self.launcher.cancel()
        self.assertRaises(exception.Cancelled, self.launcher.run, 'x',
                          ['true'])
        self.assertRaises(exception.Cancelled, self.launcher.spawn, 'x',
                          ['true'], {})

    def test_cancel_ends_what_runs(self):
        errors = []

        def work():
            try:
                self.launcher.run('x', ['sh', '-c', 'echo up >&2; sleep 60'])
            except exception.LabError as exc:
                errors.append(exc)

        thread = threading.Thread(target=work)
        thread.start()
        self._read_log('x')
        self.launcher.cancel()
        thread.join(10)
        self.assertFalse(thread.is_alive())
        self.assertIsInstance(errors[0], exception.Cancelled)
