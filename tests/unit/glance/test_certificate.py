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

"""Certificates that we trust, and others, of a server that is there."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import json
import pathlib
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid
import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from tests import base
from tests import records

_LOCALHOST = '127.0.0.1'


class _Handler(http.server.BaseHTTPRequestHandler):

    def do_GET(self):
        body = json.dumps(records.image()).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


class _Server(http.server.ThreadingHTTPServer):

    def handle_error(self, *_args):
        """Say nothing of a client that goes away."""


class Server(fixtures.Fixture):
    """A Glance of one image.

    :param address: that its certificate is for; None for no TLS.
    :param days: from now, when that expires.
    :ivar certificate: path of a file.
    """

    def __init__(self, address=_LOCALHOST, days=1):
        super().__init__()
        self._address = address
        self._days = days

    def _setUp(self):
        scratch = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.certificate = scratch / 'certificate.pem'
        server = _Server((_LOCALHOST, 0), _Handler)
        self.addCleanup(server.server_close)
        if self._address is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(
                self.certificate, self._make(scratch / 'key.pem'))
            server.socket = context.wrap_socket(
                server.socket, server_side=True)
        self.url = f'https://{_LOCALHOST}:{server.server_port}'
        thread = threading.Thread(
            target=server.serve_forever, kwargs={'poll_interval': 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)

    def _make(self, key_path):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(
            oid.NameOID.COMMON_NAME, 'glance.example')])
        expiry = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
            days=self._days)
        certificate = x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(),
            expiry - datetime.timedelta(days=30), expiry,
        ).add_extension(x509.SubjectAlternativeName([
            x509.IPAddress(ipaddress.ip_address(self._address))]),
            critical=False).sign(key, hashes.SHA256())
        self.certificate.write_bytes(certificate.public_bytes(
            serialization.Encoding.PEM))
        key_path.write_bytes(key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        return key_path


class CertificateTestCase(base.TestCase):

    def glance(self, server, verify):
        return glance.Glance(glance.Access(
            session.Session(verify=verify, timeout=10),
            token_endpoint.Token(server.url, 'token'), (server.url,)),
            retries=0)

    def assert_untrusted(self, server, verify, words):
        error = self.assertRaises(
            exception.UntrustedCertificate, self.glance(
                server, verify).image, records.IMAGE_ID)
        self.assertIn(words, str(error))
        self.assertIn(server.url, str(error))

    def test_trusted(self):
        server = self.useFixture(Server())
        self.assertEqual(records.IMAGE_ID, self.glance(
            server, str(server.certificate)).image(records.IMAGE_ID).id)

    def test_signed_by_itself(self):
        self.assert_untrusted(
            self.useFixture(Server()), True, 'self-signed certificate')

    def test_of_somebody_else(self):
        server = self.useFixture(Server())
        other = self.useFixture(Server())
        self.assert_untrusted(
            server, str(other.certificate), 'certificate verify failed')

    def test_for_another_address(self):
        server = self.useFixture(Server('127.0.0.2'))
        self.assert_untrusted(
            server, str(server.certificate), 'IP address mismatch')

    def test_expired(self):
        server = self.useFixture(Server(days=-1))
        self.assert_untrusted(
            server, str(server.certificate), 'certificate has expired')

    def test_no_certificate_at_all(self):
        error = self.assertRaises(
            exception.GlanceUnavailable, self.glance(
                self.useFixture(Server(None)), True).image, records.IMAGE_ID)
        self.assertNotIsInstance(error, exception.UntrustedCertificate)
