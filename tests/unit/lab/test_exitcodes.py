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

import testtools

from lab import exitcodes


class ExitCodesTestCase(testtools.TestCase):

    def test_codes_are_a_contract(self):
        self.assertEqual(
            {'OK': 0, 'FAILED': 1, 'USAGE': 2, 'MISSING': 3, 'PORT_BUSY': 4,
             'SETTINGS_DIFFER': 5, 'NOT_READY': 6, 'NO_LAB': 7,
             'DEGRADED': 8, 'LOCKED': 9, 'NOT_A_LAB': 10,
             'INTERRUPTED': 130, 'TERMINATED': 143},
            {name: code for name, code in vars(exitcodes).items()
             if name.isupper()})
