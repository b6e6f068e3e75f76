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

"""Servers of a user."""

from __future__ import annotations

from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from requests_mock.contrib import fixture

from devstack.tools.verification import check
from devstack.tools.verification import servers
from nova_rbd_multistore import glance
from tests import base
from tests import fake_time

URL = 'http://compute.example/v2.1'
NANO = servers.Flavor('42', 'm1.nano', 1, 192)
TINY = servers.Flavor('1', 'm1.tiny', 1, 512)
SMALL = servers.Flavor('2', 'm1.small', 20, 2048)
NONE = servers.Flavor('3', 'no-disk', 0, 64)
GIB = 1024 ** 3


class SmallestTestCase(base.TestCase):

    def test_the_smallest_with_room(self):
        for size, flavor in ((16 << 20, NANO), (GIB, NANO), (GIB + 1, SMALL)):
            self.assertEqual(
                flavor, servers.smallest([SMALL, TINY, NONE, NANO], size))

    def test_none_has_room(self):
        failed = self.assertRaises(
            check.Failed, servers.smallest, [NONE, TINY], 2 * GIB)

        self.assertIn('flavor create', failed.remedy)


class ServersTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.http = self.useFixture(fixture.Fixture())
        self.servers = servers.Servers(
            glance.Access(session.Session(
                auth=token_endpoint.Token(URL, 'token'))),
            fake_time.FakeTime().clock())

    def show(self, *states: dict[str, object] | int) -> None:
        self.http.get(f'{URL}/servers/one', [
            {'status_code': one} if isinstance(one, int) else
            {'json': {'server': {'id': 'one', 'name': 'first', **one}}}
            for one in states])

    def active(self) -> servers.Server:
        return self.servers.active('one', 60, lambda _text: None)

    def test_a_server_without_a_network(self):
        self.http.post(f'{URL}/servers', json={'server': {'id': 'one'}})

        self.assertEqual('one', self.servers.create('first', 'image', NANO))

        sent = self.http.last_request
        self.assertEqual({'server': {
            'name': 'first', 'imageRef': 'image', 'flavorRef': '42',
            'networks': 'none'}}, sent.json())
        self.assertEqual('compute 2.37',
                         sent.headers['OpenStack-API-Version'])

    def test_active(self):
        self.show({'status': 'BUILD', 'OS-EXT-STS:task_state': 'spawning'},
                  {'status': 'ACTIVE'})

        self.assertEqual(('ACTIVE', 'one_disk'), (
            self.active().status, self.active().disk))

    def test_a_server_in_error_tells_its_fault(self):
        self.show({'status': 'BUILD'}, {
            'status': 'ERROR', 'fault': {'message': 'no such store'}})

        failed = self.assertRaises(check.Failed, self.active)

        self.assertIn('in ERROR: no such store', failed.reason)

    def test_a_server_that_takes_too_long_tells_its_state(self):
        self.show({'status': 'BUILD', 'OS-EXT-STS:task_state': 'spawning'})

        failed = self.assertRaises(check.Failed, self.active)

        self.assertIn('not within 60 s; last seen: BUILD, spawning',
                      failed.reason)

    def test_removed_when_it_has_gone(self):
        self.http.delete(f'{URL}/servers/one', status_code=204)
        self.show({'status': 'ACTIVE'}, 404)

        self.servers.remove('one')

        self.assertEqual('GET', self.http.last_request.method)

    def test_removing_one_that_has_gone(self):
        self.http.delete(f'{URL}/servers/one', status_code=404)
        self.show(404)

        self.servers.remove('one')

    def test_flavors(self):
        self.http.get(f'{URL}/flavors/detail', json={'flavors': [
            {'id': '42', 'name': 'm1.nano', 'disk': 1, 'ram': 192}]})

        self.assertEqual([NANO], self.servers.flavors())
