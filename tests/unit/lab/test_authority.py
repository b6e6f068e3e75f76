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

import pathlib
import stat

from cryptography import exceptions
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import oid
import fixtures
import testtools

from lab import authority


class AuthorityTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'ca'
        self.authority = authority.Authority(self.path)
        self.authority.create()
        self.trusted = x509.load_pem_x509_certificate(
            self.authority.certificate.read_bytes())

    def test_what_it_issues_is_its_own(self):
        issued = x509.load_pem_x509_certificate(
            self.authority.issue(['a.test'], '127.0.0.11').encode())
        issued.verify_directly_issued_by(self.trusted)
        other = authority.Authority(self.path.with_name('other'))
        other.create()
        strange = x509.load_pem_x509_certificate(
            other.issue(['a.test'], '127.0.0.11').encode())
        # By its signature: it has the same name.
        self.assertRaises(exceptions.InvalidSignature,
                          strange.verify_directly_issued_by, self.trusted)

    def test_names_and_address(self):
        for hosts in (['a.test', 'b.test'], []):
            issued = x509.load_pem_x509_certificate(
                self.authority.issue(hosts, '127.0.0.11').encode())
            seen = issued.extensions.get_extension_for_oid(
                oid.ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
            self.assertEqual(
                hosts, seen.get_values_for_type(x509.DNSName))
            self.assertEqual(['127.0.0.11'], [
                str(one) for one in seen.get_values_for_type(
                    x509.IPAddress)])

    def test_certificate_comes_with_its_key(self):
        text = self.authority.issue([], '127.0.0.11').encode()
        key = serialization.load_pem_private_key(text, None)
        issued = x509.load_pem_x509_certificate(text)
        self.assertEqual(key.public_key(), issued.public_key())

    def test_key_is_the_owner_s(self):
        mode = stat.S_IMODE((self.path / 'ca.key').stat().st_mode)
        self.assertEqual(0o600, mode)
