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

"""One request to Glance and its answer, at the level of HTTP."""

from __future__ import annotations

import http.client
import io
import re
import ssl
import time

import ddt
import fixtures
from keystoneauth1 import exceptions as ksa_exc
from keystoneauth1 import session
from keystoneauth1.identity import v3
import requests

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore.glance import client
from tests import payloads
from tests import records
from tests.unit.glance import base


class LostBody(io.RawIOBase):
    """A body that breaks off, as when a worker is killed under an answer."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        raise http.client.IncompleteRead(b'{"id"')


class RequestTestCase(base.GlanceTestCase):

    def test_token_is_that_of_the_credential(self):
        self.http.get(base.IMAGE_URL, json=records.image())
        self.glance().image(records.IMAGE_ID)

        self.assertEqual(
            base.TOKEN, self.http.last_request.headers['X-Auth-Token'])

    def test_token_is_not_logged(self):
        self.http.get(base.IMAGE_URL, [
            {'status_code': 500}, {'json': records.image()}])
        self.glance().image(records.IMAGE_ID)

        self.assertNotIn(base.TOKEN, self.log.output)

    def test_request_id_goes_along(self):
        self.http.get(base.IMAGE_URL, json=records.image())
        self.glance(global_request_id='req-1').image(records.IMAGE_ID)

        self.assertEqual(
            'req-1', self.http.last_request.headers['X-OpenStack-Request-ID'])

    def test_an_endpoint_that_answers_is_kept(self):
        urls = ['http://a.example:9292', 'http://b.example:9292/image']
        self.http.get(f'{urls[0]}/v2/images/{records.IMAGE_ID}', [
            {'json': records.image()}, {'status_code': 404},
            {'json': records.image()}, {'status_code': 503}])
        self.http.get(f'{urls[1]}/v2/images/{records.IMAGE_ID}',
                      json=records.image())
        service = self.glance(endpoints=urls)
        service.image(records.IMAGE_ID)
        self.assertRaises(
            exception.NotFound, service.image, records.IMAGE_ID)
        for _ in range(3):
            service.image(records.IMAGE_ID)

        self.assertEqual(
            [f'GET {url}/v2/images/{records.IMAGE_ID}'
             for url in (*urls[:1] * 4, *urls[1:] * 2)], self.requests)

    def test_another_endpoint_is_asked_after_one_that_is_down(self):
        urls = ['http://a.example:9292', 'http://b.example:9292']
        self.http.get(f'{urls[0]}/v2/images/{records.IMAGE_ID}',
                      exc=requests.exceptions.ConnectionError('refused'))
        self.http.get(f'{urls[1]}/v2/images/{records.IMAGE_ID}',
                      json=records.image())

        seen = self.glance(endpoints=urls).image(records.IMAGE_ID)
        self.assertEqual(records.IMAGE_ID, seen.id)
        self.assertEqual(2, len(self.requests))

    def test_timeout_is_ours_where_the_session_has_none(self):
        self.http.get(base.IMAGE_URL, json=records.image())
        self.http.post(base.IMPORT_URL, status_code=202)
        service = self.glance()
        service.image(records.IMAGE_ID)
        service.submit_copy(records.IMAGE_ID, 'dcn0')

        self.assertEqual(
            [client.REQUEST_TIMEOUT] * 2,
            [request.timeout for request in self.http.request_history])

    def test_timeout_is_the_sessions_where_it_has_one(self):
        self.http.get(base.IMAGE_URL, json=records.image())
        self.glance(timeout=7.0).image(records.IMAGE_ID)

        self.assertEqual(7.0, self.http.last_request.timeout)


# Name of the recording, kind, words with ids replaced.
REFUSALS = (
    ('400_present', 'import-400-present', exception.BadRequest,
     "400 Bad Request: Image is already present at store 'dcn0'"),
    ('400_disabled', 'import-400-unknown-method', exception.BadRequest,
     "400 Bad Request: Unknown import method name 'copy-images'."),
    ('401', 'stores-401', exception.NotAuthenticated,
     '401 Unauthorized: This server could not verify that you are authorized '
     'to access the document you requested. Either you supplied the wrong '
     'credentials (e.g., bad password), or your browser does not understand '
     'how to supply the credentials required.'),
    ('403', 'import-403-policy', exception.Forbidden,
     '403 Forbidden: You are not authorized to complete copy_image action.'),
    ('404', 'import-404', exception.NotFound,
     '404 Not Found: No image found with ID <id>'),
    ('409_locked', 'import-409-busy', exception.Conflict,
     '409 Conflict: Image has active task'),
    ('409_store', 'import-409-unknown-store', exception.Conflict,
     '409 Conflict: Store for identifier dcn not found'),
    ('409_status', 'import-409-not-active', exception.Conflict,
     '409 Conflict: Only images with status active can be targeted for '
     'copying'),
    ('413', 'import-413-quota', exception.OverQuota,
     '413 Request Entity Too Large: The request returned a 413 Request '
     'Entity Too Large. This generally means that rate limiting or a quota '
     'threshold was breached.: The response body: Project <id> is over a '
     'limit for [Resource image_size_total is over limit of 0 due to '
     'current usage 8 and delta 0]'),
)

_ID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}')

UNUSABLE = (
    ('500', {'status_code': 500, 'headers': base.HTML,
             'content': payloads.read('500-error.html')}),
    ('500_without_a_body', {'status_code': 500}),
    ('502_without_a_type', {'status_code': 502, 'content': b'bad gateway'}),
    ('502_of_another_type', {'status_code': 502, 'content': b'\xff\xfe',
                             'headers': {'Content-Type': 'text/plain'}}),
    ('503_of_a_gateway', {'status_code': 503, 'headers': base.JSON, 'json': {
        'code': '503', 'message': 'no backend'}}),
    ('503_of_a_gateway_as_a_list', {'status_code': 503, 'headers': base.JSON,
                                    'json': ['no backend']}),
    ('503_that_is_not_the_json_it_claims', {
        'status_code': 503, 'headers': base.JSON, 'content': b'<html>'}),
    ('504', {'status_code': 504, 'headers': base.HTML,
             'content': b'<html><body><h1>504 Gateway Time-out</h1>\n'
                        b'</body></html>\n'}),
    ('429', {'status_code': 429}),
    ('409_too_deep', {'status_code': 409, 'headers': base.JSON,
                      'text': '[' * 100_000}),
    ('refused', {'exc': requests.exceptions.ConnectionError('refused')}),
    ('connect_timeout', {'exc': requests.exceptions.ConnectTimeout('slow')}),
    ('read_timeout', {'exc': requests.exceptions.ReadTimeout('slow')}),
    ('tls', {'exc': requests.exceptions.SSLError(
        ssl.SSLError('certificate verify failed'))}),
    ('keystone_down', {'exc': ksa_exc.ConnectFailure('keystone')}),
    ('catalog', {'exc': ksa_exc.EndpointNotFound('no image service')}),
)

# A read alone: a submission's answer has no body that matters.
UNREADABLE = (
    ('body_lost', {'body': LostBody(), 'headers': base.JSON}),
    ('page_of_a_load_balancer', {'text': '<html>sorry</html>',
                                 'headers': base.HTML}),
    ('json_that_is_none', {'text': '{"id": ', 'headers': base.JSON}),
    ('json_that_is_no_object', {'json': ['x'], 'headers': base.JSON}),
    ('nothing', {'text': ''}),
    ('null', {'text': 'null', 'headers': base.JSON}),
    ('text', {'json': 'x', 'headers': base.JSON}),
    ('too_deep', {'text': '[' * 100_000, 'headers': base.JSON}),
    ('number_too_long', {'text': '9' * 5000, 'headers': base.JSON}),
    ('not_utf_8', {'content': b'{"id": "\xff"}', 'headers': base.JSON}),
    ('stream', {'content': b'\x00' * 100, 'headers': {
        'Content-Type': 'application/octet-stream'}}),
    ('another_image', {'json': records.image(id='a_disk')}),
    ('list_that_is_not_text', {'json': records.image(['central', 'dcn0'])}),
    ('status_without_end', {'json': records.image(status='x' * 100_000)}),
)


@ddt.ddt
class AnswerTestCase(base.GlanceTestCase):

    def assert_words(self, expected, said):
        self.assertEqual(expected, _ID.sub('<id>', said))

    @ddt.named_data(*REFUSALS)
    @ddt.unpack
    def test_refused_submission(self, name, kind, words):
        self.http.post(base.IMPORT_URL, **self.answer(name))

        exc = self.assertRaises(
            kind, self.glance().submit_copy, records.IMAGE_ID, 'dcn0')
        self.assertIs(kind, type(exc))
        self.assert_words(words, exc.answer)
        self.assertEqual(
            f'copy image {records.IMAGE_ID} to store dcn0: {exc.answer}',
            str(exc))
        self.assertEqual(1, len(self.requests))

    @ddt.named_data(*REFUSALS)
    @ddt.unpack
    def test_refused_read(self, name, kind, words):
        self.http.get(base.IMAGE_URL, **self.answer(name))

        exc = self.assertRaises(kind, self.glance().image, records.IMAGE_ID)
        self.assert_words(words, exc.answer)
        self.assertEqual(f'show image {records.IMAGE_ID}', exc.request)
        self.assertEqual(1, len(self.requests))
        self.assertEqual([], self.slept)

    @ddt.named_data(*UNUSABLE)
    @ddt.unpack
    def test_submission_without_a_usable_answer_is_not_repeated(self, answer):
        self.http.post(base.IMPORT_URL, **answer)

        exc = self.assertRaises(
            exception.GlanceUnavailable, self.glance().submit_copy,
            records.IMAGE_ID, 'dcn0')
        self.assertNotIn('\n', str(exc))
        self.assertEqual(1, len(self.requests))
        self.assertEqual([], self.slept)

    @ddt.named_data(*UNUSABLE, *UNREADABLE)
    @ddt.unpack
    def test_read_without_a_usable_answer_is_repeated(self, answer):
        self.http.get(base.IMAGE_URL, [answer, {'json': records.image()}])

        seen = self.glance().image(records.IMAGE_ID)
        self.assertEqual(records.IMAGE_ID, seen.id)
        self.assertEqual(2, len(self.requests))
        self.assertEqual(1, len(self.slept))

    def test_refusal_without_end_is_cut_short(self):
        self.http.get(base.IMAGE_URL, status_code=403, headers=base.HTML,
                      text=f'<h1>{"x" * 100_000}</h1>')

        exc = self.assertRaises(
            exception.Forbidden, self.glance().image, records.IMAGE_ID)
        self.assertLess(len(str(exc)), 700)

    def test_submission_is_accepted_by_nothing_but_202(self):
        # As the page of a load balancer is.
        self.http.post(
            base.IMPORT_URL, text='<html>sorry</html>', headers=base.HTML)

        exc = self.assertRaises(
            exception.GlanceUnavailable, self.glance().submit_copy,
            records.IMAGE_ID, 'dcn0')
        self.assertIn('HTTP 200 in place of 202', exc.answer)
        self.assertEqual(1, len(self.requests))

    def test_id_may_have_been_asked_for_in_capitals(self):
        self.http.get(base.IMAGE_URL.replace(
            records.IMAGE_ID, records.IMAGE_ID.upper()), json=records.image())

        seen = self.glance().image(records.IMAGE_ID.upper())
        self.assertEqual(records.IMAGE_ID, seen.id)

    @ddt.data(0, 3)
    def test_read_gives_up_after_so_many_retries(self, retries):
        self.http.get(base.IMAGE_URL, status_code=503)

        exc = self.assertRaises(
            exception.GlanceUnavailable,
            self.glance(retries=retries).image, records.IMAGE_ID)
        self.assertIn('503', exc.answer)
        self.assertEqual(1 + retries, len(self.requests))
        self.assertTrue(all(0.5 <= pause <= 3 for pause in self.slept))

    def test_credential_that_keystone_refuses(self):
        keystone = 'http://keystone.example:5000/v3'
        self.http.get(keystone, json={'version': {
            'id': 'v3.14', 'status': 'stable',
            'links': [{'rel': 'self', 'href': keystone}]}})
        self.http.post(f'{keystone}/auth/tokens', status_code=401)
        refused = glance.Glance(glance.Access(
            session.Session(), v3.Password(
                keystone, username='nova', password='wrong',
                user_domain_id='default'), (base.URL,), {}),
            3, self.slept.append)

        exc = self.assertRaises(
            exception.LoginRefused, refused.image, records.IMAGE_ID)
        self.assertEqual(f'show image {records.IMAGE_ID}', exc.request)
        self.assertNotIn('wrong', str(exc))
        self.assertEqual([], self.slept)

    def test_clock_that_is_set_back_does_not_hold_a_request(self):
        self.http.get(base.IMAGE_URL, json=records.image())
        service = self.glance()
        set_back = time.time() - 3600
        self.useFixture(fixtures.MonkeyPatch('time.time', lambda: set_back))
        self.useFixture(fixtures.MonkeyPatch(
            'time.sleep', self.slept.append))

        service.image(records.IMAGE_ID)
        self.assertEqual([], self.slept)

    def test_retry_is_logged_for_debugging(self):
        self.http.get(base.IMAGE_URL, [
            {'status_code': 503}, {'json': records.image()}])
        self.glance().image(records.IMAGE_ID)

        retry, _answer = self.logged('DEBUG')
        self.assertIn('503', retry)
        self.assertEqual([], self.logged('WARNING'))

    def test_request_is_logged_for_debugging_and_the_answer_is_not(self):
        url = 's3+https://AKIA0123:c2VjcmV0@s3.example/bucket/image'
        self.http.get(
            base.IMAGE_URL,
            headers=base.JSON | {'X-OpenStack-Request-ID': 'req-1'},
            json=records.image(direct_url=url, locations=[
                {'url': url, 'metadata': {'store': 'dcn0'}}]))
        self.glance().image(records.IMAGE_ID)

        self.assertEqual(
            [f'show image {records.IMAGE_ID}: HTTP 200, request ID req-1'],
            self.logged('DEBUG'))
        self.assertNotIn('c2VjcmV0', self.log.output)
        self.assertNotIn(base.TOKEN, self.log.output)
