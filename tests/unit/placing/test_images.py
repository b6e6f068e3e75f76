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

"""Images by name, and one import for several stores."""

from __future__ import annotations

from keystoneauth1 import session
from keystoneauth1 import token_endpoint
import requests_mock

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore import glance
from nova_rbd_multistore.placing import images
from tests import base

URL = 'http://glance.invalid'
ID = 'b7c25f3e-7a53-4c39-8a4c-2d0f1f4d6c11'


class NamesTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.http = requests_mock.Mocker()
        self.http.start()
        self.addCleanup(self.http.stop)
        self.images = images.Images(glance.Access(
            session.Session(), token_endpoint.Token(URL, 'token'), (URL,)),
            retries=0)

    def answer(self, *answers):
        """Let the lists of images be these, by ids and names."""
        self.http.get(f'{URL}/v2/images', [
            {'json': {'images': [
                {'id': image_id, 'name': name, 'status': 'active'}
                for image_id, name in answer]}} for answer in answers])

    def asked(self):
        return [request.qs for request in self.http.request_history]

    def test_one(self):
        self.answer([('i1', 'ubuntu')])
        self.assertEqual('i1', self.images.find('ubuntu').id)
        self.assertEqual([{
            'name': ['eq:ubuntu'], 'visibility': ['all'],
            'os_hidden': ['false']}], self.asked())

    def test_name_that_has_to_be_quoted(self):
        self.answer([('i1', 'in:a&b=c "d"/é')])
        self.assertEqual('i1', self.images.find('in:a&b=c "d"/é').id)
        self.assertEqual(['eq:in:a&b=c "d"/é'], self.asked()[0]['name'])

    def test_several(self):
        self.answer([('i2', 'ubuntu'), ('i1', 'ubuntu')])
        exc = self.assertRaises(
            images.AmbiguousName, self.images.find, 'ubuntu')
        self.assertIn('i1, i2', str(exc))

    def test_capitals_are_another_name(self):
        self.answer([('i2', 'Ubuntu'), ('i1', 'ubuntu')])
        self.assertEqual('i1', self.images.find('ubuntu').id)

    def test_hidden_ones_when_there_is_no_other(self):
        self.answer([], [('i1', 'ubuntu')])
        self.assertEqual('i1', self.images.find('ubuntu').id)
        self.assertEqual(['true'], self.asked()[1]['os_hidden'])

    def test_none(self):
        self.answer([], [])
        exc = self.assertRaises(
            images.NoSuchImage, self.images.find, 'ubuntu')
        self.assertIn("'ubuntu'", str(exc))

    def test_id(self):
        self.http.get(f'{URL}/v2/images/{ID}', json={
            'id': ID, 'status': 'active'})
        self.assertEqual(ID, self.images.find(ID).id)

    def test_unknown_id(self):
        self.http.get(f'{URL}/v2/images/{ID}', status_code=404)
        self.assertRaises(images.NoSuchImage, self.images.find, ID)

    def test_answer_that_is_none(self):
        self.http.get(f'{URL}/v2/images', json=[])
        self.assertRaises(
            exception.GlanceUnavailable, self.images.find, 'ubuntu')


class RequestsTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.fake = self.useFixture(fixture.FakeGlance(
            'central', 'dcn0', 'dcn1'))
        self.images = images.Images(self.fake.access(self.fake.admin))
        self.image_id = self.fake.add_image()

    def test_one_import_for_several_stores(self):
        self.images.submit_copies(self.image_id, ['dcn1', 'dcn0'])
        one, = self.images.imports(self.image_id)
        self.assertEqual(({'dcn0', 'dcn1'}, 'pending'),
                         (one.stores, one.task.status))
        self.fake.clock.sleep(60)
        self.assertEqual({'central', 'dcn0', 'dcn1'},
                         self.images.image(self.image_id).stores)

    def test_a_store_that_fails_does_no_harm_to_the_others(self):
        self.fake.obstruct(self.image_id, 'dcn1')
        self.images.submit_copies(self.image_id, ['dcn0', 'dcn1'])
        self.fake.clock.sleep(60)
        image = self.images.image(self.image_id)
        self.assertEqual(({'central', 'dcn0'}, {'dcn1'}),
                         (image.stores, image.failed))

    def test_refusals_are_as_for_one_store(self):
        for stores, kind in ((['dcn0', 'central'], exception.BadRequest),
                             (['dcn0', 'nope'], exception.Conflict)):
            self.assertRaises(kind, self.images.submit_copies,
                              self.image_id, stores)
