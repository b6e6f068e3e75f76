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

"""Messages name what, which and what to do; the facts are attributes."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from tests import base


@ddt.ddt
class ExceptionTestCase(base.TestCase):

    def test_one_base(self):
        for thing in vars(exception).values():
            if isinstance(thing, type) and issubclass(thing, Exception):
                self.assertTrue(
                    issubclass(thing, exception.MultistoreError), thing)

    def test_glance_error(self):
        exc = exception.Conflict('copy image a to store b', 'locked')

        self.assertEqual('copy image a to store b: locked', str(exc))
        self.assertEqual('copy image a to store b', exc.request)
        self.assertEqual('locked', exc.answer)

    @ddt.data(*exception.CopyError.__subclasses__())
    def test_copy_error(self, kind):
        exc = kind('a', 'b', 'the moon is full.')

        self.assertRegex(
            str(exc), r'^Image a (was not|cannot be|may not be) copied to '
                      r'store b: the moon is full\.$')
        self.assertEqual('a', exc.image_id)
        self.assertEqual('b', exc.store)
        self.assertEqual('the moon is full.', exc.reason)

    @ddt.named_data(
        ('megabyte', 'x' * 1_000_000),
        ('lines', 'no \n such\r\n thing\x1b[2J'),
        ('half_a_character', '\ud800'))
    @ddt.unpack
    def test_words_of_glance_are_one_line_that_a_log_can_take(self, words):
        exc = exception.Conflict('show image a', words)

        self.assertTrue(str(exc).isprintable())
        self.assertLess(len(str(exc)), 600)
        self.assertIn(exc.answer, str(exc))
        str(exc).encode()

    def test_words_that_are_cut_off_tell_their_length(self):
        exc = exception.Conflict('show image a', 'x' * 1000)

        self.assertTrue(exc.answer.endswith('x… (1000 characters)'))

    def test_invalid_location(self):
        exc = exception.InvalidLocation('rbd://a', 'it has 1 parts')

        self.assertIn("'rbd://a'", str(exc))
        self.assertIn('it has 1 parts', str(exc))

    def test_invalid_location_is_shown_in_part_when_it_is_long(self):
        url = 'rbd://' + 'a' * 10_000
        exc = exception.InvalidLocation(url, 'it has 1 parts')

        self.assertLess(len(str(exc)), 400)
        self.assertEqual(url, exc.url)

    def test_invalid_location_shows_control_characters_escaped(self):
        exc = exception.InvalidLocation('rbd://a\n\x1b[2J', 'why')

        self.assertTrue(str(exc).isprintable())

    def test_invalid_location_tells_no_key_of_another_store(self):
        url = 's3+https://AKIA0123:c2VjcmV0@s3.example/bucket/image'
        exc = exception.InvalidLocation(url, 'its scheme is not rbd')

        self.assertIn("'s3+https'", str(exc))
        self.assertNotIn('c2VjcmV0', str(exc))
        self.assertNotIn('AKIA0123', str(exc))

    def test_invalid_location_tells_no_key_in_qemus_name(self):
        exc = exception.InvalidLocation(
            'rbd:images/a:id=glance:key=c2VjcmV0', 'it does not begin so')

        self.assertNotIn('c2VjcmV0', str(exc))
