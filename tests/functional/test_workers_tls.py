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

"""Workers of the hub's Glance that talk TLS with each other."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import os
import pathlib
import ssl
import sys
import urllib.error
import urllib.request

import fixtures

from lab import authority
from lab import fixture
from lab import hubworkers
from lab import workerstate
from tests.functional import importing
from tests.functional import workertest

# Takes a URL and the file of an authority.
_ASK = '''
import ssl
import sys
import urllib.request

url, ca = sys.argv[1:]
print(urllib.request.urlopen(url, context=ssl.create_default_context(
    cafile=ca)).read().decode(), end='')
'''


def _ask(worker: workerstate.Worker, ca: pathlib.Path | None) -> str:
    """Return what a worker answers to who trusts an authority."""
    context = ssl.create_default_context(
        cafile=None if ca is None else str(ca))
    with urllib.request.urlopen(f'{worker.tls_url}/healthcheck', timeout=10,
                                context=context) as answer:
        return str(answer.read().decode())


class TlsTestCase(workertest.OwnLabTestCase):
    """One lab for all, because it takes its time to start."""

    def test_with_names_of_running_workers(self) -> None:
        self.up('--names', 'running', '--tls')
        assert self.lab.state.tls is not None
        self.ca = self.lab.state.tls.ca
        for check in (self.check_trust, self.check_imports,
                      self.check_other_certificates, self.check_renamed,
                      self.check_dead, self.check_added):
            check()
        self.down()

    def check_trust(self) -> None:
        one = self.worker('glance-api-1')
        self.assertEqual('OK', _ask(one, self.ca))
        with self.assert_refused():
            _ask(one, None)
        self.assertEqual('OK', importing.inside(
            self.lab, sys.executable, '-c', _ASK,
            f'{one.self_url}/healthcheck', str(self.ca)))
        self.assertIn(f'worker_self_reference_url = https://{one.host}:',
                      one.conf.read_text())

    @contextlib.contextmanager
    def assert_refused(self) -> Iterator[None]:
        try:
            yield
        except urllib.error.URLError as exc:
            self.assertIsInstance(exc.reason, ssl.SSLCertVerificationError)
        else:
            self.fail('the certificate was trusted')

    def check_imports(self) -> None:
        self.assert_imported('glance-api-1', 'glance-api-2')
        log = self.lab.daemon('tls.glance-api-1').log.read_text()
        self.assertIn('/import HTTP/1.1', log)

    def check_other_certificates(self) -> None:
        one = self.worker('glance-api-1')
        ours = authority.Authority(authority.home(self.lab.directory))
        strange = authority.Authority(pathlib.Path(
            self.useFixture(fixtures.TempDir()).path))
        strange.create()
        for certificate in (
                strange.issue([str(one.host)], one.address),
                ours.issue(['other.lab.test'], '127.0.0.99')):
            with fixture.Certified(self.lab, one.name, certificate):
                with self.assert_refused():
                    _ask(one, self.ca)
                image_id = self.assert_unreachable(one.name, 'glance-api-2')
            self.assert_forwarded(image_id, 'glance-api-2')

    def check_renamed(self) -> None:
        hubs = hubworkers.HubWorkers(self.lab)
        with fixture.Renamed(self.lab, 'glance-api-3', 'moved'):
            image_id = self.assert_unreachable(
                'glance-api-3', 'glance-api-2')
            hubs.reconfigure('glance-api-3')
            # What was staged before knows the old name for ever.
            os.unlink(self.worker('glance-api-3').staging / image_id)
            self.assert_imported('glance-api-3', 'glance-api-2')
        self.assert_imported('glance-api-3', 'glance-api-2')

    def check_dead(self) -> None:
        dead = self.worker('glance-api-3')
        with fixture.Killed(self.lab, dead.name):
            self.assertFalse(self.lab.daemon(f'tls.{dead.name}').is_alive())
            self.assertEqual(set(), importing.resolved(
                self.lab, str(dead.host)))
            self.assertEqual(
                {one.address for one in self.lab.state.workers
                 if one != dead}, importing.resolved(
                     self.lab, self.service()))
        self.assertEqual('OK', _ask(dead, self.ca))
        self.assertIn(dead.address, importing.resolved(
            self.lab, self.service()))

    def check_added(self) -> None:
        with fixture.ExtraWorker(self.lab, 'glance-api-more') as extra:
            self.assertEqual('OK', _ask(extra.worker.worker, self.ca))
            self.assert_imported('glance-api-more', 'glance-api-1')
        self.assertNotIn('more', self.lab.directory.description.read_text())
        self.assertFalse(
            self.lab.directory.service('tls.glance-api-more').exists())

    def service(self) -> str:
        assert self.lab.state.names is not None
        return self.lab.state.names.service
