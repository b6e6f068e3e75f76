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

import threading

import testtools

from lab import watch


class Counting(watch.Watch):

    interval = 0.001

    def __init__(self, fail_at=None):
        super().__init__()
        self.looks = 0
        self.looked = threading.Event()
        self._fail_at = fail_at

    def look(self):
        self.looks += 1
        if self.looks == self._fail_at:
            self.looked.set()
            raise ValueError('no more to see')
        if self.looks >= 3:
            self.looked.set()


class WatchTestCase(testtools.TestCase):

    def test_looks_until_the_end_of_the_block(self):
        with Counting() as seen:
            self.assertTrue(seen.looked.wait(30))
            before = seen.looks
        # One more, at least: the one at the end.
        self.assertGreater(seen.looks, before)

    def test_what_ends_the_watch_is_raised(self):
        def watch_in_vain():
            with Counting(fail_at=2) as seen:
                self.assertTrue(seen.looked.wait(30))
        self.assertRaises(ValueError, watch_in_vain)

    def test_an_error_in_the_block_is_not_hidden(self):
        def fail():
            with Counting(fail_at=2) as seen:
                self.assertTrue(seen.looked.wait(30))
                raise KeyError
        self.assertRaises(KeyError, fail)
