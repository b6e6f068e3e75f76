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
import subprocess
import types

import fixtures
import testtools

from lab import exception
from lab import fixture
from lab import process
from lab import waiting


class FrozenTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        child = subprocess.Popen(['sleep', '60'])
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.running = process.find(child.pid)

    def _lab(self, running):
        one = types.SimpleNamespace(
            name='libvirtd.dcn0-0', process=lambda: running)
        return types.SimpleNamespace(daemon={one.name: one}.__getitem__)

    def _wait_status(self, *wanted):
        def look():
            text = pathlib.Path(
                f'/proc/{self.running.pid}/stat').read_text()
            status = text.rpartition(')')[2].split()[0]
            return waiting.Look(status in wanted, status)
        waiting.until(look, 10)

    def test_it_hangs_and_goes_on(self):
        with fixture.Frozen(self._lab(self.running), 'libvirtd.dcn0-0'):
            self._wait_status('T')
            self.assertTrue(self.running.is_alive())
        self._wait_status('S', 'R')

    def test_what_does_not_run_cannot_hang(self):
        frozen = fixture.Frozen(self._lab(None), 'libvirtd.dcn0-0')
        raised = self.assertRaises(
            fixtures.MultipleExceptions, frozen.setUp)
        _, error, _ = raised.args[0]
        self.assertIsInstance(error, exception.NotRunning)
        self.assertEqual('libvirtd.dcn0-0', error.daemon)
        self.assertIn('lab start libvirtd.dcn0-0', str(error))


class _Daemon:
    """Records what is done to it."""

    def __init__(self):
        self.done = []

    def configure(self, overrides):
        self.done.append(overrides)

    def stop(self):
        self.done.append('stop')

    def start(self):
        self.done.append('start')


class KeystoneConfiguredTestCase(testtools.TestCase):

    def test_it_runs_with_other_options_and_then_with_its_own(self):
        keystone = _Daemon()
        short = {'token': {'expiration': '60'}}
        with fixture.KeystoneConfigured(
                types.SimpleNamespace(keystone=keystone), short):
            self.assertEqual([short, 'stop', 'start'], keystone.done)
        self.assertEqual([{}, 'stop', 'start'], keystone.done[3:])
