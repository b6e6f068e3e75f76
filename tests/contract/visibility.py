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

"""Who sees what."""

from __future__ import annotations

import uuid

from nova_rbd_multistore import glance
from tests.contract import case
from tests.contract import deployment

_NO_LOCATIONS = ('You are not authorized to complete fetch_image_location '
                 'action.')


class VisibilityCases(case.Case):

    def stores_of(self, answer: deployment.Answer) -> list[str]:
        """Return the stores of a list of locations."""
        self.assertEqual(200, answer.status, answer.text)
        return [location['metadata']['store'] for location in answer.json()]

    def test_image_of_another_project(self) -> None:
        image_id = self.glance.make_image()
        for user in (deployment.OTHER, deployment.SERVICE):
            self.assert_refused(
                404, f'No image found with ID {image_id}',
                self.get(f'/v2/images/{image_id}', user))
        for user in (deployment.TENANT, deployment.COPIER):
            self.assertEqual(
                200, self.get(f'/v2/images/{image_id}', user).status)

    def test_role_service_does_not_read_images(self) -> None:
        image_id = self.glance.make_image(visibility='community')
        for path in (f'/v2/images/{image_id}',
                     f'/v2/images/{image_id}/tasks'):
            self.assert_refused(404, 'The resource could not be found.',
                                self.get(path, deployment.SERVICE))

    def test_tasks_belong_to_who_asked(self) -> None:
        image_id = self.glance.make_image(visibility='community')
        with self.glance.open() as reach:
            self.assert_accepted(self.submit(
                reach(deployment.OTHER), image_id, 'dcn0'))
            self.watch(image_id)
        counts = {user: len(self.tasks(image_id, user))
                  for user in (deployment.TENANT, deployment.OTHER,
                               deployment.COPIER)}
        self.assertEqual({deployment.TENANT: 0, deployment.OTHER: 1,
                          deployment.COPIER: 1}, counts)

    def test_tasks_of_an_image_that_is_not_visible(self) -> None:
        image_id = self.glance.make_image()
        self.assert_refused(
            404, 'The resource could not be found.',
            self.get(f'/v2/images/{image_id}/tasks', deployment.OTHER))

    def test_tasks_of_an_image_without_any(self) -> None:
        image_id = self.glance.make_image()
        self.assertEqual([], self.tasks(image_id, deployment.TENANT))

    def test_locations_by_role(self) -> None:
        image_id = self.glance.make_image()
        path = f'/v2/images/{image_id}/locations'
        missing = f'No image found with ID {image_id}'
        self.assert_refused(403, _NO_LOCATIONS, self.get(path))
        self.assert_refused(404, missing, self.get(path, deployment.OTHER))
        self.assert_refused(404, missing, self.get(path, deployment.SERVICE))
        answer = self.get(path, deployment.COPIER)
        self.assertEqual(['central'], self.stores_of(answer))

    def test_locations_of_a_shared_image(self) -> None:
        image_id = self.glance.make_image(visibility='community')
        path = f'/v2/images/{image_id}/locations'
        self.assert_refused(
            403, _NO_LOCATIONS, self.get(path, deployment.OTHER))
        self.assertEqual(['central'], self.stores_of(
            self.get(path, deployment.SERVICE)))

    def test_locations_of_no_image(self) -> None:
        image_id = str(uuid.uuid4())
        self.assert_refused(
            404, f'No image found with ID {image_id}',
            self.get(f'/v2/images/{image_id}/locations', deployment.COPIER))

    def test_hidden_locations(self) -> None:
        image_id = self.glance.make_image()
        for user in (deployment.TENANT, deployment.COPIER):
            record = self.get(f'/v2/images/{image_id}', user).json()
            self.assertNotIn('locations', record)
            self.assertNotIn('direct_url', record)
            self.assertEqual('central', record['stores'])

    def test_shown_locations(self) -> None:
        image_id = self.glance.make_image()
        self.run_copy(image_id, 'dcn0')
        listed = self.get(
            f'/v2/images/{image_id}/locations', deployment.COPIER)
        self.assertEqual(['central', 'dcn0'], self.stores_of(listed))
        with self.glance.open() as reach:
            record = deployment.send(reach(deployment.TENANT), 'GET',
                                     f'/v2/images/{image_id}').json()
        self.assertEqual(listed.json(), record['locations'])
        self.assertEqual(record['locations'][0]['url'], record['direct_url'])

    def test_deactivated_image(self) -> None:
        image_id = self.glance.make_image()
        self.glance.deactivate(image_id)
        with self.glance.open() as reach:
            record = deployment.send(reach(deployment.TENANT), 'GET',
                                     f'/v2/images/{image_id}').json()
        self.assertEqual('deactivated', record['status'])
        self.assertNotIn('stores', record)
        self.assertEqual([], record['locations'])
        self.assertNotIn('direct_url', record)
        record = self.get(f'/v2/images/{image_id}', deployment.COPIER).json()
        self.assertEqual('central', record['stores'])
        self.glance.reactivate(image_id)
        self.assertEqual(
            'central', self.get(f'/v2/images/{image_id}').json()['stores'])

    def test_stores(self) -> None:
        for user in (deployment.TENANT, deployment.SERVICE):
            stores = self.get('/v2/info/stores', user).json()['stores']
            names = {store['id'] for store in stores}
            self.assertLessEqual({'central', 'dcn0', 'dcn1'}, names)
            self.assertEqual(
                [('central', 'true')],
                [(store['id'], store['default']) for store in stores
                 if 'default' in store])

    def test_details_of_stores(self) -> None:
        path = '/v2/info/stores/detail'
        answer = self.get(path, deployment.COPIER)
        self.assertEqual(200, answer.status, answer.text)
        self.assertEqual(
            answer.json(), self.get(path, deployment.SERVICE).json())
        found = {element['id']: element for element in
                 answer.json()['stores']}
        fsids = set()
        for name in ('central', 'dcn0', 'dcn1'):
            properties = found[name]['properties']
            self.assertEqual(('rbd', 'images'), (
                found[name]['type'], properties['pool']))
            fsids.add(properties['fsid'])
        self.assertEqual(3, len(fsids))
        pools = glance.Glance(
            self.glance.access(deployment.COPIER)).rbd_pools()
        self.assertLessEqual(fsids, {pool.fsid for pool in pools.values()})

    def test_details_of_stores_are_not_for_tenants(self) -> None:
        self.assert_refused(
            403, 'You are not authorized to complete stores_info_detail '
                 'action.', self.get('/v2/info/stores/detail'))

    def test_versions_need_no_token(self) -> None:
        access = self.glance.access(deployment.TENANT)
        for path, status in (('/', 300), ('/versions', 200)):
            response = access.session.request(
                access.endpoints[0] + path, 'GET', authenticated=False,
                raise_exc=False, redirect=False)
            self.assertEqual(status, response.status_code)
            found = {version['id']: version['status']
                     for version in response.json()['versions']}
            self.assertEqual('CURRENT', found['v2.17'])
            self.assertEqual('SUPPORTED', found['v2.12'])

    def test_unknown_path(self) -> None:
        self.assert_refused(404, 'The resource could not be found.',
                            self.get('/v2/no-such-thing'))
