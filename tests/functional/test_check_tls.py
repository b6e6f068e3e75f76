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

"""The check of a distributed import where workers talk TLS."""

from __future__ import annotations

import pathlib
from typing import Any

import fixtures

from lab import authority
from lab import fixture
from lab import names
from nova_rbd_multistore.cmd import exitcodes
from tests.functional import cli
from tests.functional import workertest


class TlsCheckTestCase(workertest.OwnLabTestCase):
    """One lab for all, because it takes its time to start."""

    def test_certificates(self) -> None:
        self.up('--names', '--tls')
        assert self.lab.state.tls is not None
        self.ca = self.lab.state.tls.ca
        self.strange = authority.Authority(pathlib.Path(
            self.useFixture(fixtures.TempDir()).path))
        self.strange.create()
        for check in (self.check_trusted, self.check_untrusted,
                      self.check_other_name, self.check_not_trusted_by_us):
            check()
        self.down()

    def check_trusted(self) -> None:
        code, rows = self.check()
        self.assertEqual(exitcodes.OK, code)
        self.assertEqual(set(), self.found(rows))
        imported = [row['workers'] for row in rows
                    if row['check'] == 'import']
        self.assertEqual(6, len(imported))

    def check_untrusted(self) -> None:
        one = self.worker('glance-api-1')
        with fixture.Certified(self.lab, one.name, self.strange.issue(
                [str(one.host)], one.address)):
            self.assert_untrusted()

    def check_other_name(self) -> None:
        ours = authority.Authority(authority.home(self.lab.directory))
        with fixture.Certified(self.lab, 'glance-api-1', ours.issue(
                ['other.lab.test'], '127.0.0.99')):
            self.assert_untrusted()

    def check_not_trusted_by_us(self) -> None:
        code, rows = self.check(self.strange.certificate)
        self.assertEqual(exitcodes.FINDINGS, code)
        self.assertEqual({('certificate-untrusted', name) for name in (
            'glance-api-1', 'glance-api-2', 'glance-api-3')},
            self.found(rows))

    def assert_untrusted(self) -> None:
        code, rows = self.check()
        self.assertEqual(exitcodes.FINDINGS, code)
        self.assertEqual({('certificate-untrusted', 'glance-api-1')},
                         self.found(rows))

    def found(self, rows: list[Any]) -> set[tuple[str, str]]:
        return {(row['code'], *row['workers']) for row in rows
                if row['verdict'] == 'found'}

    def check(self, ca: pathlib.Path | None = None) -> tuple[
            int, list[Any]]:
        """Run the command where the names of the workers are known.

        :param ca: whom it trusts, None for the authority of the lab.
        """
        port = self.worker('glance-api-1').tls_port
        done = cli.run(
            self.lab, 'check', 'import', '-f', 'json', '--discover',
            f'https://{names.SERVICE}:{port}',
            '--os-cacert', str(ca or self.ca), user='demo', inside=True)
        return done.code, done.json
