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

import pathlib

import fixtures
import testtools

from tests.unit.lab import samples


class ComputesTestCase(testtools.TestCase):

    def test_hosts_of_a_site_know_its_key_under_the_same_name(self):
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        found = {one.name: one.secret for one in samples.cloud(
            root, central=1, dcn0=2).cloud.computes}
        self.assertEqual(found['dcn0-0'], found['dcn0-1'])
        self.assertNotEqual(found['central-0'], found['dcn0-0'])
