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

"""As whom a compute talks to Glance."""

from __future__ import annotations

import ddt
import fixtures
from nova import exception as nova_exception
from requests_mock.contrib import fixture as requests_fixture

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import startup
from tests import records
from tests.unit.compute import base


@ddt.ddt
class CredentialTestCase(base.ComputeTestCase):

    def who(self, service, image_id):
        """Return whom Glance takes for the one who asks."""
        service.image(image_id)
        return self.glance.requests[-1].user

    def check(self, copying, words):
        services = access.services(self.context)
        image_id = self.glance.add_image()

        self.assertEqual('demo', self.who(services.tenant, image_id))
        self.assertEqual(copying, self.who(services.copying, image_id))
        self.assertEqual(copying, self.who(services.locating, image_id))
        self.assertEqual(words, services.credential)
        self.assertEqual(
            self.context.project_id if copying == 'demo' else None,
            services.project)
        self.assertEqual(words, access.credential_in_use())

    def test_tenants_own_without_a_service_credential(self):
        self.check('demo', "the tenant's token")

    def test_glance_group(self):
        self.use_service_credential(self.glance.nova, 'glance')

        self.check('nova', 'the service credential of [glance]')

    def test_service_user_group(self):
        self.use_service_credential(self.glance.nova, 'service_user')

        self.check('nova', 'the service credential of [service_user]')

    def test_glance_group_by_the_section_of_another(self):
        self.use_service_credential(self.glance.nova, 'service_user')
        self.flags('glance', auth_section='service_user')

        self.check('nova', 'the service credential of [glance]')

    def test_glance_group_before_service_user_group(self):
        self.use_service_credential(self.glance.service, 'service_user')
        self.use_service_credential(self.glance.nova, 'glance')

        self.check('nova', 'the service credential of [glance]')

    @ddt.data(('glance', 'the service credential of [glance]'),
              ('service_user', 'the service credential of [service_user]'))
    @ddt.unpack
    def test_the_chosen_group_and_no_other(self, group, words):
        for each in ('glance', 'service_user'):
            self.use_service_credential(
                self.glance.nova if each == group else self.glance.service,
                each)
        self.flags('libvirt', images_rbd_glance_credential=group)

        self.check('nova', words)

    def test_the_tenants_own_by_choice(self):
        self.use_service_credential(self.glance.nova, 'glance')
        self.flags('libvirt', images_rbd_glance_credential='user')

        self.check('demo', "the tenant's token")

    def test_tenants_requests_carry_the_service_token_where_nova_sends_it(
            self):
        self.use_service_credential(self.glance.nova, 'service_user')
        self.flags('service_user', send_service_user_token=True)

        self.check('nova', 'the service credential of [service_user]')

    def test_tokens_are_not_logged(self):
        self.use_service_credential(self.glance.nova)
        services = access.services(self.context)
        image_id = self.glance.add_image()
        services.tenant.image(image_id)
        services.copying.image(image_id)
        services.locating.locations(image_id)

        self.assertNotIn(self.glance.tenant.token, self.log.output)
        self.assertNotIn(self.glance.nova.token, self.log.output)


@ddt.ddt
class EndpointTestCase(base.ComputeTestCase):

    def test_all_of_the_configured_servers(self):
        self.flags('glance', api_servers=list(self.glance.workers))
        image_id = self.glance.add_image()
        services = access.services(self.context)
        seen = [services.tenant.image(image_id) for _ in range(4)]

        self.assertEqual({image_id}, {image.id for image in seen})

    def test_another_server_when_one_is_down(self):
        self.flags('glance', num_retries=1, api_servers=[
            'http://nobody.invalid', self.glance.workers[0]])
        image_id = self.glance.add_image()
        services = access.services(self.context)

        for _ in range(2):
            self.assertEqual(image_id, services.tenant.image(image_id).id)

    @ddt.data(0, 1)
    def test_copies_where_one_of_two_servers_is_down(self, position):
        self.useFixture(fixtures.MonkeyPatch('random.shuffle', lambda _: None))
        servers = [self.glance.workers[0]]
        servers.insert(position, 'http://nobody.invalid')
        self.flags('glance', api_servers=servers)
        self.use_service_credential(self.glance.nova)
        services = access.services(self.context)

        # Its looks and its submissions must not fall to one of them each.
        result = copier.Copier(services.copying, copier.Settings()).ensure(
            self.glance.add_image(['central']), 'dcn0')
        self.assertEqual(1, result.submitted)

    @ddt.data(('tenant', 3), ('locating', 3), ('copying', 1))
    @ddt.unpack
    def test_retries_are_novas_or_the_copiers(self, name, requests):
        self.flags('glance', num_retries=2)
        self.glance.break_requests(fixture.Fault(status=503), times=3)
        service = getattr(access.services(self.context), name)

        self.assertRaises(exception.GlanceUnavailable,
                          service.image, self.glance.add_image())
        self.assertEqual(requests, len(self.glance.requests))

    def test_that_of_the_catalog(self):
        self.flags('glance', api_servers=None, region_name='RegionOne',
                   valid_interfaces=['internal'])
        self.context.service_catalog = [{
            'type': 'image', 'name': 'glance', 'endpoints': [
                {'region': 'RegionOne', 'internalURL': self.glance.workers[1],
                 'publicURL': 'http://nobody.invalid'},
                {'region': 'RegionTwo',
                 'internalURL': 'http://nobody.invalid'}]}]
        image_id = self.glance.add_image()

        services = access.services(self.context)
        self.assertEqual(image_id, services.tenant.image(image_id).id)

    def test_that_of_the_configured_override(self):
        self.flags('glance', api_servers=None,
                   endpoint_override=self.glance.workers[0])
        image_id = self.glance.add_image()

        services = access.services(self.context)
        self.assertEqual(image_id, services.tenant.image(image_id).id)

    def test_none_in_the_catalog(self):
        self.flags('glance', api_servers=None)
        self.context.service_catalog = []

        exc = self.assertRaises(
            nova_exception.GlanceConnectionFailed, access.services,
            self.context)
        self.assertIn('no usable answer', str(exc))
        self.assertIn('catalog', self.logged('ERROR')[0])

    def test_request_is_traceable(self):
        http = self.useFixture(requests_fixture.Fixture())
        url = f'{self.glance.url}/v2/images/{records.IMAGE_ID}'
        http.get(url, json=records.image())
        services = access.services(self.context)
        for service in (services.tenant, services.copying, services.locating):
            service.image(records.IMAGE_ID)

        self.assertEqual(
            [self.context.global_id] * 3,
            [request.headers['X-OpenStack-Request-ID']
             for request in http.request_history])


@ddt.ddt
class HubTestCase(base.ComputeTestCase):

    def use_hub(self, url, store):
        self.flags('libvirt', images_rbd_glance_hub_endpoint=url,
                   images_rbd_glance_hub_store_name=store)

    @ddt.data(None, '')
    def test_none(self, nothing):
        self.use_hub(nothing, nothing)
        access.check_hub()

        self.assertIsNone(access.services(self.context).hub)

    @ddt.data('', '/', '/v2', '/v2/', '/v2.17')
    def test_is_asked_as_whoever_copies(self, suffix):
        self.use_service_credential(self.glance.nova)
        self.use_hub(self.glance.workers[1] + suffix, 'central')
        access.check_hub()
        hub = access.services(self.context).hub
        image_id = self.glance.add_image()

        self.assertEqual('central', hub.store)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, hub.asking.stores())
        self.assertEqual(image_id, hub.copying.image(image_id).id)
        self.assertEqual(
            {(self.glance.workers[1], 'nova')},
            {(request.url, request.user) for request in self.glance.requests})

    @ddt.data(('asking', 3), ('copying', 1))
    @ddt.unpack
    def test_retries_are_novas_or_the_copiers(self, name, requests):
        self.flags('glance', num_retries=2)
        self.use_hub(self.glance.url, 'central')
        self.glance.break_requests(fixture.Fault(status=503), times=3)
        service = getattr(access.services(self.context).hub, name)

        self.assertRaises(exception.GlanceUnavailable, service.stores)
        self.assertEqual(requests, len(self.glance.requests))

    @ddt.data(('http://hub.invalid', None), ('http://hub.invalid', ''),
              (None, 'central'))
    @ddt.unpack
    def test_half_of_it(self, url, store):
        self.use_hub(url, store)
        words = str(self.assertRaises(
            startup.InvalidOptions, access.check_hub))

        for name in ('[libvirt]', 'images_rbd_glance_hub_endpoint',
                     'images_rbd_glance_hub_store_name', 'Set both'):
            self.assertIn(name, words)
