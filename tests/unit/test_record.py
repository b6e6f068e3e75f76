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

"""Dictionaries of Glance's, and what is none."""

from __future__ import annotations

import datetime

import ddt
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import exception
from nova_rbd_multistore import record
from tests import base
from tests import records


@ddt.ddt
class RecordTestCase(base.TestCase):

    def refusal(self, method, value):
        """Return why a value is refused."""
        read = getattr(record.Record({'part': value}), method)
        exc = self.assertRaises(exception.InvalidRecord, read, 'part')
        self.assertEqual('part', exc.part)
        return exc.reason

    @ddt.data(
        (None, 'null'), ('x', 'text'), (True, 'a boolean'), (7, 'a number'),
        (0.5, 'a number'), ([], 'a list'))
    @ddt.unpack
    def test_what_is_no_object_is_named_as_json_does(self, value, kind):
        exc = self.assertRaises(
            exception.InvalidRecord, record.Record, value)

        self.assertEqual(
            f'the answer: {kind} in place of an object', str(exc))

    def test_words(self):
        read = record.Record({'a': 'raw', 'b': '', 'c': None})

        self.assertEqual('raw', read.word('a'))
        for part in ('b', 'c', 'd'):
            self.assertIsNone(read.word(part))

    @ddt.data('word', 'needed_word', 'names')
    def test_what_is_no_word(self, method):
        self.assertEqual(
            'a list in place of text', self.refusal(method, ['raw']))
        self.assertEqual(
            '256 characters, more than 255', self.refusal(method, 'x' * 256))
        for word in ('a\nb', 'a\x00', '\ud800', '\x1b[2J'):
            self.assertIn('printed', self.refusal(method, word))

    @ddt.data(None, '')
    def test_a_word_that_is_needed(self, value):
        self.assertEqual('missing', self.refusal('needed_word', value))

    def test_names(self):
        read = record.Record({'a': ' central,,dcn0 ,', 'b': '', 'c': None})

        self.assertEqual({'central', 'dcn0'}, read.names('a'))
        for part in ('b', 'c', 'd'):
            self.assertEqual(frozenset(), read.names(part))

    def test_a_megabyte_of_names(self):
        value = ','.join(f'store-{number}' for number in range(100_000))

        self.assertEqual(
            100_000, len(record.Record({'a': value}).names('a')))

    def test_sizes(self):
        read = record.Record({'a': 0, 'b': record.LARGEST_SIZE, 'c': None})

        self.assertEqual(
            [0, record.LARGEST_SIZE, None, None],
            [read.size(part) for part in 'abcd'])

    @ddt.data(-1, record.LARGEST_SIZE + 1, 10 ** 30)
    def test_no_size_of_an_image(self, value):
        self.assertEqual('out of range', self.refusal('size', value))

    @ddt.data(True, 1.5, '1', [1])
    def test_no_number_of_bytes(self, value):
        self.assertIn(
            'in place of a number of bytes', self.refusal('size', value))

    @ddt.data('x', {}, None, 7)
    def test_what_is_no_list(self, value):
        self.assertIn(
            'in place of a list', self.refusal('elements', value))

    @hypothesis.given(records.JSON | strategies.datetimes().map(str))
    def test_any_json_is_a_time_in_utc_or_none(self, value):
        time = record.Record({'part': value}).time('part')

        if time is not None:
            self.assertEqual(datetime.UTC, time.tzinfo)
