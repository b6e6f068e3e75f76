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
import threading

import fixtures
import testtools

from lab import directory
from lab import exception
from lab import launcher
from lab import parallel


class ParallelTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.launcher = launcher.Launcher(
            directory.StateDirectory(root / 'lab'))

    def test_at_the_same_time(self):
        barrier = threading.Barrier(3, timeout=10)
        parallel.run(self.launcher, *[barrier.wait] * 3)
        self.launcher.check()

    def test_nothing_to_do(self):
        parallel.run(self.launcher)

    def test_first_real_error_counts_and_the_others_give_up(self):
        failed = threading.Event()

        def patient():
            failed.wait(10)
            while True:
                self.launcher.check()

        def fail():
            failed.set()
            raise exception.InvalidSettings('the real one')

        error = self.assertRaises(
            exception.InvalidSettings, parallel.run, self.launcher,
            patient, fail, patient)
        self.assertEqual('the real one', str(error))
