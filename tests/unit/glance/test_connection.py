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

"""What is said of a connection that there is none of."""

from __future__ import annotations

import socket
import ssl

import ddt
import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
import requests
import urllib3

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore.glance import client
from tests import base
from tests import records
from tests.unit.glance import base as glance_base


class RealTestCase(base.TestCase):
    """With the errors that sockets make."""

    def error(self, url):
        return self.assertRaises(
            exception.GlanceUnavailable, glance.Glance(glance.Access(
                session.Session(timeout=5), token_endpoint.Token(
                    url, 'secret-token'), (url,)), retries=0).image,
            records.IMAGE_ID)

    def test_nobody_listens(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            port = server.getsockname()[1]
        error = self.error(f'http://127.0.0.1:{port}/image')
        self.assertEqual(
            f'no connection to http://127.0.0.1:{port}: Connection refused',
            error.answer)

    def test_unknown_name(self):
        self.useFixture(fixtures.MockPatch(
            'socket.getaddrinfo', side_effect=socket.gaierror(
                -2, 'Name or service not known')))
        error = self.error('http://glance.invalid:9292')
        self.assertRegex(
            error.answer,
            r'^no connection to http://glance\.invalid:9292: .*[Nn]ame')
        self.assertLess(len(error.answer), 120)

    def test_no_tls(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            port = server.getsockname()[1]
        self.assertIn(
            f'no connection to https://127.0.0.1:{port}',
            self.error(f'https://127.0.0.1:{port}').answer)


@ddt.ddt
class CausesTestCase(glance_base.GlanceTestCase):

    def chain(self, *errors):
        """Return an exception with causes, the first one last."""
        for error, cause in zip(errors, errors[1:], strict=False):
            error.__cause__ = cause
        return errors[0]

    def test_words(self):
        refused = ConnectionRefusedError(111, 'Connection refused')
        self.assertEqual(
            'no connection to http://a:1: Connection refused',
            client._unconnected(self.chain(
                ValueError('GET http://a:1/v2/images failed'), refused)))

    def test_reason_of_a_pool(self):
        pool = urllib3.PoolManager().connection_from_url('http://a')
        reason = urllib3.exceptions.NewConnectionError(pool, 'no')
        reason.__cause__ = ConnectionRefusedError(111, 'Connection refused')
        outer = requests.exceptions.ConnectionError(
            urllib3.exceptions.MaxRetryError(pool, 'http://a/x', reason))
        self.assertIn(reason, list(client._causes(outer)))
        self.assertEqual(
            'no connection to http://a: Connection refused',
            client._unconnected(outer))

    @ddt.data(
        ValueError('no words of a system'), OSError('no strerror'),
        ValueError('http://a:1 and nothing that led to it'))
    def test_text_as_it_is(self, error):
        self.assertEqual(str(error), client._unconnected(error))

    def test_words_without_a_url(self):
        error = self.chain(ValueError('lost'), OSError(111, 'refused'))
        self.assertEqual('lost', client._unconnected(error))

    def test_causes(self):
        self.assertEqual([], list(client._causes(None)))
        last = OSError(1, 'last')
        first = self.chain(ValueError('first'), KeyError('second'), last)
        self.assertEqual(
            [ValueError, KeyError, PermissionError],
            [type(cause) for cause in client._causes(first)])

    def test_cause_is_what_was_handled(self):
        last = OSError(1, 'last')
        try:
            self.fail_while_handling(last)
        except ValueError as exc:
            self.assertEqual([exc, last], list(client._causes(exc)))

    def fail_while_handling(self, error):
        try:
            raise error
        except OSError:
            int('')

    def test_token_is_not_told(self):
        self.http.get(glance_base.IMAGE_URL,
                      exc=requests.exceptions.ConnectionError(
                          OSError(111, 'refused')))
        error = self.assertRaises(
            exception.GlanceUnavailable, self.glance(retries=0).image,
            records.IMAGE_ID)
        self.assertNotIn(glance_base.TOKEN, str(error))

    def test_certificate(self):
        for cause, untrusted in (
                (ssl.SSLCertVerificationError(1, 'self-signed'), True),
                (ssl.SSLError(1, 'wrong version number'), False)):
            self.assertEqual(untrusted, client._is_untrusted(
                self.chain(ValueError('x'), cause)))
