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

"""Values that people read in another form than programs."""

from __future__ import annotations

import datetime

import ddt

from nova_rbd_multistore.cmd import columns
from tests import base


@ddt.ddt
class ColumnsTestCase(base.TestCase):

    @ddt.data((None, ''), (0, '0 bytes'), (1023, '1023 bytes'),
              (1024, '1 KiB (1024)'), (1536, '1.5 KiB (1536)'),
              (20 << 20, '20 MiB (20971520)'),
              (2 ** 63 - 1, '8 EiB (9223372036854775807)'))
    @ddt.unpack
    def test_size(self, size, shown):
        column = columns.Size(size)
        self.assertEqual((shown, size), (
            column.human_readable(), column.machine_readable()))

    @ddt.data((None, ''), ('a', 'a'), ('a\x1b[2J\nb', 'a\ufffd[2J b'))
    @ddt.unpack
    def test_optional(self, value, shown):
        column = columns.Optional(value)
        self.assertEqual((shown, value), (
            column.human_readable(), column.machine_readable()))

    def test_sentences(self):
        words = 'word ' * 30 + 'end'
        column = columns.Sentences(words)
        self.assertEqual(words, column.machine_readable())
        lines = column.human_readable().splitlines()
        self.assertEqual(words, ' '.join(lines))
        self.assertLessEqual(max(map(len, lines)), 60)

    def test_time(self):
        at = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, datetime.UTC)
        self.assertEqual('2026-01-02T03:04:05Z',
                         columns.time(at).machine_readable())
        self.assertIsNone(columns.time(None).machine_readable())
