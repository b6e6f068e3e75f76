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

"""FakeGlance, where a consumer relies on more than the contract says."""

from __future__ import annotations

from concurrent import futures
import re
from typing import Any

import ddt
from keystoneauth1 import exceptions as ksa_exc

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from nova_rbd_multistore.glance import imports
from tests import base
from tests import payloads
from tests.contract import deployment

_ID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}')


def shape(value: Any) -> Any:
    """Replace values by the names of their types."""
    match value:
        case dict():
            return {key: shape(item) for key, item in value.items()}
        case list():
            return [shape(item) for item in value]
        case _:
            return type(value).__name__


class FakeGlanceTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.fake = self.useFixture(
            fixture.FakeGlance('central', 'dcn0', 'dcn1'))
        self.fake.deployment.copy_roles = None
        self.fake.deployment.show_locations = True
        self.image_id = self.fake.add_image(size=8 << 20)

    def service(
        self, user: fixture.User = fixture.FakeGlance.nova,
    ) -> glance.Glance:
        return glance.Glance(
            self.fake.access(user), sleep=self.fake.clock.sleep)

    def ensure(self, store: str = 'dcn0') -> copier.CopyResult:
        return copier.Copier(
            self.service(), copier.Settings(), self.fake.clock,
        ).ensure(self.image_id, store)

    def statuses(self, method: str) -> list[int | None]:
        return [request.status for request in self.fake.requests
                if request.method == method]


class RecordingTestCase(FakeGlanceTestCase):
    """Each answer has the form of the one that was recorded."""

    stage_host = fixture.FakeGlance.url

    def assert_like_recording(
        self, name: str, user: fixture.User | None = None,
        worker: int | None = None,
    ) -> None:
        """Send the request of a recording to the fake, and compare.

        :param worker: whom to ask, None for the service.
        """
        recording = payloads.recorded(name)
        request, answer = recording['request'], recording['answer']
        path = re.sub(r'(?<=^/v2/images/)[^/]+', self.image_id,
                      request['path'])
        path = path.replace('http://glance.example', self.stage_host)
        body = request['body']
        got = deployment.send(
            self.fake.access(user or self.fake.tenant, worker),
            request['method'], path,
            body.encode() if isinstance(body, str) else body)
        self.assertEqual((answer['status'], answer['content_type']),
                         (got.status, got.content_type))
        if got.content_type == 'application/json':
            self.assertEqual(shape(answer['body']), shape(got.json()))
        else:
            self.assertEqual(_ID.sub('ID', answer['body']),
                             _ID.sub('ID', got.text))

    def create(self) -> None:
        """Have a newer image without data in place of the one that there is.
        """
        self.fake.clock.sleep(1)
        self.image_id = imports.Imports(
            self.fake.access(self.fake.tenant)).create('contract', 'raw')

    def test_good_import(self) -> None:
        self.assert_like_recording('create')
        self.create()
        self.assert_like_recording('image-created')
        self.assert_like_recording('images-page')
        self.assert_like_recording('import-409-not-staged')
        self.assert_like_recording('stage', worker=1)
        self.assert_like_recording('image-staged')
        self.stage_host = self.fake.workers[1]
        self.assert_like_recording('images-staged')
        self.assert_like_recording('file-204')
        self.assert_like_recording('stage-409-twice', worker=1)
        self.assert_like_recording('import-forwarded', worker=0)
        self.fake.clock.sleep(10)
        self.assert_like_recording('image-imported')
        self.assert_like_recording('import-409-active', worker=0)
        self.assert_like_recording('delete')
        self.assert_like_recording('delete-404')

    def test_failed_import(self) -> None:
        self.fake.worker(1).self_url = None
        self.create()
        self.assert_like_recording('stage', worker=1)
        self.assert_like_recording('import-here', worker=0)
        self.fake.clock.sleep(10)
        self.assert_like_recording('image-import-failed')

    def test_wrong_url(self) -> None:
        for name, self_url in (
                ('import-500-unreachable', 'glance-2.invalid'),
                ('import-300-prefix', f'{self.fake.workers[1]}/image')):
            self.fake.worker(1).self_url = self_url
            self.create()
            self.assert_like_recording('stage', worker=1)
            self.assert_like_recording(name, worker=0)

    def test_limits(self) -> None:
        self.fake.deployment.import_methods = (
            'glance-direct', 'copy-image', 'web-download')
        self.assert_like_recording('info-import')
        self.assert_like_recording('info-usage-none')
        self.fake.deployment.import_methods = ('copy-image',)
        self.create()
        self.assert_like_recording('stage-404-disabled')

    def test_good_copy(self) -> None:
        self.assert_like_recording('image-idle')
        self.assert_like_recording('tasks-none')
        self.assert_like_recording('import-accepted')
        self.assert_like_recording('image-queued')
        self.assert_like_recording('tasks-pending')
        self.assert_like_recording('import-409-busy')
        self.fake.clock.sleep(1)
        self.assert_like_recording('image-copying')
        self.assert_like_recording('tasks-processing')
        self.fake.clock.sleep(10)
        self.assert_like_recording('image-copied')
        self.assert_like_recording('tasks-success')
        self.assert_like_recording('locations', self.fake.nova)
        self.assert_like_recording('import-400-present')

    def test_write_failure(self) -> None:
        self.fake.fail_next(fixture.Failure.WRITE)
        self.assert_like_recording('import-accepted')
        self.fake.clock.sleep(10)
        self.assert_like_recording('image-failed-write')
        self.assert_like_recording('tasks-failure')
        self.assert_like_recording('import-accepted')
        self.assert_like_recording('image-queued-again')

    def test_staging_failure(self) -> None:
        self.fake.fail_next(fixture.Failure.STAGING)
        self.assert_like_recording('import-accepted')
        self.fake.clock.sleep(10)
        self.assert_like_recording('image-failed-staging')

    def test_refusals(self) -> None:
        for name in ('import-409-unknown-store', 'import-400-unknown-method',
                     'locations-403'):
            self.assert_like_recording(name)
        for name in ('import-404', 'image-404', 'tasks-404'):
            self.assert_like_recording(name, self.fake.other)

    def test_default_settings(self) -> None:
        fake = self.useFixture(fixture.FakeGlance())
        self.fake.deployment.copy_roles = fake.deployment.copy_roles
        self.fake.deployment.show_locations = False
        self.assert_like_recording('image-hidden-locations')
        self.assert_like_recording('import-403-policy')

    def test_deactivated(self) -> None:
        self.fake.deactivate(self.image_id)
        self.assert_like_recording('image-deactivated')
        self.assert_like_recording('import-409-not-active')

    def test_quota(self) -> None:
        self.fake.deployment.exhausted = 'image_size_total'
        self.assert_like_recording('import-413-quota')

    def test_settings(self) -> None:
        self.assert_like_recording('stores')
        self.assert_like_recording('stores-detail', self.fake.nova)
        self.assert_like_recording('stores-detail-403')
        self.assert_like_recording('versions')
        self.fake.access(self.fake.tenant)
        expired = deployment.send(
            deployment.without_token(self.fake.access(self.fake.tenant)),
            'GET', '/v2/info/stores')
        recorded = payloads.recorded('stores-401')['answer']
        self.assertEqual((recorded['status'], recorded['body'],
                          recorded['content_type']), expired)


@ddt.ddt
class FaultTestCase(FakeGlanceTestCase):
    """A copier gets over what may come in place of an answer."""

    @ddt.unpack
    @ddt.named_data(
        ('503_for_a_look', fixture.Fault(503), ('GET', 503)),
        ('500_for_a_look', fixture.Fault(500), ('GET', 500)),
        ('look_lost', fixture.Fault(), ('GET', None)),
        ('submission_lost', fixture.Fault(method='POST'), ('POST', None)),
        ('acceptance_lost', fixture.Fault(method='POST', carried_out=True),
         ('POST', None)),
        ('500_for_an_acceptance',
         fixture.Fault(500, method='POST', carried_out=True),
         ('POST', 500)),
    )
    def test_one_copy_in_spite_of(
        self, fault: fixture.Fault, shown: tuple[str, int | None],
    ) -> None:
        self.fake.break_requests(fault, times=2)
        self.assertIn('dcn0', self.ensure().image.stores)
        self.assertEqual(1, len(self.service().tasks(self.image_id)))
        method, status = shown
        self.assertIn(status, self.statuses(method))


class KnobTestCase(FakeGlanceTestCase):

    def test_words_of_a_fault(self) -> None:
        self.fake.break_requests(fixture.Fault(413, 'Over quota.'))
        error = self.assertRaises(
            exception.OverQuota, self.service().submit_copy, self.image_id,
            'dcn0')
        self.assertEqual(
            '413 Request Entity Too Large: Over quota.', error.answer)
        self.assertEqual((), self.service().tasks(self.image_id))

    def test_fault_waits_for_its_method(self) -> None:
        self.fake.break_requests(fixture.Fault(503, method='POST'))
        self.service().image(self.image_id)
        self.assertRaises(
            exception.GlanceUnavailable, self.service().submit_copy,
            self.image_id, 'dcn0')

    def test_time_passes_by_sleeping_alone(self) -> None:
        self.fake.deployment.pace = fixture.Pace(staging=600, writing=300)
        result = self.ensure_within(1000)
        self.assertGreater(result.seconds, 900)
        self.assertLess(result.seconds, 1000)

    def ensure_within(self, seconds: float) -> copier.CopyResult:
        return copier.Copier(
            self.service(), copier.Settings(timeout=seconds),
            self.fake.clock).ensure(self.image_id, 'dcn0')

    def test_progress_once_a_minute(self) -> None:
        self.fake.deployment.pace = fixture.Pace(writing=120)
        service = self.service()
        service.submit_copy(self.image_id, 'dcn0')
        messages = []
        for _ in range(6):
            self.fake.clock.sleep(30)
            messages.append(service.tasks(self.image_id)[0].message)
        self.assertEqual([None, None, 'Copied 4 MiB', 'Copied 4 MiB',
                          'Copied 8 MiB', 'Copied 8 MiB'], messages)

    def test_clock_of_the_machine(self) -> None:
        fake = self.useFixture(
            fixture.FakeGlance(clock=timing.Clock.system()))
        image = glance.Glance(fake.access(fake.admin)).image(
            fake.add_image())
        self.assertEqual({'central'}, image.stores)

    def test_worker_dies_while_it_writes(self) -> None:
        service = self.service()
        service.submit_copy(self.image_id, 'dcn0')
        self.fake.clock.sleep(4)
        self.fake.kill_worker()
        self.fake.clock.sleep(3600)
        self.assertIsNotNone(service.image(self.image_id).lock)
        service.submit_copy(self.image_id, 'dcn0')
        self.fake.clock.sleep(60)
        # What the dead worker wrote is in the way.
        image = service.image(self.image_id)
        self.assertEqual({'dcn0'}, image.failed)
        self.fake.clear(self.image_id, 'dcn0')
        self.assertEqual(1, self.ensure().submitted)

    def test_slow_import_loses_its_lock(self) -> None:
        self.fake.deployment.pace = fixture.Pace(staging=5000)
        service = self.service()
        service.submit_copy(self.image_id, 'dcn0')
        self.fake.clock.sleep(3700)
        self.fake.deployment.pace = fixture.Pace()
        service.submit_copy(self.image_id, 'dcn1')
        self.fake.clock.sleep(3600)
        image = service.image(self.image_id)
        self.assertEqual({'central', 'dcn1'}, image.stores)
        self.assertEqual({'success', 'failure'}, {
            task.status for task in service.tasks(self.image_id)})

    def test_token_expires(self) -> None:
        service = self.service()
        self.fake.expire_token(self.fake.nova)
        self.assertRaises(exception.NotAuthenticated, service.image,
                          self.image_id)
        self.assertEqual([401], self.statuses('GET'))
        self.assertIsNone(self.fake.requests[0].user)

    def test_tasks_purged(self) -> None:
        self.ensure()
        self.fake.deployment.show_tasks = False
        self.assertEqual((), self.service().tasks(self.image_id))

    def test_method_disabled(self) -> None:
        self.fake.deployment.import_methods = ('glance-direct',)
        error = self.assertRaises(exception.Misconfigured, self.ensure)
        self.assertIn("Unknown import method name 'copy-image'",
                      error.reason)

    def test_stores_come_and_go(self) -> None:
        stores = self.fake.deployment.stores
        del stores[1]
        self.assertRaises(exception.Misconfigured, self.ensure)
        stores.append(fixture.Store('dcn0'))
        self.assertIn('dcn0', self.ensure().image.stores)

    def test_shared_with_a_member(self) -> None:
        service = self.service(self.fake.other)
        self.assertRaises(exception.NotFound, service.image, self.image_id)
        self.fake.image(self.image_id).members.add(self.fake.other.project)
        self.assertEqual(self.image_id, service.image(self.image_id).id)

    def test_what_the_fake_does_not_know(self) -> None:
        self.assertRaises(
            fixture.NotModelled, deployment.send,
            self.fake.access(self.fake.nova), 'POST',
            f'/v2/images/{self.image_id}/import',
            {'method': {'name': 'copy-image'}, 'all_stores': True})

    def test_no_other_server_is_reached(self) -> None:
        session = self.fake.access(self.fake.nova).session
        for url in ('http://127.0.0.1:1', 'https://glance.example/'):
            self.assertRaises(ksa_exc.ConnectFailure, session.get, url)

    def test_threads(self) -> None:
        with futures.ThreadPoolExecutor(8) as pool:
            results = list(pool.map(
                lambda _: self.ensure(), range(8)))
        self.assertEqual({'dcn0'}, {result.store for result in results})
        self.assertEqual(1, len(self.service().tasks(self.image_id)))

    def test_ids_are_the_same_in_each_run(self) -> None:
        fakes = [self.useFixture(fixture.FakeGlance()) for _ in range(2)]
        first, second = (fake.add_image() for fake in fakes)
        self.assertEqual(first, second)
        self.assertNotEqual(first, fakes[0].add_image())
