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

"""What boots do while they wait for a copy, on native threads and eventlet."""

from __future__ import annotations

import abc
from collections.abc import Callable
from concurrent import futures

from lab import boot
from tests import labtest
from tests.faults import base
from tests.faults import catalogue

_TARGET = catalogue.Group.TARGET
_CONTENTION = catalogue.Group.CONTENTION

_READ_ONLY = 'profile rbd-read-only pool=images'
_BOOTS = 6
# Seconds; longer than what the tests do while it goes on.
_SLOW = 20


class WaitingCases(base.FaultTestCase, abc.ABC):
    """Cases, for which a subclass chooses the kind of threads.

    :cvar backend: what nova.conf says of ``concurrency_backend``.
    """

    backend: str

    def boot_many(
        self, image_id: str, count: int, **options: str,
    ) -> list[boot.Disk]:
        """Boot on one host at once, with options of ``[libvirt]``."""
        return self.boot(boot.Request(
            image_id, 'dcn0', count=count, overrides={
                'DEFAULT': {'concurrency_backend': self.backend},
                'libvirt': options}))

    def boot_many_while(
        self, image_id: str, meanwhile: Callable[[], None], count: int = 1,
        **options: str,
    ) -> list[boot.Disk]:
        """Boot, and do something once a copy is under way."""
        with futures.ThreadPoolExecutor(1) as pool:
            booting = pool.submit(
                self.boot_many, image_id, count, **options)
            self.wait_copying(image_id)
            meanwhile()
            return booting.result()

    def copy_for_somebody_else(self, image_id: str, store: str) -> None:
        self.admin.images.image_import(
            image_id, 'copy-image', stores=[store], allow_failure=False)
        self.wait_copying(image_id)
        # In time for what else the test cleans up.
        self.addCleanup(self.wait_idle, image_id)

    @catalogue.fault(
        _TARGET, 'A copy fails, and the next one does not', '')
    def test_failed_once_then_good(self) -> None:
        image_id = self.make_image()
        allow = self.grant_glance('dcn0', _READ_ONLY)

        def repair() -> None:
            labtest.wait_for('a failed copy', lambda: (
                self.failed_copies(image_id) > 0))
            allow()

        disk, = self.boot_many_while(image_id, repair)
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        # The worker of the failed copy may keep what it has staged.
        self.assertLessEqual(self.traces(image_id).keys(), {'staged'})
        self.report_cloned(disk)

    @catalogue.fault(
        _TARGET, 'Many boots of a host wait for a copy that always fails',
        'As for one boot: they share the copies, and end together.')
    def test_many_boots_share_a_failure(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 3)
        self.grant_glance('dcn0', _READ_ONLY)
        disks = self.boot_many(image_id, _BOOTS)
        self.assertEqual(_BOOTS, len(disks))
        for disk in disks:
            self.assert_refused(disk, image_id, 'could not write')
        self.assertEqual(3, self.failed_copies(image_id))
        self.report_refused(disks[0])

    @catalogue.fault(
        _CONTENTION, 'A copy to another store holds the image longer than '
        'images_rbd_glance_copy_timeout',
        'Raise the timeout, or place images ahead of time. '
        'The next boot asks again.')
    def test_lock_outlasts_the_deadline(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, _SLOW)
        self.copy_for_somebody_else(image_id, 'dcn1')
        disks = self.boot_many(
            image_id, 3, images_rbd_glance_copy_timeout='4')
        lock = self.image(image_id)['os_glance_import_task']
        for disk in disks:
            # Each has its own four seconds, not those of the one before.
            self.assert_refused(
                disk, image_id, 'gave up after 4 s', lock,
                'another import holds the image',
                'images_rbd_glance_copy_timeout')
        self.report_refused(disks[0])

    @catalogue.fault(
        _CONTENTION, 'A copy to another store holds the image for a while',
        '')
    def test_lock_goes_in_time(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 8)
        self.copy_for_somebody_else(image_id, 'dcn1')
        disks = self.boot_many(image_id, 2)
        for disk in disks:
            self.assert_cloned(disk, image_id)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))
        self.assertEqual(2, self.copies(image_id))
        self.report_cloned(disks[0])

    def test_deadline_ends_the_wait_of_each(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, _SLOW)
        disks = self.boot_many(
            image_id, 4, images_rbd_glance_copy_timeout='3')
        # One after the other they would have waited for twelve seconds.
        self.assertIn('os_glance_import_task', self.image(image_id))
        for disk in disks:
            self.assert_refused(disk, 'gave up after 3 s',
                                'goes on in Glance')
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))


class ThreadsTestCase(WaitingCases):

    backend = 'threading'


class EventletTestCase(WaitingCases):

    backend = 'eventlet'

    def _report(self, *args: object) -> None:
        """Leave the table to the other."""


del WaitingCases
