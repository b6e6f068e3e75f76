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
import signal
import time

import testtools

from lab import exception
from lab import interrupt


class InterruptTestCase(testtools.TestCase):

    def _interrupted(self, signum):
        with interrupt.raised():
            os.kill(os.getpid(), signum)
            time.sleep(10)

    def test_signals_become_errors_with_the_shell_s_codes(self):
        for signum, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            error = self.assertRaises(
                exception.Interrupted, self._interrupted, signum)
            self.assertEqual(code, error.exit_code)

    def test_second_signal_does_not_disturb_the_cleaning_up(self):
        cleaned = False
        with testtools.ExpectedException(exception.Interrupted), \
                interrupt.raised():
            try:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(10)
            finally:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)
                cleaned = True
        self.assertTrue(cleaned)

    def test_handlers_are_put_back(self):
        before = signal.getsignal(signal.SIGTERM)
        with interrupt.raised():
            self.assertNotEqual(before, signal.getsignal(signal.SIGTERM))
        self.assertEqual(before, signal.getsignal(signal.SIGTERM))

    def test_cleaning_up_begins_again_after_a_signal(self):
        begun = []

        def clean():
            begun.append('')
            if len(begun) == 1:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(10)
            begun[-1] = 'completed'

        with testtools.ExpectedException(exception.Interrupted), \
                interrupt.raised():
            interrupt.completed(clean)
        self.assertEqual(['', 'completed'], begun)
