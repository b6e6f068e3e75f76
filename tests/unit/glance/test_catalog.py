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

"""Where the catalog says that Glance is."""

from __future__ import annotations

from keystoneauth1 import noauth
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from keystoneauth1.identity import v3
import requests
from requests_mock.contrib import fixture as requests_fixture

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore.glance import catalog
from tests import base

KEYSTONE = 'http://keystone.invalid/v3'


def endpoint(url, interface='public', region='One'):
    return {'id': url, 'url': url, 'interface': interface,
            'region': region, 'region_id': region}


class CatalogTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.http = self.useFixture(requests_fixture.Fixture())
        self.http.get(KEYSTONE, json={'version': {
            'id': 'v3.14', 'status': 'stable',
            'links': [{'rel': 'self', 'href': KEYSTONE}]}})
        self.answer(image=[
            endpoint('http://admin', 'admin'),
            endpoint('http://public'), endpoint('http://again'),
            endpoint('http://public', 'internal'),
            endpoint('http://internal', 'internal'),
            endpoint('http://two', region='Two')],
            image_remote=[endpoint('http://remote')])

    def answer(self, status=201, **services):
        self.http.post(
            f'{KEYSTONE}/auth/tokens', status_code=status,
            headers={'X-Subject-Token': 'secret-token'}, json={'token': {
                'methods': ['password'], 'roles': [],
                'expires_at': '2126-01-01T00:00:00.000000Z',
                'issued_at': '2026-01-01T00:00:00.000000Z',
                'user': {'id': 'u', 'name': 'u',
                         'domain': {'id': 'd', 'name': 'd'}},
                'catalog': [{'type': name, 'name': name, 'id': name,
                             'endpoints': endpoints}
                            for name, endpoints in services.items()]}})

    def urls(self, kind=catalog.IMAGE, **adapter):
        auth = v3.Password(KEYSTONE, username='u', password='secret',
                           user_domain_id='d')
        return catalog.urls(glance.Access(
            session.Session(auth), adapter=adapter), kind)

    def test_each_once_and_public_first(self):
        self.assertEqual(
            ('http://public', 'http://again', 'http://internal',
             'http://admin'), self.urls(region_name='One'))

    def test_interface_that_is_wanted_first(self):
        self.assertEqual(
            ('http://admin', 'http://public', 'http://again',
             'http://internal'),
            self.urls(region_name='One', interface='admin'))

    def test_region(self):
        self.assertEqual(('http://two',), self.urls(region_name='Two'))
        self.assertEqual((), self.urls(region_name='Three'))
        self.assertIn('http://two', self.urls())

    def test_second_worker_of_devstack(self):
        self.assertEqual(
            ('http://remote',), self.urls(catalog.REMOTE))
        self.answer(image=[])
        self.assertEqual((), self.urls())
        self.assertEqual((), self.urls(catalog.REMOTE))

    def test_credential_of_its_own(self):
        auth = v3.Password(KEYSTONE, username='u', password='secret',
                           user_domain_id='d')
        self.assertIn('http://public', catalog.urls(
            glance.Access(session.Session(), auth), catalog.IMAGE))

    def test_refused(self):
        self.answer(401)
        error = self.assertRaises(exception.LoginRefused, self.urls)
        self.assertIn('look up image in the catalog', str(error))
        self.assertNotIn('secret', str(error))

    def test_keystone_is_down(self):
        self.http.post(f'{KEYSTONE}/auth/tokens',
                       exc=requests.exceptions.ConnectionError('refused'))
        self.assertRaises(exception.GlanceUnavailable, self.urls)

    def test_keystone_is_ill(self):
        self.answer(503)
        error = self.assertRaises(exception.GlanceUnavailable, self.urls)
        self.assertNotIsInstance(error, exception.LoginRefused)

    def test_login_without_a_catalog(self):
        for auth in (noauth.NoAuth(),
                     token_endpoint.Token('http://glance', 'secret')):
            self.assertEqual((), catalog.urls(
                glance.Access(session.Session(), auth), catalog.IMAGE))
