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

"""A wall clock of the compute that jumps."""

from __future__ import annotations

from concurrent import futures
import time

from lab import boot
from tests.faults import base
from tests.faults import catalogue
from tests.faults import wallclock

_HOUR = 3600


class ClockTestCase(base.FaultTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.clock = self.useFixture(wallclock.WallClock())

    @catalogue.fault(
        catalogue.Group.COMPUTE, 'The clock of the compute jumps an hour '
        'forward, and later two back, during the wait',
        'Nothing for this; see to the time service of the host.')
    def test_jumps_during_the_wait(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 20)
        with futures.ThreadPoolExecutor(1) as pool:
            booting = pool.submit(self.boot, boot.Request(
                image_id, 'dcn0', environment=self.clock.environment,
                overrides={'libvirt': {
                    'images_rbd_glance_copy_timeout': '300',
                    'images_rbd_glance_copy_stall_timeout': '300'}}))
            self.wait_copying(image_id)
            for hours in (1, -1):
                time.sleep(5)
                self.clock.set(hours * _HOUR)
            disk, = booting.result()
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual((), self.told())
        # It did live by that clock.
        assert disk.copy_ended_at is not None
        self.assertLess(disk.copy_ended_at, time.time() - _HOUR / 2)
        self.report_cloned(disk)

    @catalogue.fault(
        catalogue.Group.COMPUTE, 'The clock of the compute is an hour fast',
        'See to the time service of the host. With '
        '``images_rbd_glance_copy_stall_timeout`` less than the difference, '
        'an import that lives is taken for one that is stuck.')
    def test_is_fast(self) -> None:
        # To this compute the import is so old that Glance might let go.
        self.clock.set(_HOUR + 60)
        image_id = self.make_image()
        self.slow_source(image_id, 10)
        self.admin.images.image_import(
            image_id, 'copy-image', stores=['dcn0'], allow_failure=False)
        self.wait_copying(image_id)
        disk, = self.boot(boot.Request(
            image_id, 'dcn0', environment=self.clock.environment))
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))
        self.assertEqual((), self.told())
        self.report_cloned(disk)
