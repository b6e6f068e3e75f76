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
from keystoneauth1 import exceptions as ks_exc
from keystoneauth1 import fixture as ks_fixture
from requests_mock.contrib import fixture as mock_fixture
import testtools

from lab import exception
from lab import servers
from tests.unit.lab import samples

_ID = '6d2f7b0e-9a3f-4b1c-8b38-5f1b8a0a6f00'


def shown(status, task=None, **more):
    return {'server': {
        'name': 's', 'status': status, 'OS-EXT-STS:task_state': task,
        'OS-EXT-AZ:availability_zone': 'dcn0',
        'OS-EXT-SRV-ATTR:host': 'dcn0-0', **more}}


class ServersTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        lab = samples.cloud(root)
        self.url = lab.cloud.nova_url
        self.http = self.useFixture(mock_fixture.Fixture())
        token = ks_fixture.V3Token(project_id='p')
        token.add_service('compute').add_standard_endpoints(
            public=self.url, region=lab.region)
        self.http.get(lab.keystone_url, json={
            'version': ks_fixture.V3Discovery(lab.keystone_url)})
        self.http.post(f'{lab.keystone_url}/auth/tokens', json=token,
                       headers={'X-Subject-Token': 't'})
        self.http.get(self.url, json={'version': {
            'id': 'v2.1', 'status': 'CURRENT', 'version': '2.96',
            'min_version': '2.1', 'links': [
                {'rel': 'self', 'href': self.url}]}})
        self.servers = servers.Servers(lab)

    def test_create_asks_for_no_network(self):
        self.http.get(f'{self.url}/flavors', json={
            'flavors': [{'name': 'lab.tiny', 'id': '7'}]})
        made = self.http.post(f'{self.url}/servers',
                              json={'server': {'id': _ID}})
        found = self.servers.create(
            servers.Request('s', 'image', 'dcn0', group='g'))
        self.assertEqual(_ID, found)
        self.assertEqual({
            'server': {'name': 's', 'imageRef': 'image', 'flavorRef': '7',
                       'networks': 'none', 'availability_zone': 'dcn0'},
            'os:scheduler_hints': {'group': 'g'}},
            made.last_request.json())

    def test_create_on_a_host(self):
        self.http.get(f'{self.url}/flavors', json={
            'flavors': [{'name': 'lab.tiny', 'id': '7'}]})
        made = self.http.post(f'{self.url}/servers',
                              json={'server': {'id': _ID}})
        self.servers.create(servers.Request('s', 'image', host='dcn0-0'))
        asked = made.last_request.json()['server']
        self.assertEqual('dcn0-0', asked['host'])
        self.assertNotIn('availability_zone', asked)

    def test_unknown_flavor(self):
        self.http.get(f'{self.url}/flavors', json={'flavors': []})
        self.assertRaises(exception.UnknownName, self.servers.create,
                          servers.Request('s', 'image'))

    def test_wait_ends_when_nothing_is_under_way(self):
        self.http.get(f'{self.url}/servers/{_ID}', [
            {'json': shown('BUILD', 'spawning')},
            {'json': shown('ACTIVE', 'resize_finish')},
            {'json': shown('ACTIVE')}])
        found = self.servers.wait_status(_ID, timeout=30)
        self.assertEqual('dcn0-0', found.host)
        self.assertEqual(f'{_ID}_disk', found.disk)

    def test_error_is_not_waited_out(self):
        self.http.get(f'{self.url}/servers/{_ID}', json=shown(
            'ERROR', fault={'message': 'no copy to be had'}))
        error = self.assertRaises(
            exception.ServerFailed, self.servers.wait_status, _ID,
            timeout=30)
        self.assertEqual('no copy to be had', error.fault)
        self.assertIn('no copy to be had', str(error))

    def test_deadline_names_the_last_state(self):
        self.http.get(f'{self.url}/servers/{_ID}',
                      json=shown('BUILD', 'spawning'))
        error = self.assertRaises(
            exception.ServerFailed, self.servers.wait_status, _ID, timeout=0)
        self.assertEqual('BUILD, task spawning', error.last_state)
        self.assertIsNone(error.fault)

    def test_action_without_arguments(self):
        asked = self.http.post(f'{self.url}/servers/{_ID}/action',
                               status_code=202)
        self.assertIsNone(self.servers.act(_ID, 'shelve'))
        self.assertEqual({'shelve': None}, asked.last_request.json())

    def test_action_with_an_answer(self):
        asked = self.http.post(f'{self.url}/servers/{_ID}/action',
                               json={'image_id': 'i'}, status_code=202)
        found = self.servers.act(_ID, 'createImage', {'name': 'n'})
        self.assertEqual({'image_id': 'i'}, found)
        self.assertEqual({'createImage': {'name': 'n'}},
                         asked.last_request.json())

    def test_named_are_those_that_begin_so(self):
        listed = self.http.get(f'{self.url}/servers/detail', json={
            'servers': [
                {'id': '1', **shown('BUILD', 'spawning')['server'],
                 'name': 'demo-1'},
                {'id': '2', **shown('ACTIVE')['server'],
                 'name': 'my-demo-1'}]})
        found, = self.servers.named('demo')
        self.assertEqual(('1', 'BUILD', 'spawning'),
                         (found.id, found.status, found.task))
        self.assertEqual(['demo'], listed.last_request.qs['name'])
        self.assertEqual(['1'], listed.last_request.qs['all_tenants'])

    def test_deleting_what_is_gone_is_no_error(self):
        asked = self.http.delete(f'{self.url}/servers/{_ID}',
                                 status_code=404)
        self.servers.delete(_ID)
        self.assertTrue(asked.called_once)

    def test_refused_deletion_is_an_error(self):
        for status, error in ((403, ks_exc.Forbidden),
                              (500, ks_exc.InternalServerError)):
            self.http.delete(f'{self.url}/servers/{_ID}', status_code=status)
            self.assertRaises(error, self.servers.delete, _ID)

    def test_groups_are_found_by_name(self):
        self.http.get(f'{self.url}/os-server-groups', json={
            'server_groups': [{'id': '1', 'name': 'demo-1'},
                              {'id': '2', 'name': 'my-demo-1'}]})
        self.assertEqual(['1'], self.servers.groups('demo'))

    def test_gone_is_what_nova_knows_no_more(self):
        self.http.get(f'{self.url}/servers/{_ID}', [
            {'json': shown('ACTIVE', 'deleting')}, {'status_code': 404}])
        self.servers.wait_gone(_ID, timeout=30)
