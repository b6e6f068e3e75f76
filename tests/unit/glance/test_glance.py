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

"""The requests of those who copy images, at the level of HTTP."""

from __future__ import annotations

import json
import logging

import ddt
import fixtures
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import store
from tests import records
from tests.unit.glance import base


class RequestTestCase(base.GlanceTestCase):

    def test_image_is_one_request(self):
        self.http.get(base.IMAGE_URL, json=records.image('central,dcn0'))

        seen = self.glance().image(records.IMAGE_ID)
        self.assertEqual(
            image_mod.Image.from_glance(records.image('central,dcn0')), seen)
        self.assertEqual([f'GET {base.IMAGE_URL}'], self.requests)

    def test_tasks_are_one_request(self):
        self.http.get(f'{base.IMAGE_URL}/tasks', json={
            'tasks': [records.task('t1'), records.task('t2', 'failure')]})

        tasks = self.glance().tasks(records.IMAGE_ID)
        self.assertEqual(['t1', 't2'], [task.id for task in tasks])
        self.assertEqual([f'GET {base.IMAGE_URL}/tasks'], self.requests)

    def test_locations_are_one_request(self):
        self.http.get(f'{base.IMAGE_URL}/locations', json=[
            records.location('rbd://a/b/c/d', 'central')])

        self.assertEqual(
            (image_mod.Location('rbd://a/b/c/d', 'central'),),
            self.glance().locations(records.IMAGE_ID))
        self.assertEqual([f'GET {base.IMAGE_URL}/locations'], self.requests)

    def ask_for_missing_locations(self, *versions):
        """Ask twice for locations that are not there."""
        self.http.get(
            f'{base.IMAGE_URL}/locations', status_code=404, headers=base.HTML)
        self.http.get(f'{base.URL}/versions', json={
            'versions': [{'id': version} for version in versions]})
        return [self.assertRaises(
            exception.NotFound,
            self.glance(endpoints=[base.URL]).locations, records.IMAGE_ID)
            for _ in range(2)]

    def test_version_is_asked_once_when_locations_are_not_found(self):
        for exc in self.ask_for_missing_locations('v2.17', 'v2.0'):
            self.assertNotIsInstance(exc, exception.TooOld)
        self.assertEqual(
            [f'GET {base.IMAGE_URL}/locations', f'GET {base.URL}/versions',
             f'GET {base.IMAGE_URL}/locations'], self.requests)

    def test_glance_that_is_too_old_for_locations(self):
        for exc in self.ask_for_missing_locations('v2.16', 'v2.0'):
            self.assertIsInstance(exc, exception.TooOld)
            self.assertIn('2.16', str(exc))
            self.assertIn('2.17', str(exc))

    def test_something_else_tells_of_no_versions(self):
        for exc in self.ask_for_missing_locations():
            self.assertNotIsInstance(exc, exception.TooOld)

    def test_stores_are_one_request(self):
        self.http.get(f'{base.URL}/v2/info/stores', json={'stores': [
            {'id': 'central', 'default': 'true'},
            {'id': 'dcn0', 'description': 'edge'}]})

        self.assertEqual({'central', 'dcn0'}, self.glance().stores())
        self.assertEqual([f'GET {base.URL}/v2/info/stores'], self.requests)

    def test_pools_are_one_request(self):
        url = f'{base.URL}/v2/info/stores/detail'
        self.http.get(url, json={'stores': [
            {'id': 'dcn0', 'type': 'rbd',
             'properties': {'pool': 'images', 'fsid': 'abc'}}]})

        self.assertEqual({'dcn0': store.RbdPool('abc', 'images')},
                         self.glance().rbd_pools())
        self.assertEqual([f'GET {url}'], self.requests)

    def test_submission_is_one_request(self):
        self.http.post(base.IMPORT_URL, status_code=202)

        self.assertIsNone(
            self.glance().submit_copy(records.IMAGE_ID, 'dcn0'))
        self.assertEqual([f'POST {base.IMPORT_URL}'], self.requests)
        self.assertEqual(
            {'method': {'name': 'copy-image'}, 'stores': ['dcn0']},
            self.http.last_request.json())
        self.assertEqual(
            'application/json', self.http.last_request.headers['Content-Type'])


@ddt.ddt
class AnswerTestCase(base.GlanceTestCase):

    @ddt.named_data(
        ('tasks', 'tasks', '/tasks', {'tasks': None}),
        ('tasks_are_no_list', 'tasks', '/tasks', {'tasks': [None]}),
        ('no_tasks', 'tasks', '/tasks', []),
    )
    @ddt.unpack
    def test_hostile_json_is_an_unusable_answer(self, name, path, body):
        self.http.get(f'{base.IMAGE_URL}{path}', json=body)

        self.assertRaises(
            exception.GlanceUnavailable,
            getattr(self.glance(retries=0), name), records.IMAGE_ID)

    @ddt.data({}, {'stores': None}, {'stores': [{}]}, [], ['central'],
              {'stores': [{'id': 7}]}, {'stores': [{'id': ['dcn0']}]},
              {'stores': 'central,dcn0'}, {'stores': ['dcn0']})
    def test_hostile_list_of_stores_is_an_unusable_answer(self, body):
        self.http.get(f'{base.URL}/v2/info/stores', json=body)

        self.assertRaises(
            exception.GlanceUnavailable, self.glance(retries=0).stores)


STORES = {'stores': [{'id': 'central', 'default': True}, {'id': 'dcn0'}]}


class HostileTestCase(base.GlanceTestCase):
    """Whatever the answer is, what comes out is ours."""

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger(level=logging.ERROR))
        self.service = self.glance(retries=0)

    def check(self, read, url, body, *args):
        """Return what was read, None for a refusal in one short line."""
        self.http.get(url, text=json.dumps(body), headers=base.JSON)
        try:
            return read(*args)
        except exception.GlanceUnavailable as exc:
            self.assertTrue(str(exc).isprintable())
            self.assertLess(len(str(exc)), 700)
        return None

    @hypothesis.given(records.JSON | records.broken(records.image()))
    def test_image(self, body):
        seen = self.check(
            self.service.image, base.IMAGE_URL, body, records.IMAGE_ID)

        if seen is not None:
            self.assertEqual(records.IMAGE_ID, seen.id)
            self.assertEqual(body['status'], seen.status)

    @hypothesis.given(records.JSON | strategies.lists(
        records.broken(records.task()) | records.JSON, max_size=3).map(
            lambda tasks: {'tasks': tasks}))
    def test_tasks(self, body):
        tasks = self.check(self.service.tasks, f'{base.IMAGE_URL}/tasks', body,
                           records.IMAGE_ID)

        if tasks is not None:
            self.assertEqual([task['id'] for task in body['tasks']],
                             [task.id for task in tasks])

    @hypothesis.given(records.JSON | strategies.lists(
        records.broken(records.location('rbd://a/b/c/d', 'central'))
        | records.JSON, max_size=3))
    def test_locations(self, body):
        locations = self.check(
            self.service.locations, f'{base.IMAGE_URL}/locations', body,
            records.IMAGE_ID)

        if isinstance(body, list):
            self.assertEqual(len(body), len(locations))
        else:
            self.assertIsNone(locations)

    @hypothesis.given(records.JSON | records.broken(STORES) | strategies.lists(
        records.broken({'id': 'dcn0'}), max_size=3).map(
            lambda stores: {'stores': stores}))
    def test_stores(self, body):
        stores = self.check(
            self.service.stores, f'{base.URL}/v2/info/stores', body)

        if stores is not None:
            self.assertEqual(
                {store['id'] for store in body['stores']}, stores)
