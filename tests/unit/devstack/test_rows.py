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

"""What becomes of the rows of the library's check."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification.judging import rows
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import row
from tests import base

WORKERS = ('one', 'two')


def good() -> list[row.Row]:
    return [row.Row(kind, pair, row.Verdict.OK)
            for kind in (row.IMPORT, row.DELETE)
            for pair in (('one', 'two'), ('two', 'one'))]


class RowsTestCase(base.TestCase):

    def test_all_pairs(self):
        self.assertIn('4 imports and deletions between one and two',
                      rows.judge(good(), WORKERS))

    def test_a_finding(self):
        found = finding.UNSET.found(row.IMPORT, 'one', through='two')

        failed = self.assertRaises(
            check.Failed, rows.judge, [*good(), found], WORKERS)

        self.assertIn('self-url-unset: What is staged at one', failed.reason)
        self.assertIn('worker_self_reference_url', failed.remedy)

    def test_a_pair_that_was_not_tried(self):
        for missing in range(4):
            seen = good()
            gone = seen.pop(missing)
            failed = self.assertRaises(
                check.Failed, rows.judge, seen, WORKERS)
            self.assertIn(f'{gone.check} {gone.where}', failed.reason)

    def test_one_worker_alone(self):
        failed = self.assertRaises(check.Failed, rows.judge, [], ('one',))

        self.assertIn('g-api-r', failed.remedy)
