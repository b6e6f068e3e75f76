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

"""The table of faults has all that the tests show, and only that."""

from __future__ import annotations

from tests import base
from tests.faults import table

ROW = {'group': 'TARGET', 'title': 'The store is *full*', 'remedy': '',
       'outcome': 'refused', 'operator': ['first', 'no `space_` | left'],
       'tenant': 'copying it there failed', 'seconds': 7.04, 'since': 'BOOT'}


class FaultsTableTestCase(base.TestCase):

    def test_documentation_has_every_fault_once(self):
        document = table.DOCUMENT.read_text()

        for title in table.known():
            self.assertEqual(
                1, document.count(f'* - {table._escape(title)}\n'), title)
        self.assertEqual(len(table.known()), document.count('   * - ')
                         - document.count('   * - Fault\n'))

    def test_last_line_of_the_log_is_shown(self):
        self.assertIn('- no \\`space\\_\\` \\| left\n', table.render([ROW]))

    def test_last_report_counts(self):
        text = table.render([ROW, {**ROW, 'seconds': 9.0}])

        self.assertIn('refused, 9.0 s from the start of the boot', text)
        self.assertNotIn('7.0', text)
