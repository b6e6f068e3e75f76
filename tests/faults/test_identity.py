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

"""Faults of Keystone, and tokens that Glance does not accept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import dataclasses
import time

from lab import boot
from lab import fixture
from lab import settings
from tests.faults import base
from tests.faults import catalogue

_IDENTITY = catalogue.Group.IDENTITY

# A worker remembers a token that Keystone has checked for five minutes. One
# that does not meets Keystone's absence at once.
_FORGETFUL = dataclasses.replace(
    settings.OPEN,
    overrides={'keystone_authtoken': {'token_cache_time': '-1'}})

# Without a service credential the token of the tenant has to do, in a Glance
# that is open.
_TENANTS_TOKEN = {'glance': {'auth_type': ''}}


class IdentityTestCase(base.FaultTestCase):
    """Each boots twice at once: with a service credential, and without."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixture.GlanceConfigured(self.lab, _FORGETFUL))

    def away(self, seconds: float) -> None:
        """Have no Keystone for a while."""
        with fixture.Killed(self.lab, 'keystone'):
            time.sleep(seconds)

    def boot_both_while(
        self, meanwhile: Callable[[], None], seconds: float,
    ) -> tuple[boot.Disk, boot.Disk]:
        """Boot an image each, and do something while both are copied.

        :param seconds: that the copies take.
        """
        requests = [
            boot.Request(self.make_image(), 'dcn0'),
            boot.Request(self.make_image(), 'dcn1', overrides=_TENANTS_TOKEN)]
        self.images = [request.image_id for request in requests]
        for image_id in self.images:
            self.slow_source(image_id, seconds)
        with futures.ThreadPoolExecutor(1) as pool:
            booting = pool.submit(self.boot, *requests)
            for image_id in self.images:
                self.wait_copying(image_id)
            meanwhile()
            first, second = booting.result()
        return first, second

    def assert_refused_tokens(self) -> None:
        """Check that Glance has answered 401, and not 503."""
        self.assertTrue(any(
            'No news of image' in line and '401 Unauthorized' in line
            for path in self._log_files() for line in self._new_lines(path)))

    def assert_one_copy_each(self) -> None:
        for image_id in self.images:
            self.wait_idle(image_id)
            self.assertEqual(1, self.copies(image_id))
            self.assertEqual({}, self.traces(image_id))


class CredentialTestCase(base.FaultTestCase):

    @catalogue.fault(
        _IDENTITY, 'The password of the service credential is wrong',
        'Correct it in ``[glance]`` of ``nova.conf``.')
    def test_wrong_password(self) -> None:
        image_id = self.make_image()
        disk = self.boot_one(image_id, glance={'password': 'wrong'})
        self.assert_refused(
            disk, image_id, 'store dcn0', 'service credential of [glance]')
        self.assertEqual(0, self.copies(image_id))
        self.assertEqual({}, self.traces(image_id))
        self.report_refused(disk)


class KeystoneAwayTestCase(IdentityTestCase):

    def test_for_some_seconds_of_the_wait(self) -> None:
        with_credential, without = self.boot_both_while(
            lambda: self.away(10), 20)
        self.assert_cloned(with_credential, self.images[0])
        self.assert_cloned(without, self.images[1])
        self.assertEqual((), self.told())
        self.assert_refused_tokens()
        self.assert_one_copy_each()


class LongIdentityTestCase(IdentityTestCase):
    """More than a minute each."""

    @catalogue.fault(
        _IDENTITY, 'Keystone is down for a minute of the wait',
        'Get Keystone to work again.')
    def test_keystone_is_down_for_a_minute(self) -> None:
        ended: list[float] = []

        def restart() -> None:
            self.away(60)
            ended.append(time.monotonic())

        with_credential, without = self.boot_both_while(restart, 50)
        self.assert_cloned(with_credential, self.images[0])
        self.assert_cloned(without, self.images[1])
        self.assertEqual(
            2, sum('Still waiting' in line for line in self.told()))
        self.assert_one_copy_each()
        self.report_cloned(with_credential, ended[0])

    @catalogue.fault(
        _IDENTITY, 'The token of the tenant expires during the wait, and '
        'there is no service credential',
        'Configure a service credential in ``[glance]`` of ``nova.conf``.')
    def test_token_expires(self) -> None:
        self.useFixture(fixture.KeystoneConfigured(
            self.lab, {'token': {'expiration': '60'}}))
        with_credential, without = self.boot_both_while(lambda: None, 75)
        self.assert_cloned(with_credential, self.images[0])
        self.assert_refused(
            without, self.images[1], 'store dcn1',
            'not accepted the token any more', 'token of a tenant expires',
            'service credential')
        # The copy that was asked for is there for the next boot.
        self.assert_one_copy_each()
        self.assertEqual({'central', 'dcn1'}, self.stores(self.images[1]))
        self.report_refused(without)
