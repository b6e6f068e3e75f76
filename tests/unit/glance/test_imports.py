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

"""The requests of those who upload images, at the level of HTTP."""

from __future__ import annotations

import hashlib
import http.client
import io
import re

import ddt
import hypothesis
from keystoneauth1 import token_endpoint

from nova_rbd_multistore import exception
from nova_rbd_multistore import info
from nova_rbd_multistore.glance import imports
from tests import records
from tests.unit.glance import base

IMAGES_URL = f'{base.URL}/v2/images'
STAGE_URL = f'{base.IMAGE_URL}/stage'
FILE_URL = f'{base.IMAGE_URL}/file'
OCTETS = {'Content-Type': 'application/octet-stream'}
WORKER_URL = 'http://10.0.0.1:9292'


class ImportsTestCase(base.GlanceTestCase):

    client = imports.Imports

    @property
    def sent(self):
        return self.http.last_request


class ChangeTestCase(ImportsTestCase):

    def test_create(self):
        self.http.post(IMAGES_URL, **self.answer('create'))

        image_id = self.glance().create('check', 'qcow2', {'b', 'a'})
        self.assertRegex(image_id, r'^[0-9a-f-]{36}$')
        self.assertEqual(
            {'name': 'check', 'disk_format': 'qcow2',
             'container_format': 'bare', 'visibility': 'private',
             'tags': ['a', 'b']}, self.sent.json())

    def test_stage_sends_the_data_in_chunks(self):
        received = []
        self.http.put(STAGE_URL, status_code=204, text=lambda request, _ctx: (
            received.append(b''.join(request.body)) or ''))
        data = bytes(range(256)) * 1000

        self.assertIsNone(
            self.glance().stage(records.IMAGE_ID, io.BytesIO(data)))
        self.assertEqual([data], received)
        self.assertEqual('application/octet-stream',
                         self.sent.headers['Content-Type'])

    def test_stage_sends_pieces_that_uwsgi_takes(self):
        pieces = []
        self.http.put(STAGE_URL, status_code=204, text=lambda request, _ctx: (
            pieces.extend(request.body) or ''))
        data = bytes(3 * 1024 * 1024 + 1)

        self.glance().stage(records.IMAGE_ID, io.BytesIO(data))

        self.assertEqual(data, b''.join(pieces))
        self.assertLess(max(map(len, pieces)), 1024 * 1024 // 2)

    def test_import(self):
        self.http.post(base.IMPORT_URL, **self.answer('import-forwarded'))

        self.glance().import_staged(records.IMAGE_ID, {'dcn1', 'dcn0'})
        self.assertEqual(
            {'method': {'name': 'glance-direct'},
             'stores': ['dcn0', 'dcn1']}, self.sent.json())

    def test_import_into_the_default_store(self):
        self.http.post(base.IMPORT_URL, status_code=202)

        self.glance().import_staged(records.IMAGE_ID)
        self.assertEqual(
            {'method': {'name': 'glance-direct'}}, self.sent.json())

    def test_delete(self):
        self.http.delete(base.IMAGE_URL, **self.answer('delete'))

        self.glance().delete(records.IMAGE_ID)
        self.assertEqual([f'DELETE {base.IMAGE_URL}'], self.requests)
        self.assertIsNone(self.sent.body)


@ddt.ddt
class ReceiptTestCase(ImportsTestCase):

    def delete(self, answered, **adapter):
        """Return the receipt for a delete that has that id in its answer."""
        self.http.delete(
            base.IMAGE_URL, status_code=204, text=self.answered(answered))
        return self.glance(**adapter).delete(records.IMAGE_ID)

    def answered(self, value):
        def respond(request, context):
            request_id = request.headers['X-Openstack-Request-ID']
            if value is not None:
                context.headers['X-OpenStack-Request-ID'] = value(request_id)
            return ''
        return respond

    @ddt.unpack
    @ddt.named_data(
        ('kept', lambda sent: sent, False),
        ('replaced', lambda _sent: 'req-other', True),
        ('lost', None, None),
    )
    def test_forwarded(self, answered, forwarded):
        receipt = self.delete(answered)
        self.assertIs(forwarded, receipt.forwarded)
        self.assertTrue(re.fullmatch(
            'req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', receipt.sent))
        self.assertEqual(
            receipt.sent, self.sent.headers['X-Openstack-Request-ID'])

    def test_each_request_has_its_own_id(self):
        first, second = (self.delete(None).sent for _ in range(2))
        self.assertNotEqual(first, second)

    def test_id_of_all_requests_of_a_process_is_not_taken(self):
        receipt = self.delete(lambda sent: sent, global_request_id='req-1')
        self.assertNotEqual('req-1', receipt.sent)
        self.assertIs(False, receipt.forwarded)


CHANGES = (
    ('create', 'POST', IMAGES_URL,
     lambda client: client.create('check', 'raw')),
    ('stage', 'PUT', STAGE_URL,
     lambda client: client.stage(records.IMAGE_ID, io.BytesIO(b'x'))),
    ('import', 'POST', base.IMPORT_URL,
     lambda client: client.import_staged(records.IMAGE_ID)),
    ('delete', 'DELETE', base.IMAGE_URL,
     lambda client: client.delete(records.IMAGE_ID)),
)

REFUSALS = (
    ('not_staged', 'import-409-not-staged', exception.Conflict,
     "needs to be staged before 'glance-direct' method can be used"),
    ('active', 'import-409-active', exception.Conflict,
     'Image with status active cannot be target for import'),
    ('staged_twice', 'stage-409-twice', exception.Conflict,
     'status transition from uploading to uploading is not allowed'),
    ('quota', 'stage-413-quota', exception.OverQuota, 'image_stage_total'),
    ('disabled', 'stage-404-disabled', exception.NotFound,
     "'glance-direct' method is not available at this site."),
    ('deleted', 'delete-404', exception.NotFound, 'Failed to find image'),
    ('stage_host_away', 'import-500-unreachable',
     exception.GlanceUnavailable, '500'),
    ('stage_host_with_a_prefix', 'import-300-prefix',
     exception.GlanceUnavailable, '300'),
)


class Renewed(token_endpoint.Token):
    """A credential that gets another token when one is refused."""

    def invalidate(self):
        return True


@ddt.ddt
class AnswerTestCase(ImportsTestCase):

    @ddt.named_data(*REFUSALS)
    @ddt.unpack
    def test_refused(self, name, kind, words):
        for _name, method, url, change in CHANGES:
            self.http.request(method, url, **self.answer(name))
            error = self.assertRaises(kind, change, self.glance())
            self.assertIs(kind, type(error))
            self.assertIn(words, error.answer)
            self.assertNotIn('None', error.answer)
        self.assertEqual(len(CHANGES), len(self.requests))

    @ddt.named_data(*CHANGES)
    @ddt.unpack
    def test_page_of_a_load_balancer(self, method, url, change):
        self.http.request(
            method, url, text='<html>sorry</html>', headers=base.HTML)

        error = self.assertRaises(
            exception.GlanceUnavailable, change, self.glance())
        self.assertIn('HTTP 200 in place of 20', error.answer)
        self.assertEqual(1, len(self.requests))

    @ddt.named_data(*CHANGES)
    @ddt.unpack
    def test_no_change_is_sent_twice(self, method, url, change):
        self.http.request(method, url, status_code=503)

        self.assertRaises(
            exception.GlanceUnavailable, change, self.glance())
        self.assertEqual(1, len(self.requests))

    def test_data_are_not_sent_again_when_half_of_them_are_gone(self):
        received = []

        def receive(request, context):
            received.append(b''.join(request.body))
            context.status_code = 401 if len(received) == 1 else 204
            return ''

        self.http.put(STAGE_URL, text=receive)
        self.assertRaises(
            exception.NotAuthenticated, self.glance(auth=Renewed(
                base.URL, base.TOKEN)).stage,
            records.IMAGE_ID, io.BytesIO(b'data'))
        self.assertEqual([b'data'], received)

    @ddt.data('null', '[]', '{}', '{"id": 7}', '{"id": ""}', 'x', '')
    def test_hostile_image(self, body):
        self.http.post(
            IMAGES_URL, status_code=201, text=body, headers=base.JSON)

        self.assertRaises(
            exception.GlanceUnavailable, self.glance().create, 'x', 'raw')


@ddt.ddt
class ListTestCase(ImportsTestCase):

    def page(self, *image_ids, **more):
        return {'json': {'images': [
            records.image(id=image_id) for image_id in image_ids], **more}}

    def test_staged_at(self):
        self.http.get(IMAGES_URL, **self.answer('images-staged'))

        image, = self.glance().staged_at(WORKER_URL)
        self.assertEqual('uploading', image.status)
        self.assertEqual(
            {'status': ['uploading'], 'os_glance_stage_host': [WORKER_URL]},
            self.sent.qs)

    def test_url_is_text_like_any_other(self):
        self.http.get(IMAGES_URL, **self.page())
        url = 'a&b=c d#é'
        self.assertEqual((), self.glance().staged_at(url))
        self.assertIn('os_glance_stage_host=a%26b%3Dc+d%23%C3%A9',
                      self.sent.url)

    def test_tagged(self):
        self.http.get(IMAGES_URL, **self.page('a'))

        image, = self.glance().tagged('nova-rbd-multistore')
        self.assertEqual('a', image.id)
        self.assertEqual({'tag': ['nova-rbd-multistore']}, self.sent.qs)

    def test_pages(self):
        following = '/v2/images?tag=x&marker=b'
        self.http.get(f'{IMAGES_URL}?tag=x', **self.page(
            'a', 'b', next=following))
        self.http.get(f'{base.URL}{following}', **self.page('c'))

        self.assertEqual(['a', 'b', 'c'], [
            image.id for image in self.glance().tagged('x')])
        self.assertEqual(2, len(self.requests))

    def test_pages_without_end(self):
        self.http.get(IMAGES_URL, text=self.endless(), headers=base.JSON)
        error = self.assertRaises(
            exception.GlanceUnavailable, self.glance(retries=0).tagged, 'x')
        self.assertIn('pages', error.answer)

    def endless(self):
        def respond(request, _context):
            image = '{"id": "a", "status": "queued"}'
            return (f'{{"images": [{image}], "next": '
                    f'"/v2/images?marker={len(self.requests)}"}}')
        return respond

    @ddt.data('http://elsewhere.example/v2/images?x', '//elsewhere.example',
              '/v2/images/some-id', 'v2/images?x', '/v3/images?x', 7, ['x'],
              {'x': 1}, '')
    def test_next_page_that_is_none(self, following):
        self.http.get(IMAGES_URL, **self.page('a', next=following))

        self.assertRaises(
            exception.GlanceUnavailable, self.glance(retries=0).tagged, 'x')
        self.assertEqual(1, len(self.requests))

    def test_empty_page_that_is_not_the_last(self):
        self.http.get(IMAGES_URL, **self.page(next='/v2/images?marker=a'))

        self.assertRaises(
            exception.GlanceUnavailable, self.glance(retries=0).tagged, 'x')

    @hypothesis.given(records.JSON | records.broken(
        {'images': [records.image()], 'first': '/v2/images'}))
    def test_anything(self, body):
        hypothesis.assume(not isinstance(body, dict) or not str(
            body.get('next', '')).startswith('/v2/images?'))
        self.http.get(IMAGES_URL, json=body)
        try:
            self.glance(retries=0).tagged('x')
        except exception.GlanceUnavailable as exc:
            self.assertLess(len(str(exc)), 700)


class _Broken(io.RawIOBase):
    """Data that break off, as when a worker is killed under a download."""

    def __init__(self):
        super().__init__()
        self._parts = iter((b'x' * 1000,))

    def readable(self):
        return True

    def readinto(self, buffer):
        part = next(self._parts, None)
        if part is None:
            raise http.client.IncompleteRead(b'')
        buffer[:len(part)] = part
        return len(part)


@ddt.ddt
class DigestTestCase(ImportsTestCase):

    def test_digest(self):
        data = bytes(range(256)) * 1000
        self.http.get(FILE_URL, content=data, headers=OCTETS)

        self.assertEqual(
            imports.Digest(len(data), hashlib.sha256(data).hexdigest()),
            self.glance().digest(records.IMAGE_ID, 'sha256'))
        self.assertEqual([f'GET {FILE_URL}'], self.requests)

    def test_download_is_not_held_in_memory(self):
        self.http.get(FILE_URL, content=b'x', headers=OCTETS)
        self.glance().digest(records.IMAGE_ID, 'sha512')
        self.assertTrue(self.sent.stream)

    @ddt.unpack
    @ddt.named_data(
        ('no_data_yet', {'status_code': 204}),
        ('broken_off', {'body': _Broken(), 'headers': OCTETS}),
        ('page', {'text': '<html>sorry</html>', 'headers': base.HTML}),
        ('object', {'json': {'a': 1}, 'headers': base.JSON}),
        ('list', {'json': ['a'], 'headers': base.JSON}),
        ('text', {'json': 'a', 'headers': base.JSON}),
        ('number', {'json': 7, 'headers': base.JSON}),
        ('number_in_a_page', {'text': '7', 'headers': base.HTML}),
        ('nothing', {'text': ''}),
        ('server_error', {'status_code': 500}),
    )
    def test_no_data(self, answer):
        self.http.get(FILE_URL, **answer)

        self.assertRaises(
            exception.GlanceUnavailable, self.glance().digest,
            records.IMAGE_ID, 'sha512')
        self.assertEqual(1, len(self.requests))

    def test_forbidden(self):
        self.http.get(FILE_URL, status_code=403)

        self.assertRaises(
            exception.Forbidden, self.glance().digest, records.IMAGE_ID,
            'sha512')


class InfoTestCase(ImportsTestCase):

    def test_methods(self):
        url = f'{base.URL}/v2/info/import'
        self.http.get(url, **self.answer('info-import'))

        self.assertIn('glance-direct', self.glance().methods())
        self.assertEqual([f'GET {url}'], self.requests)

    def test_default_store(self):
        url = f'{base.URL}/v2/info/stores'
        self.http.get(url, **self.answer('stores'))

        self.assertEqual('central', self.glance().default_store())
        self.assertEqual([f'GET {url}'], self.requests)

    def test_one_store_only(self):
        self.http.get(f'{base.URL}/v2/info/stores', status_code=404)
        self.assertIsNone(self.glance().default_store())

    def test_usage(self):
        url = f'{base.URL}/v2/info/usage'
        self.http.get(url, **self.answer('info-usage'))

        self.assertEqual(
            info.Usage(0, 1), self.glance().usage()[info.STAGING])
        self.assertEqual([f'GET {url}'], self.requests)

    def test_glance_that_does_not_tell_usage(self):
        self.http.get(f'{base.URL}/v2/info/usage', status_code=404)
        self.assertEqual({}, self.glance().usage())

    def test_hostile(self):
        for name, read in (('import', 'methods'), ('usage', 'usage'),
                           ('stores', 'default_store')):
            self.http.get(f'{base.URL}/v2/info/{name}', json=[])
            self.assertRaises(
                exception.GlanceUnavailable,
                getattr(self.glance(retries=0), read))
