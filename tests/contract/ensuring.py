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

"""The package's own copier at work on a Glance."""

from __future__ import annotations

from concurrent import futures
import uuid

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import observer
from tests.contract import case
from tests.contract import deployment


class _ThenService(glance.Glance):
    """Does something after each submission that Glance accepted."""

    then = staticmethod(lambda: None)

    def submit_copy(self, image_id: str, store: str) -> None:
        super().submit_copy(image_id, store)
        self.then()


class EnsuringCases(case.Case):

    def service(
        self, user: str = deployment.COPIER, worker: int | None = None,
    ) -> _ThenService:
        return self.service_at(self.glance.access(user, worker))

    def service_at(self, access: glance.Access) -> _ThenService:
        return _ThenService(access, sleep=self.glance.clock.sleep)

    def ensure(
        self, service: observer.ImageService, image_id: str,
        store: str = 'dcn0', timeout: float = 120,
    ) -> copier.CopyResult:
        settings = copier.Settings(timeout=timeout)
        return copier.Copier(service, settings, self.glance.clock).ensure(
            image_id, store)

    def test_good_copy(self) -> None:
        image_id = self.glance.make_image()
        result = self.ensure(self.service(), image_id)
        self.assertEqual(1, result.submitted)
        self.assertEqual({'central', 'dcn0'}, result.image.stores)
        self.assertTrue(self.glance.has_data(image_id, 'dcn0'))

    def test_good_copy_as_the_tenant(self) -> None:
        image_id = self.glance.make_image()
        with self.glance.open() as reach:
            result = self.ensure(
                self.service_at(reach(deployment.TENANT)), image_id)
            self.watch(image_id)
        self.assertEqual(1, result.submitted)
        self.assertEqual(['central', 'dcn0'], [
            location.store for location in result.image.locations])

    def test_image_is_there(self) -> None:
        image_id = self.glance.make_image()
        result = self.ensure(self.service(), image_id, 'central')
        self.assertEqual((0, 1), (result.submitted, result.looks))

    def test_copy_of_somebody_else_is_joined(self) -> None:
        image_id = self.glance.make_image(32)
        self.assert_accepted(self.copy(image_id, 'dcn0'))
        result = self.ensure(self.service(), image_id)
        self.assertEqual(0, result.submitted)
        self.assertEqual(1, len(self.watch(image_id)[-1].tasks))

    def test_copy_to_another_store_is_waited_for(self) -> None:
        image_id = self.glance.make_image(32)
        self.assert_accepted(self.copy(image_id, 'dcn1'))
        result = self.ensure(self.service(), image_id)
        self.assertEqual(1, result.submitted)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, result.image.stores)
        self.assertEqual(2, len(self.watch(image_id)[-1].tasks))

    def test_many_at_once_make_one_copy(self) -> None:
        image_id = self.glance.make_image(32)
        with futures.ThreadPoolExecutor(6) as pool:
            results = list(pool.map(
                lambda worker: self.ensure(
                    self.service(worker=worker), image_id),
                [0, 1] * 3))
        self.assertEqual({'central', 'dcn0'}, results[0].image.stores)
        self.assertEqual(
            1, list(self.watch(image_id)[-1].tasks.values()).count('success'))

    def test_failed_once_then_good(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn0')
        service = self.service()

        def repair() -> None:
            if self.watch(image_id)[-1].failed:
                self.glance.clear(image_id, 'dcn0')
                service.then = lambda: None

        service.then = repair
        result = self.ensure(service, image_id)
        self.assertEqual(2, result.submitted)
        self.assertEqual({'central', 'dcn0'}, result.image.stores)

    def test_always_failed(self) -> None:
        image_id = self.glance.make_image()
        self.glance.obstruct(image_id, 'dcn0')
        error = self.assertRaises(
            exception.CopyFailed, self.ensure, self.service(), image_id)
        self.assertIn('accepted the copy 3 times', error.reason)
        self.assertIn('could not write to the store', error.reason)
        self.assertEqual(3, len(self.look(image_id).tasks))

    def test_never_staged(self) -> None:
        image_id = self.glance.make_image()
        self.glance.hide_data(image_id)
        error = self.assertRaises(
            exception.CopyFailed, self.ensure, self.service(), image_id)
        self.assertIn('could not stage the image', error.reason)

    def test_unknown_store(self) -> None:
        image_id = self.glance.make_image()
        error = self.assertRaises(
            exception.Misconfigured, self.ensure, self.service(), image_id,
            'dcn')
        self.assertIn('central, dcn0, dcn1', error.reason)
        self.assertEqual({}, self.look(image_id).tasks)

    def test_not_permitted(self) -> None:
        image_id = self.glance.make_image()
        error = self.assertRaises(
            exception.CopyNotPermitted, self.ensure,
            self.service(deployment.TENANT), image_id)
        self.assertIn('copy_image', error.reason)

    def test_locations_are_hidden(self) -> None:
        image_id = self.glance.make_image()
        service = self.service()
        result = self.ensure(service, image_id)
        locations = service.locations(image_id)
        self.assertEqual((), result.image.locations)
        self.assertEqual(['central', 'dcn0'],
                         [location.store for location in locations])

    def test_no_image(self) -> None:
        self.assertRaises(exception.ImageGone, self.ensure, self.service(),
                          str(uuid.uuid4()))

    def test_deleted_while_waiting(self) -> None:
        image_id = self.glance.make_image(96)
        service = self.service()
        service.then = lambda: self.glance.delete(image_id)
        self.assertRaises(
            exception.ImageGone, self.ensure, service, image_id)

    def test_deactivated_while_waiting(self) -> None:
        image_id = self.glance.make_image(96)
        service = self.service()
        service.then = lambda: self.glance.deactivate(image_id)
        error = self.assertRaises(
            exception.ImageNotActive, self.ensure, service, image_id)
        self.assertIn('deactivated', error.reason)

    def test_deadline_passes(self) -> None:
        image_id = self.glance.make_image()
        with self.glance.queue() as reach:
            error = self.assertRaises(
                exception.CopyTimedOut, self.ensure,
                self.service_at(reach(deployment.COPIER)), image_id, timeout=1)
        self.assertIn('has accepted the copy and not started it',
                      error.reason)
        self.assertEqual('central,dcn0', self.watch(image_id)[-1].stores)

    def test_token_is_not_accepted(self) -> None:
        image_id = self.glance.make_image()
        service = self.service_at(deployment.without_token(
            self.glance.access(deployment.COPIER)))
        self.assertRaises(
            exception.CopyNotPermitted, self.ensure, service, image_id)
