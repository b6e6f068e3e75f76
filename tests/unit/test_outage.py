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


from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import outage
from tests import base
from tests import fake_time

SILENCE = exception.GlanceUnavailable('show image', 'HTTP 503: Sorry.')
REFUSED = exception.NotAuthenticated('show image', 'HTTP 401')
LOGIN = exception.LoginRefused('show image', 'HTTP 401')
FORBIDDEN = exception.Forbidden('show image', 'HTTP 403')


@ddt.ddt
class OutageTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.time = fake_time.FakeTime()
        self.outage = outage.Outage(
            self.time.clock(), image='IMAGE', store='dcn0')

    def ends(self, answer, at=None):
        """Tell whether a look with this answer ends the wait."""
        if at is not None:
            self.time.now = at
        return self.outage.ends_the_wait(answer)

    def test_silence_never_ends_the_wait(self):
        self.assertEqual({False}, {
            self.ends(SILENCE, at) for at in (0.0, 100.0, 1e5)})

    @ddt.data(REFUSED, LOGIN, FORBIDDEN)
    def test_first_look_that_is_refused_ends_the_wait(self, answer):
        self.assertTrue(self.ends(answer))

    @ddt.data(LOGIN, FORBIDDEN)
    def test_refusal_ends_the_wait(self, answer):
        self.outage.answered()

        self.assertTrue(self.ends(answer))

    def test_token_that_was_accepted_gets_time(self):
        self.outage.answered()

        self.assertFalse(self.ends(REFUSED, 1000.0))
        self.assertFalse(self.ends(REFUSED, 1089.0))
        self.assertTrue(self.ends(REFUSED, 1090.0))

    def test_token_that_is_accepted_again_gets_time_anew(self):
        self.outage.answered()
        self.ends(REFUSED, 0.0)
        self.outage.answered()

        self.assertFalse(self.ends(REFUSED, 100.0))

    def test_silence_does_not_use_up_the_time_of_a_token(self):
        self.outage.answered()
        self.ends(SILENCE, 0.0)

        self.assertFalse(self.ends(REFUSED, 600.0))
        self.assertIn('any more for 0 s', self.outage.state)

    def test_silence_between_does_not_give_a_token_more_time(self):
        self.outage.answered()
        self.ends(REFUSED, 0.0)
        self.ends(SILENCE, 60.0)

        self.assertTrue(self.ends(REFUSED, 90.0))

    @ddt.data(
        (SILENCE, 'no usable answer for 30 s (show image: HTTP 503: Sorry)',
         'Look at Glance'),
        (REFUSED, 'not accepted the token any more for 30 s',
         'service credential'),
        (LOGIN, 'Keystone refuses the credential', 'nova.conf'),
        (FORBIDDEN, 'refuses to show the image (show image: HTTP 403)',
         'policies'))
    @ddt.unpack
    def test_words(self, answer, state, remedy):
        self.outage.answered()
        self.assertEqual('', self.outage.remedy)
        self.ends(answer, 0.0)
        self.ends(answer, 30.0)

        self.assertIn(state, self.outage.state)
        self.assertNotIn('.', self.outage.state[-1])
        self.assertIn(remedy, self.outage.remedy)

    @ddt.data(SILENCE, REFUSED)
    def test_is_told_once(self, answer):
        self.outage.answered()
        for at in range(80):
            self.ends(answer, float(at))
        told, = self.logged('WARNING')

        for words in ('IMAGE', 'dcn0', '30 s', answer.request):
            self.assertIn(words, told)

    def test_end_is_told_where_the_beginning_was(self):
        self.ends(SILENCE, 0.0)
        self.ends(SILENCE, 31.0)
        self.time.now = 40.0
        self.outage.answered()
        self.outage.answered()

        told, = self.logged('INFO')
        self.assertIn('after 40 s', told)

    def test_short_silence_is_not_told(self):
        self.ends(SILENCE, 0.0)
        self.ends(SILENCE, 29.0)
        self.outage.answered()

        self.assertEqual([], self.logged('WARNING') + self.logged('INFO'))

    def test_second_silence_is_told_again(self):
        for began in (0.0, 100.0):
            self.ends(SILENCE, began)
            self.ends(SILENCE, began + 30.0)
            self.outage.answered()

        self.assertEqual(2, len(self.logged('WARNING')))
