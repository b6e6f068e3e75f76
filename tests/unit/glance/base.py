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

"""What tests of requests to Glance have in common."""

from __future__ import annotations

import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from requests_mock.contrib import fixture as requests_fixture

from nova_rbd_multistore import glance
from tests import base
from tests import payloads
from tests import records

URL = 'http://glance.example:9292'
IMAGE_URL = f'{URL}/v2/images/{records.IMAGE_ID}'
IMPORT_URL = f'{IMAGE_URL}/import'
TOKEN = 'gAAAAA-not-for-the-logs'
HTML = {'Content-Type': 'text/html; charset=UTF-8'}
JSON = {'Content-Type': 'application/json'}


class GlanceTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.http = self.useFixture(requests_fixture.Fixture())
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.glance._WITH_LOCATIONS', set()))
        self.slept = []

    client = glance.Glance

    def glance(self, timeout=None, endpoints=(), retries=3, auth=None,
               **adapter):
        auth = auth or token_endpoint.Token(URL, TOKEN)
        return self.client(
            glance.Access(
                session.Session(timeout=timeout), auth, endpoints, adapter),
            retries, self.slept.append)

    @property
    def requests(self):
        """What was sent, as method and URL."""
        return [f'{request.method} {request.url}'
                for request in self.http.request_history]

    def answer(self, name):
        """Return a recorded answer as requests_mock takes it."""
        answer = payloads.recorded(name)['answer']
        body = ({'json': answer['body']}
                if answer['content_type'] == 'application/json'
                else {'text': answer['body']})
        return {'status_code': answer['status'], 'headers': {
            'Content-Type': answer['content_type']}, **body}
