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

from lab import narrator


class NarratorTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.shown = []
        self.story = narrator.Narrator(
            self.shown.append, clock=lambda: self.now)

    def test_seconds_count_from_the_title(self):
        self.now += 5
        self.story.title('1. Boot')
        self.now += 2.25
        self.story.say('ACTIVE')
        self.assertEqual(
            ['', '1. Boot', '    2.2 s  ACTIVE'], self.shown)
        self.assertEqual(2.25, self.story.seconds)

    def test_quotes_stand_below_what_is_said(self):
        self.story.quote('one\ntwo')
        self.story.say('three')
        self.assertEqual({11}, {line.index(line.split()[-1])
                                for line in self.shown})


class SeveralThreadsTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.shown = []
        self.others = []
        self.story = narrator.Narrator(self._show, clock=self._clock)

    def _show(self, line):
        self.shown.append(line.strip())
        if not self.others:
            other = threading.Thread(target=self.story.plain, args=['other'])
            self.others.append(other)
            other.start()

    def _clock(self):
        # Asked after what is printed at once, so that the other has its turn
        # as soon as it may.
        self._join()
        return 100.0

    def _join(self):
        for other in self.others:
            if other is not threading.current_thread():
                other.join(10)

    def _shown(self):
        self._join()
        return self.shown

    def test_quotes_stay_together(self):
        self.story.quote('one\ntwo')
        self.assertEqual(['one', 'two', 'other'], self._shown())

    def test_title_stays_together(self):
        self.story.title('1. Boot')
        self.assertEqual(['', '1. Boot', 'other'], self._shown())
