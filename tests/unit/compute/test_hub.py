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

"""An image that our own Glance cannot read, and the hub's can."""

from __future__ import annotations

import dataclasses

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import localcopy
from tests.unit.compute import base

OURS = 'http://dcn0.invalid'
HUB = fixture.FakeGlance.url
FAR = 'it is only in dcn1, and the Glance of this site has only central, dcn0'
FIRST = f'{FAR}, so it has to be copied to central first, through the ' \
        f'Glance at {HUB}'


class Broken:
    """A Glance with other answers to some requests."""

    def __init__(self, service, **answers):
        self._service = service
        self._answers = answers

    def __getattr__(self, name):
        if name not in self._answers:
            return getattr(self._service, name)

        def answer(*_args):
            if isinstance(self._answers[name], Exception):
                raise self._answers[name]
            return self._answers[name]

        return answer


class HubTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.edge = self.glance.add_edge(OURS, 'dcn0', 'central')
        self.use_service_credential(self.glance.nova)
        self.flags('glance', api_servers=[OURS])
        self.use_hub(HUB, 'central')

    def use_hub(self, url, store):
        self.flags('libvirt', images_rbd_glance_hub_endpoint=url,
                   images_rbd_glance_hub_store_name=store)

    def obtain(self, image_id, cancelled=None, **broken):
        """Have the image in our store.

        :param broken: a part of the services, and its answers.
        """
        services = access.services(self.context)
        for part, answers in broken.items():
            if part == 'copying':
                services = dataclasses.replace(services, copying=Broken(
                    services.copying, **answers))
            else:
                services = dataclasses.replace(services, hub=(
                    dataclasses.replace(services.hub, copying=Broken(
                        services.hub.copying, **answers))))
        return localcopy.obtain(services, image_id, cancelled)

    def refusal(self, kind, image_id, **options):
        """Return why there is no copy."""
        refused = self.assertRaises(
            exception.CopyError, self.obtain, image_id, **options)
        self.assertIs(kind, type(refused), refused)
        self.assertEqual((image_id, 'dcn0'),
                         (refused.image_id, refused.store))
        return refused.reason

    def submissions(self):
        """Return to which Glance each request for a copy went."""
        return [request.url for request in self.glance.requests
                if request.method == 'POST']

    def copies(self):
        """Return which Glance made each copy.

        The lock of the first one may refuse the next for a moment.
        """
        return [request.url for request in self.glance.requests
                if request.method == 'POST' and request.status == 202]

    def asked(self, url, path):
        return [request for request in self.glance.requests
                if (request.url, request.path) == (url, path)]


class TwoStepsTestCase(HubTestCase):

    def test_to_the_hub_and_then_to_us(self):
        image_id = self.glance.add_image(['dcn1'])
        copied = self.obtain(image_id)

        self.assertEqual({'dcn1', 'central', 'dcn0'}, copied.stores)
        self.assertEqual([HUB, OURS], self.copies())
        self.assertEqual({'nova'}, {
            request.user for request in self.glance.requests
            if request.url == HUB})
        line, = (line for line in self.logged('INFO')
                 if 'in two steps' in line)
        self.assertIn(FIRST, line)
        self.assertEqual([], self.logged('WARNING'))

    def test_both_share_one_budget(self):
        self.flags('libvirt', images_rbd_glance_copy_timeout=100)
        self.glance.deployment.pace = self.edge.pace = fixture.Pace(
            staging=60.0)
        image_id = self.glance.add_image(['dcn1'])

        self.assertIn('gave up after 100 s', self.refusal(
            exception.CopyTimedOut, image_id))
        self.assertEqual([HUB, OURS], self.copies())

    def test_copy_at_the_hub_that_somebody_else_asked_for_is_joined(self):
        image_id = self.glance.add_image(['dcn1'])
        access.services(self.context).hub.copying.submit_copy(
            image_id, 'central')
        self.obtain(image_id)

        self.assertEqual([HUB, OURS], self.copies())

    def test_one_submission_that_fails_here_costs_no_second_trip(self):
        image_id = self.glance.add_image(['dcn1'])
        services = access.services(self.context)
        services.hub.copying.submit_copy(image_id, 'central')
        self.glance.clock.sleep(60.0)
        self.glance.fail_next(fixture.Failure.WRITE)
        self.obtain(image_id)

        self.assertEqual([HUB, OURS, OURS], self.copies())
        self.assertEqual(1, len(self.asked(OURS, '/v2/info/stores')))


@ddt.ddt
class OneStepTestCase(HubTestCase):

    @ddt.data(['central'], ['dcn1', 'central'])
    def test_hub_is_not_asked_where_we_know_a_store(self, stores):
        self.use_hub('http://nobody.invalid', 'central')
        image_id = self.glance.add_image(stores)
        self.obtain(image_id)

        self.assertEqual([OURS], self.submissions())
        self.assertEqual(1, len(self.asked(OURS, '/v2/info/stores')))

    def test_stores_are_not_asked_for_where_a_copy_is_joined(self):
        image_id = self.glance.add_image(['central'])
        access.services(self.context).copying.submit_copy(image_id, 'dcn0')
        self.obtain(image_id)

        self.assertEqual([], self.asked(OURS, '/v2/info/stores'))

    def test_image_that_names_no_store_is_not_judged(self):
        image_id = self.glance.add_image(['dcn1'])
        self.glance.image(image_id).stores.clear()

        self.assertIn('could not stage', self.refusal(
            exception.CopyFailed, image_id))
        self.assertNotIn(HUB, self.submissions())

    @ddt.data(exception.GlanceUnavailable('list stores', '503'), frozenset())
    def test_glance_that_tells_no_store_is_not_judged(self, answer):
        image_id = self.glance.add_image(['central'])
        self.obtain(image_id, copying={'stores': answer})

        self.assertEqual([OURS], self.submissions())

    def test_our_store_is_unknown(self):
        self.flags('libvirt', images_rbd_glance_store_name='dcn10')
        image_id = self.glance.add_image(['dcn1'])
        refused = self.assertRaises(
            exception.Misconfigured, self.obtain, image_id)

        self.assertIn('images_rbd_glance_store_name', refused.reason)
        self.assertNotIn(HUB, self.submissions())


@ddt.ddt
class RefusedTestCase(HubTestCase):
    """Nothing is copied."""

    def setUp(self):
        super().setUp()
        self.image_id = self.glance.add_image(['dcn1'])
        self.addCleanup(
            lambda: self.assertEqual([], self.submissions()))

    @ddt.data(None, '')
    def test_no_hub(self, nothing):
        self.use_hub(nothing, nothing)

        reason = self.refusal(exception.Misconfigured, self.image_id)
        for words in (FAR, 'Set images_rbd_glance_hub_endpoint and '
                           'images_rbd_glance_hub_store_name'):
            self.assertIn(words, reason)

    def test_store_of_the_hub_is_unknown_here(self):
        self.use_hub(HUB, 'dcn1')

        reason = self.refusal(exception.Misconfigured, self.image_id)
        for words in (f'{FAR}, not dcn1', HUB, 'enabled_backends',
                      'images_rbd_glance_hub_store_name'):
            self.assertIn(words, reason)

    def test_store_of_the_hub_is_unknown_there(self):
        hub = self.glance.add_edge('http://hub.invalid', 'dcn1', 'hub')
        self.use_hub('http://hub.invalid', 'central')

        reason = self.refusal(exception.Misconfigured, self.image_id)
        for words in ('which has no store of that name, but dcn1, hub',
                      'images_rbd_glance_hub_store_name'):
            self.assertIn(words, reason)
        hub.stores.clear()
        self.assertIn('but none', self.refusal(
            exception.Misconfigured, self.image_id))

    def test_hub_knows_no_store_of_the_image_either(self):
        self.use_hub(OURS, 'central')

        reason = self.refusal(exception.Misconfigured, self.image_id)
        for words in (f'at {OURS}, which has only central, dcn0',
                      'images_rbd_glance_hub_endpoint'):
            self.assertIn(words, reason)

    def test_hub_is_down(self):
        self.use_hub('http://nobody.invalid', 'central')
        self.flags('glance', num_retries=2)

        reason = self.refusal(exception.CopyFailed, self.image_id)
        for words in ('through the Glance at http://nobody.invalid',
                      'no usable answer', 'the connection was lost'):
            self.assertIn(words, reason)

    def test_hub_does_not_accept_the_credential(self):
        services = access.services(self.context)
        services = dataclasses.replace(services, hub=dataclasses.replace(
            services.hub, asking=Broken(
                services.hub.asking,
                stores=exception.NotAuthenticated('list stores', '401'))))
        refused = self.assertRaises(
            exception.CopyNotPermitted, localcopy.obtain, services,
            self.image_id)

        for words in (FIRST, 'the service credential of [glance]', '401'):
            self.assertIn(words, refused.reason)


class FailedTestCase(HubTestCase):
    """The copy at the hub does not succeed."""

    def setUp(self):
        super().setUp()
        self.image_id = self.glance.add_image(['dcn1'])
        self.addCleanup(
            lambda: self.assertNotIn(OURS, self.submissions()))

    def test_every_attempt_fails(self):
        self.glance.fail_next(fixture.Failure.WRITE, times=3)

        reason = self.refusal(exception.CopyFailed, self.image_id)
        self.assertIn(f'{FIRST}: Glance accepted the copy 3 times', reason)
        self.assertEqual([HUB] * 3, self.submissions())

    def test_takes_too_long(self):
        self.flags('libvirt', images_rbd_glance_copy_timeout=20)
        self.glance.deployment.pace = fixture.Pace(staging=60.0)

        reason = self.refusal(exception.CopyTimedOut, self.image_id)
        self.assertIn(f'{FIRST}: gave up after 20 s', reason)

    def test_stalls(self):
        self.flags('libvirt', images_rbd_glance_copy_stall_timeout=30)
        self.glance.deployment.pace = fixture.Pace(staging=100.0)

        reason = self.refusal(exception.CopyStalled, self.image_id)
        self.assertIn(f'{FIRST}: import task', reason)

    def test_not_permitted(self):
        self.use_service_credential(self.glance.service)
        self.flags('libvirt', images_rbd_glance_credential='user')
        self.glance.deployment.show_locations = True
        self.edge.show_locations = True
        self.edge.copy_roles = None

        reason = self.refusal(exception.CopyNotPermitted, self.image_id)
        self.assertIn(FIRST, reason)
        self.assertIn('copy_image', reason)

    def test_is_not_wanted_any_more(self):
        self.glance.deployment.pace = fixture.Pace(staging=60.0)

        self.assertRaises(exception.Cancelled, self.obtain, self.image_id,
                          cancelled=lambda: True)

    def test_hub_uses_another_database(self):
        reason = self.refusal(exception.Misconfigured, self.image_id, hub={
            'image': exception.NotFound('show image', 'No image found')})
        self.assertIn(f'{FIRST}, which has no such image', reason)
        self.assertIn('database', reason)

    def test_image_is_deleted_meanwhile(self):
        sleep = self.glance.clock.sleep

        def sleep_on(seconds):
            sleep(seconds)
            self.glance.delete(self.image_id)

        self.glance.clock = dataclasses.replace(
            self.glance.clock, sleep=sleep_on)
        self.assertIn('no such image', self.refusal(
            exception.ImageGone, self.image_id))
