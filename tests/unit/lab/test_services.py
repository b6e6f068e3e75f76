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

import types

import fixtures
import testtools

from lab import services


class FakeNova:

    def __init__(self):
        self.changed = []

    def get(self, path, params):
        assert (path, params) == ('/os-services', {'binary': 'nova-compute'})
        return types.SimpleNamespace(json=lambda: {'services': [
            {'host': 'dcn0-0', 'id': '1'}, {'host': 'dcn1-0', 'id': '2'}]})

    def put(self, path, json):
        self.changed.append((path, json))


class ServicesTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.nova = FakeNova()
        self.useFixture(fixtures.MonkeyPatch(
            'lab.clients.nova_for', lambda lab, user: self.nova))
        self.services = services.Services(None)

    def test_hosts_are_all_computes(self):
        self.assertEqual({'dcn0-0', 'dcn1-0'}, self.services.hosts())

    def test_changes_are_of_the_host_of_that_name(self):
        self.services.update('dcn1-0', forced_down=True)
        self.assertEqual([('/os-services/2', {'forced_down': True})],
                         self.nova.changed)
