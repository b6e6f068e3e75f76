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

"""The lab itself leaves nothing behind, however it was interrupted."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys

import ddt
import fixtures
import testtools

from lab import exitcodes
from lab import ports
from lab import process
from lab import settings
from tests import labtest

# Beside the lab that the other tests use, so that two run at once.
_PORT_BASE = settings.DEFAULT_PORT_BASE + 2000
_ROOT = pathlib.Path(__file__).parents[2]


@ddt.ddt
class LabLifetimeTestCase(testtools.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'lab'
        self.addCleanup(self.lab_command, 'down')

    def lab_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, '-m', 'lab', '--state', str(self.state),
             *arguments], cwd=_ROOT, capture_output=True, text=True,
            timeout=300, check=False)

    def start_up(self) -> subprocess.Popen[str]:
        up = subprocess.Popen(
            [sys.executable, '-m', 'lab', '--state', str(self.state), 'up',
             '--sites', 'central', '--port-base', str(_PORT_BASE)],
            cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)
        self.addCleanup(up.stdout.close)
        self.addCleanup(up.wait)
        self.addCleanup(up.kill)
        return up

    def assert_nothing_left(self) -> None:
        self.assertEqual({}, process.of_lab(self.state))
        self.assertFalse(self.state.exists())
        for offset in range(100):
            self.assertTrue(ports.is_free(_PORT_BASE + offset),
                            f'port {_PORT_BASE + offset}')

    # At different moments: a cluster, the database and Keystone begin.
    @ddt.data('ceph-mon.central', 'mariadb', 'keystone')
    def test_down_after_up_was_killed(self, daemon: str) -> None:
        up = self.start_up()
        labtest.wait_for(daemon, lambda: daemon in process.of_lab(
            self.state).values())
        up.kill()
        up.wait()
        down = self.lab_command('down')
        self.assertEqual(exitcodes.OK, down.returncode, down.stderr)
        self.assert_nothing_left()

    def test_interrupted_up_cleans_up_itself(self) -> None:
        up = self.start_up()
        labtest.wait_for('a daemon', lambda: bool(
            process.of_lab(self.state)))
        up.send_signal(signal.SIGINT)
        self.assertEqual(exitcodes.INTERRUPTED, up.wait())
        self.assert_nothing_left()

    def test_down_after_a_complete_up(self) -> None:
        up = self.start_up()
        output, _ = up.communicate(timeout=300)
        self.assertEqual(exitcodes.OK, up.returncode, output)
        again = self.lab_command('up', '--sites', 'central',
                                 '--port-base', str(_PORT_BASE))
        self.assertEqual(exitcodes.OK, again.returncode, again.stderr)
        status = self.lab_command('status')
        self.assertEqual(exitcodes.OK, status.returncode, status.stdout)
        self.assertEqual(exitcodes.OK, self.lab_command('down').returncode)
        self.assert_nothing_left()
        self.assertEqual(exitcodes.OK, self.lab_command('down').returncode)
