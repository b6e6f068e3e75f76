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

import signal

import ddt
import testtools

from lab import exitcodes
from lab import process
from lab import settings
from tests import labtest
from tests import ownlab

# Beside the lab that the other tests use, so that two run at once.
_PORT_BASE = settings.DEFAULT_PORT_BASE + 2000


@ddt.ddt
class LabLifetimeTestCase(testtools.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.lab = self.useFixture(ownlab.OwnLab(
            _PORT_BASE, '--sites', 'central'))

    # At different moments: a cluster, the database and Keystone begin.
    @ddt.data('ceph-mon.central', 'mariadb', 'keystone')
    def test_down_after_up_was_killed(self, daemon: str) -> None:
        up = self.lab.start_up()
        labtest.wait_for(daemon, lambda: daemon in process.of_lab(
            self.lab.state).values())
        up.kill()
        up.wait()
        down = self.lab.command('down')
        self.assertEqual(exitcodes.OK, down.returncode, down.stderr)
        self.assertEqual([], self.lab.remains())

    def test_interrupted_up_cleans_up_itself(self) -> None:
        up = self.lab.start_up()
        labtest.wait_for('a daemon', lambda: bool(
            process.of_lab(self.lab.state)))
        up.send_signal(signal.SIGINT)
        self.assertEqual(exitcodes.INTERRUPTED, up.wait())
        self.assertEqual([], self.lab.remains())

    def test_down_after_a_complete_up(self) -> None:
        up = self.lab.up()
        self.assertEqual(exitcodes.OK, up.returncode, up.stderr)
        again = self.lab.up()
        self.assertEqual(exitcodes.OK, again.returncode, again.stderr)
        status = self.lab.command('status')
        self.assertEqual(exitcodes.OK, status.returncode, status.stdout)
        self.assertEqual(exitcodes.OK, self.lab.command('down').returncode)
        self.assertEqual([], self.lab.remains())
        self.assertEqual(exitcodes.OK, self.lab.command('down').returncode)
