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

"""A certificate authority of the lab's own."""

from __future__ import annotations

from collections.abc import Sequence
import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid

from lab import confile
from lab import directory

_VALID = datetime.timedelta(days=30)
# For clocks that differ, such as one that a test has set.
_EARLIER = datetime.timedelta(days=1)
_CERTIFICATE = 'ca.pem'
_KEY = 'ca.key'


def home(where: directory.StateDirectory) -> pathlib.Path:
    """Return the directory of the lab's authority."""
    return where.service('authority')


def certificate(where: directory.StateDirectory) -> pathlib.Path:
    """Return the certificate of the lab's authority, which to trust."""
    return home(where) / _CERTIFICATE


class Authority:
    """Whoever trusts ``certificate`` trusts what it issues.

    :param path: its directory
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.certificate = path / _CERTIFICATE
        self._key = path / _KEY

    def create(self) -> None:
        """Make its key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name('lab authority')
        public = key.public_key()
        builder = _builder(name, name, public).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True,
        ).add_extension(_usage(signs_certificates=True), critical=True)
        confile.write(self._key, _private(key).decode())
        confile.write(self.certificate, builder.sign(
            key, hashes.SHA256()).public_bytes(
                serialization.Encoding.PEM).decode())

    def issue(self, hosts: Sequence[str], address: str) -> str:
        """Return a certificate for host names and an address, and its key."""
        issuer = x509.load_pem_x509_certificate(
            self.certificate.read_bytes())
        signing = serialization.load_pem_private_key(
            self._key.read_bytes(), None)
        assert isinstance(signing, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        issued = _builder(
            _name((*hosts, address)[0]), issuer.subject, key.public_key(),
        ).add_extension(x509.SubjectAlternativeName([
            *map(x509.DNSName, hosts),
            x509.IPAddress(ipaddress.ip_address(address))]), critical=False,
        ).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True,
        ).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                signing.public_key()), critical=False,
        ).add_extension(_usage(signs_certificates=False), critical=True,
        ).add_extension(x509.ExtendedKeyUsage(
            [oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return (issued.sign(signing, hashes.SHA256()).public_bytes(
            serialization.Encoding.PEM) + _private(key)).decode()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, text)])


def _builder(subject: x509.Name, issuer: x509.Name,
             key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder(
        issuer, subject, key, x509.random_serial_number(),
        now - _EARLIER, now + _VALID,
    ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key),
                    critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())
