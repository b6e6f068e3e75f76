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

"""A process with a cloud in it: interrupted, and on a terminal."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys

from nova_rbd_multistore.cmd import exitcodes
from tests import base
from tests import signals

_TIMEOUT = 60

_PROGRAM = '''
import sys

from nova_rbd_multistore import fixture
from nova_rbd_multistore import timing
from nova_rbd_multistore.cmd import cloud
from nova_rbd_multistore.cmd import main

fake = fixture.FakeGlance('central', 'dcn0', clock=timing.Clock.system())
fake.setUp()
fake.deployment.pace = fixture.Pace(
    starting=0.0, listing=0.0, staging=0.2, writing=float(sys.argv[1]))
cloud.access = lambda options: fake.access(fake.admin)
sys.exit(main.main([
    'image', 'copy', fake.add_image(), '--store', 'dcn0', '--wait']))
'''


class ProcessTestCase(base.TestCase):

    def start(self, writing, stderr):
        process = subprocess.Popen(
            [sys.executable, '-c', _PROGRAM, str(writing)],
            stdout=subprocess.PIPE, stderr=stderr, text=True,
            preexec_fn=signals.heed_interrupts)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_interrupted(self):
        process = self.start(1000.0, subprocess.PIPE)
        # Until it waits.
        while 'in progress' not in process.stderr.readline():
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_TIMEOUT)
        self.assertEqual((exitcodes.INTERRUPTED, ''),
                         (process.returncode, out))
        self.assertEqual(
            'Interrupted. Copies that Glance has accepted go on there; see '
            'image show.\n', err)

    def test_terminal(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = self.start(0.5, theirs)
        os.close(theirs)
        out, _err = process.communicate(timeout=_TIMEOUT)
        self.assertEqual(exitcodes.OK, process.returncode)
        self.assertIn('| copied |', out)
        shown = os.read(ours, 1 << 20).decode()
        self.assertIn(' to dcn0: copying ', shown)
        left = re.sub(r'[^\n]*\r\x1b\[K', '', shown)
        self.assertRegex(left, r'^\S+ to dcn0: copied after [\d.]+ s\r\n$')
