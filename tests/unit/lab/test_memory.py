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
import subprocess
import sys

import fixtures
import testtools

from lab import memory
from lab import process

_MIB = 64
# Takes memory, tells when it has it, and waits.
_GREEDY = (f'import sys; held = b"x" * ({_MIB} << 20); '
           'print("up", flush=True); sys.stdin.read()')
# Starts the former without anything of its own environment.
_PARENT = ('import subprocess, sys; '
           'subprocess.run(["env", "-i", sys.executable, "-c", sys.argv[1]])')


class MemoryTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def start(self, *arguments):
        child = subprocess.Popen(
            [sys.executable, '-c', *arguments],
            env={'PATH': os.environ['PATH'],
                 process.STATE_VARIABLE: str(self.state),
                 process.NAME_VARIABLE: 'greedy'},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.communicate)
        self.assertEqual('up\n', child.stdout.readline())

    def test_nothing_of_a_lab_that_does_not_run(self):
        self.assertEqual((0, 0), memory.of_lab(self.state))

    def test_of_one_process(self):
        self.start(_GREEDY)
        used = memory.of_lab(self.state)
        self.assertEqual(1, used.processes)
        self.assertGreaterEqual(used.mib, _MIB)

    def test_of_a_child_that_does_not_know_the_lab(self):
        self.start(_PARENT, _GREEDY)
        used = memory.of_lab(self.state)
        self.assertEqual(2, used.processes)
        self.assertGreaterEqual(used.mib, _MIB)
