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

"""Which cloud to talk to."""

from __future__ import annotations

import json

import ddt
import fixtures
import requests_mock

from nova_rbd_multistore import exception
from nova_rbd_multistore.cmd import cloud
from tests import base

AUTH_URL = 'http://keystone.invalid/v3'


def token(*endpoints):
    """Return Keystone's answer with image services, URL and region each."""
    return {'token': {
        'methods': ['password'], 'expires_at': '2126-01-01T00:00:00.000000Z',
        'issued_at': '2026-01-01T00:00:00.000000Z', 'roles': [],
        'user': {'id': 'u', 'name': 'u', 'domain': {'id': 'd', 'name': 'd'}},
        'project': {'id': 'p', 'name': 'p',
                    'domain': {'id': 'd', 'name': 'd'}},
        'catalog': [{
            'type': 'image', 'name': 'glance', 'id': 's', 'endpoints': [
                {'id': url, 'url': url, 'region': region,
                 'region_id': region, 'interface': 'public'}
                for url, region in endpoints]}]}}


@ddt.ddt
class AccessTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.configure()
        self.http = requests_mock.Mocker()
        self.http.start()
        self.addCleanup(self.http.stop)
        self.http.get(AUTH_URL, json={'version': {
            'id': 'v3.14', 'status': 'stable',
            'links': [{'rel': 'self', 'href': AUTH_URL}]}})
        self.answer(token(('http://glance.invalid', 'One')))

    def configure(self, **more):
        path = self.useFixture(fixtures.TempDir()).join('clouds.yaml')
        with open(path, 'w') as clouds:
            json.dump({'clouds': {'test': {'regions': ['One', 'Two'], 'auth': {
                'auth_url': AUTH_URL, 'username': 'u', 'password': 'secret',
                'project_name': 'p', 'user_domain_id': 'd',
                'project_domain_id': 'd'}, **more}}}, clouds)
        self.useFixture(fixtures.EnvironmentVariable(
            'OS_CLIENT_CONFIG_FILE', path))

    def answer(self, body, status=201):
        self.http.post(f'{AUTH_URL}/auth/tokens', json=body,
                       status_code=status, headers={'X-Subject-Token': 't'})

    def access(self, *options):
        return cloud.access(['--os-cloud', 'test', *options])

    def login(self):
        """Return who has logged in last."""
        posts = [request for request in self.http.request_history
                 if request.method == 'POST']
        return posts[-1].json()['auth']['identity']['password']['user']

    @ddt.data('http://glance.invalid', 'http://glance.invalid/v2',
              'http://glance.invalid/v2.9/', 'http://host.invalid/image/v2')
    def test_endpoint_of_the_catalog_without_its_version(self, url):
        self.answer(token((url, 'One')))
        access = self.access()
        self.assertEqual((url.partition('/v2')[0],), access.endpoints)
        self.assertEqual({'region_name': 'One', 'interface': 'public'},
                         access.adapter)

    def test_region_of_the_command_line(self):
        self.answer(token(('http://one.invalid', 'One'),
                          ('http://two.invalid', 'Two')))
        self.assertEqual(('http://two.invalid',), self.access(
            '--os-region-name', 'Two').endpoints)

    def test_endpoint_of_the_command_line(self):
        self.assertEqual(('http://worker.invalid',), self.access(
            '--os-image-endpoint-override',
            'http://worker.invalid/v2').endpoints)

    def test_no_glance_in_the_catalog(self):
        exc = self.assertRaises(exception.GlanceUnavailable, self.access,
                                '--os-region-name', 'Two')
        self.assertIn('Two', str(exc))

    def test_unknown_region(self):
        self.assertRaises(cloud.NotConfigured, self.access,
                          '--os-region-name', 'Mars')

    def test_login_of_the_command_line_wins(self):
        self.access('--os-username', 'other', '--os-password=else')
        login = self.login()
        self.assertEqual(('other', 'else'),
                         (login['name'], login['password']))

    def test_refused(self):
        self.answer({'error': {'message': 'No.', 'code': 401}}, 401)
        exc = self.assertRaises(exception.LoginRefused, self.access)
        self.assertNotIn('secret', str(exc))

    def test_keystone_is_ill(self):
        self.answer({}, 503)
        self.assertRaises(exception.GlanceUnavailable, self.access)

    def test_options_that_are_none(self):
        for options in (['--os-cloud'], ['--os-nonsense', 'a'],
                        ['--os-clo', 'test']):
            exc = self.assertRaises(SystemExit, cloud.access, options)
            self.assertEqual(2, exc.code)

    def test_not_configured(self):
        self.configure(auth_type='magic')
        self.assertRaises(cloud.NotConfigured, self.access)
