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

"""Rows and their report."""

from __future__ import annotations

import random

from nova_rbd_multistore.checks import row
from tests import base


def make(check, *workers, verdict=row.Verdict.OK):
    return row.Row(check, workers, verdict)


class ReportTestCase(base.TestCase):

    def test_order(self):
        expected = [
            make(row.WORKER, 'b'), make(row.WORKER, 'a'),
            make(row.LEFT_OVERS), make(row.STAGE, 'b'),
            make(row.SELF_URL, 'b'), make(row.IMPORT, 'b', 'a'),
            make(row.IMPORT, 'a'), make(row.IMPORT, 'a', 'b'),
            make(row.DELETE, 'b', 'a'), make(row.BALANCER),
            make(row.CONVERSION, 'b', 'a'), make(row.CONVERSION, 'a', 'b'),
            make(row.RUN)]
        mixed = list(expected[2:])
        random.Random(1).shuffle(mixed)
        report = row.Report((*mixed, *expected[:2]), ('b', 'a'))
        self.assertEqual(expected, list(report.rows))

    def test_one_that_nobody_knows(self):
        report = row.Report((make(row.IMPORT, 'x'),), ('a',))
        self.assertEqual(1, len(report.rows))

    def test_findings(self):
        found = make(row.STAGE, 'a', verdict=row.Verdict.FOUND)
        note = make(row.STAGE, 'a', verdict=row.Verdict.NOTE)
        report = row.Report((found, note, note, make(row.RUN)))
        self.assertEqual((found,), report.findings)
        self.assertEqual('1 ok, 1 found, 2 note', report.count)
        self.assertEqual('', row.Report(()).count)

    def test_where(self):
        self.assertEqual('a -> b', make(row.IMPORT, 'a', 'b').where)
        self.assertEqual('a, b', make(row.BALANCER, 'a', 'b').where)
        self.assertEqual('', make(row.RUN).where)

    def test_joined(self):
        self.assertEqual(
            ['', 'a', 'a and b', 'a, b and c'],
            [row.joined('abc'[:count]) for count in range(4)])
