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

"""The Glance of an edge site, which does not know all stores."""

from __future__ import annotations

from tests.contract import case
from tests.contract import deployment

_FAILED = 'Task failed due to Internal Error'


class EdgeCases(case.Case):

    def make_far_image(self) -> str:
        """Return an image that is only in a store that the edge lacks."""
        image_id = self.glance.make_image()
        self.glance.move(image_id, 'dcn1')
        return image_id

    def test_stores(self) -> None:
        for user in (deployment.TENANT, deployment.COPIER):
            stores = deployment.send(
                self.glance.edge(user), 'GET', '/v2/info/stores').json()
            self.assertEqual({'central': None, 'dcn0': 'true'}, {
                store['id']: store.get('default')
                for store in stores['stores']})

    def test_image_in_an_unknown_store_is_shown_as_it_is(self) -> None:
        image_id = self.make_far_image()
        path = f'/v2/images/{image_id}'
        for user in (deployment.TENANT, deployment.COPIER):
            record = deployment.send(
                self.glance.edge(user), 'GET', path).json()
            self.assertEqual('dcn1', record['stores'])
            self.assertEqual(self.get(path, user).json(), record)
        locations = deployment.send(
            self.glance.edge(deployment.COPIER), 'GET', f'{path}/locations')
        self.assertEqual(['dcn1'], [
            location['metadata']['store'] for location in locations.json()])

    def test_copy_to_an_unknown_store(self) -> None:
        image_id = self.glance.make_image()
        self.assert_refused(
            409, 'Store for identifier dcn1 not found', self.submit(
                self.glance.edge(deployment.COPIER), image_id, 'dcn1'))

    def test_copy_from_an_unknown_store_is_accepted_and_fails(self) -> None:
        image_id = self.make_far_image()
        for store in ('dcn0', 'central'):
            self.assert_accepted(self.submit(
                self.glance.edge(deployment.COPIER), image_id, store))
            end = self.watch(image_id)[-1]
            self.assertEqual('dcn1', end.stores)
            self.assertIn(store, end.importing)
            self.assertEqual('', end.failed)
            self.assertFalse(self.glance.has_data(image_id, store))
        tasks = self.get(
            f'/v2/images/{image_id}/tasks', deployment.COPIER).json()['tasks']
        self.assertEqual(2, [
            (task['status'], task['message']) for task in tasks
        ].count(('failure', _FAILED)))

    def test_copy_from_the_hub(self) -> None:
        image_id = self.glance.make_image()
        self.assert_accepted(self.submit(
            self.glance.edge(deployment.COPIER), image_id, 'dcn0'))
        self.assertEqual('central,dcn0', self.watch(image_id)[-1].stores)

    def test_copy_in_two_steps(self) -> None:
        image_id = self.make_far_image()
        self.assertEqual(
            'dcn1,central', self.run_copy(image_id, 'central').stores)
        self.assert_accepted(self.submit(
            self.glance.edge(deployment.COPIER), image_id, 'dcn0'))
        self.assertEqual(
            'dcn1,central,dcn0', self.watch(image_id)[-1].stores)
