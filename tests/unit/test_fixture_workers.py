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

"""The workers of FakeGlance, beyond what the contract says."""

from __future__ import annotations

import io

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore import info
from nova_rbd_multistore.fixture import qcow2 as qcow2_mod
from nova_rbd_multistore.glance import imports
from tests import base
from tests import qcow2
from tests.contract import deployment

DATA = bytes(range(256)) * 4096


class WorkersTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.fake = self.useFixture(
            fixture.FakeGlance('central', 'dcn0', 'dcn1'))

    def at(self, worker: int | None = None) -> imports.Imports:
        return imports.Imports(
            self.fake.access(self.fake.tenant, worker), retries=0,
            sleep=self.fake.clock.sleep)

    def stage(self, worker: int = 1, disk_format: str = 'raw',
              data: bytes = DATA) -> str:
        image_id = self.at().create('image', disk_format)
        self.at(worker).stage(image_id, io.BytesIO(data))
        return image_id

    def finish(self, image_id: str) -> fixture.Image:
        self.fake.clock.sleep(60)
        return self.fake.image(image_id)

    def assert_broken(self, image_id: str, worker: int = 0) -> None:
        """Check that a worker cannot reach the one with the data."""
        for change in (self.at(worker).import_staged,
                       self.at(worker).delete):
            error = self.assertRaises(
                exception.GlanceUnavailable, change, image_id)
            self.assertIn('500', error.answer)
        self.assertEqual('uploading', self.fake.image(image_id).status)


@ddt.ddt
class NetworkTestCase(WorkersTestCase):

    def served(self, count: int) -> list[str | None]:
        for _ in range(count):
            self.at().methods()
        return [request.worker for request in self.fake.requests[-count:]]

    def test_workers_take_turns(self) -> None:
        self.assertEqual(3, len(self.fake.workers))
        self.assertEqual(
            sorted(self.fake.workers * 2), sorted(map(str, self.served(6))))
        self.assertEqual({self.fake.url}, {
            request.url for request in self.fake.requests})

    def test_worker_that_is_down_has_no_turn(self) -> None:
        self.fake.stop_worker(1)
        self.assertEqual(
            {self.fake.workers[0], self.fake.workers[2]},
            set(self.served(6)))
        error = self.assertRaises(
            exception.GlanceUnavailable, self.at(1).methods)
        self.assertIn(self.fake.workers[1], str(error))
        self.fake.start_worker(1)
        self.assertEqual(set(self.fake.workers), set(self.served(3)))

    def test_load_balancer_without_workers(self) -> None:
        for number in range(3):
            self.fake.stop_worker(number)
        error = self.assertRaises(
            exception.GlanceUnavailable, self.at().methods)
        self.assertIn('503', error.answer)

    def test_worker_is_added(self) -> None:
        worker = self.fake.add_worker()
        self.assertIn(worker.url, self.fake.workers)
        self.assertIn(worker.url, self.served(4))
        beside = self.fake.add_worker('http://b.invalid', balanced=False)
        self.assertNotIn(beside.url, self.served(5))
        self.assertIn('glance-direct', imports.Imports(self.fake.access(
            self.fake.tenant, url=beside.url)).methods())

    def test_stopped_worker_imports_no_more(self) -> None:
        image_id = self.stage()
        self.at(1).import_staged(image_id)
        elsewhere = self.stage(2)
        self.at(2).import_staged(elsewhere)
        self.fake.clock.sleep(0.2)
        self.fake.stop_worker(1)
        self.assertEqual('active', self.finish(elsewhere).status)
        self.assertEqual('importing', self.finish(image_id).status)
        self.assertIn(image_id, self.fake.worker(1).staging)

    def test_worker_is_renamed(self) -> None:
        image_id = self.stage()
        old = self.fake.workers[1]
        self.fake.rename_worker(1, 'http://new.invalid')
        self.assert_broken(image_id)
        self.assert_broken(image_id, 1)
        self.assertEqual((image_id,), tuple(
            image.id for image in self.at().staged_at(old)))
        self.assertTrue(self.at(0).import_staged(self.stage()).forwarded)

    def test_renamed_worker_that_has_its_old_name_too(self) -> None:
        image_id = self.stage()
        self.fake.worker(1).aliases.add(self.fake.workers[1])
        self.fake.rename_worker(1, 'http://new.invalid')
        before = self.fake.clock.monotonic()
        # It sends the request to itself, for as long as its client waits.
        self.assert_broken(image_id)
        self.assertEqual(120, self.fake.clock.monotonic() - before)

    @ddt.data(
        'glance-2.invalid', '//glance-2.invalid', 'hello world', 'http://',
        'http://nobody.invalid', 'https://glance-2.invalid',
        'http://glance-2.invalid/v2')
    def test_wrong_url(self, self_url: str) -> None:
        self.fake.worker(1).self_url = self_url
        self.assert_broken(self.stage())

    def test_certificate_that_nobody_trusts(self) -> None:
        worker = self.fake.add_worker('https://tls.invalid', balanced=False)
        client = imports.Imports(
            self.fake.access(self.fake.tenant, url=worker.url), retries=0)
        image_id = self.at().create('image', 'raw')
        client.stage(image_id, io.BytesIO(DATA))
        worker.trusted = False
        error = self.assertRaises(
            exception.UntrustedCertificate, client.methods)
        self.assertIn(worker.url, str(error))
        self.assertIn('certificate verify failed', str(error))
        self.assert_broken(image_id)
        worker.trusted = True
        self.assertTrue(self.at(0).import_staged(image_id).forwarded)

    def test_another_name_of_a_worker(self) -> None:
        worker = self.fake.worker(1)
        worker.self_url = 'http://alias.invalid'
        worker.aliases.add('http://alias.invalid')
        image_id = self.stage()
        self.assertTrue(self.at(0).import_staged(image_id).forwarded)
        self.assertEqual('active', self.finish(image_id).status)


class ServerTestCase(WorkersTestCase):

    def test_settings_of_one_worker(self) -> None:
        worker = self.fake.worker(2)
        worker.settings = fixture.Deployment(
            [fixture.Store('dcn0')], import_methods=('glance-direct',))
        self.assertEqual('dcn0', self.at(2).default_store())
        self.assertEqual('central', self.at(1).default_store())
        self.assertEqual({'glance-direct'}, self.at(2).methods())
        image_id = self.stage(2)
        self.at(2).import_staged(image_id)
        self.assertEqual(['dcn0'], self.finish(image_id).stores)

    def test_image_that_was_added_has_no_data(self) -> None:
        image_id = self.fake.add_image()
        self.assertRaises(
            fixture.NotModelled, self.at().digest, image_id, 'sha512')
        image_id = self.fake.add_image(data=DATA, size=len(DATA))
        image = self.at().image(image_id)
        self.assertEqual(
            imports.Digest(len(DATA), str(image.hash_value)),
            self.at().digest(image_id, str(image.hash_algo)))

    def test_request_ids(self) -> None:
        access = self.fake.access(self.fake.tenant)
        for given, answered in (
                ('req-1', 'req-1'), ('1', 'req-1'), ('x' * 65, None)):
            response = access.session.get(
                access.endpoints[0] + '/v2/info/import', auth=access.auth,
                headers={'X-OpenStack-Request-ID': given})
            self.assertEqual(
                answered, response.headers.get('X-OpenStack-Request-ID'))

    def test_usage(self) -> None:
        self.fake.deployment.exhausted = info.STAGING
        first = self.at().create('image', 'raw')
        # Of what comes in chunks Glance knows no size before it has it.
        self.at(1).stage(first, io.BytesIO(DATA))
        second = self.at().create('image', 'raw')
        error = self.assertRaises(
            exception.OverQuota, self.at(1).stage, second, io.BytesIO(DATA))
        self.assertIn('current usage 1 and delta 0', error.answer)
        self.assertEqual(
            info.Usage(limit=0, used=1), self.at().usage()[info.STAGING])

    def test_what_the_fake_does_not_know(self) -> None:
        access = self.fake.access(self.fake.tenant)
        for method, path, body in (
                ('GET', '/v2/images?sort=name', None),
                ('POST', '/v2/images', {'os_glance_x': 'y'})):
            self.assertRaises(fixture.NotModelled, deployment.send, access,
                              method, path, body)


@ddt.ddt
class ConversionTestCase(WorkersTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.fake.worker(1).converts = True

    def test_conversion(self) -> None:
        image_id = self.stage(1, 'qcow2', qcow2.from_raw(DATA))
        self.at(0).import_staged(image_id)
        image = self.finish(image_id)
        self.assertEqual(('active', 'raw', DATA), (
            image.status, image.disk_format, image.data))

    @ddt.unpack
    @ddt.named_data(
        ('garbage', b'x' * 5000), ('nothing', b''),
        ('header_alone', b'QFI\xfb' + bytes(100)),
        ('cut_off', qcow2.from_raw(DATA)[:200000]))
    def test_no_image(self, data: bytes) -> None:
        image_id = self.stage(1, 'qcow2', data)
        self.at(1).import_staged(image_id)
        image = self.finish(image_id)
        self.assertEqual(
            ('queued', None, 'central'),
            (image.status, image.size,
             image.properties['os_glance_failed_import']))
        self.assertNotIn(image_id, self.fake.worker(1).staging)

    def test_size_of_a_disk(self) -> None:
        data = qcow2.from_raw(DATA[:1000])
        self.assertEqual(1000, qcow2_mod.virtual_size(data))
        self.assertEqual(DATA[:1000], qcow2_mod.to_raw(data))
