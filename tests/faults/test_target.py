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

"""Faults of the store that the image is copied to."""

from __future__ import annotations

from concurrent import futures
import time

from lab import fixture
from tests import labtest
from tests.faults import advice
from tests.faults import catalogue

_TARGET = catalogue.Group.TARGET


class TargetTestCase(advice.AdviceTestCase):

    @catalogue.fault(
        _TARGET, 'Glance may read and not write the local store',
        'Give Glance\'s Ceph user the capability '
        '``profile rbd pool=<pool of the store>`` in that cluster.')
    def test_read_only(self) -> None:
        image_id = self.make_image()
        self.grant_glance('dcn0', 'profile rbd-read-only pool=images')
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'store dcn0', 'accepted the copy 3 times',
            'could not write to the store')
        self.assertEqual({'staged'}, self.traces(image_id).keys())
        self.report_refused(disk)

    @catalogue.fault(
        _TARGET, 'The local cluster is full',
        'Free space, or add some.')
    def test_full(self) -> None:
        image_id = self.make_image()
        self.addCleanup(self.set_full, 0.85, 0.9, 0.95)
        self.set_full(1e-6, 2e-6, 3e-6)
        disk = self.boot_one(
            image_id, libvirt={'images_rbd_glance_copy_attempts': '1'})
        self.assert_refused(
            disk, image_id, 'store dcn0', 'could not write to the store')
        self.assert_tenant(disk, 'copying it there failed')
        self.assertEqual({'staged'}, self.traces(image_id).keys())
        self.report_refused(disk)

    def set_full(self, near: float, backfill: float, full: float) -> None:
        """Set what part of an OSD may be in use, and wait for it."""
        site = self.lab.sites['dcn0']
        for name, ratio in (('nearfull', near), ('backfillfull', backfill),
                            ('full', full)):
            site.run('ceph', 'osd', f'set-{name}-ratio', f'{ratio:f}')
        labtest.wait_for('the health of the cluster', lambda: (
            ('OSD_FULL' in site.health()) == (full < 0.5)))

    @catalogue.fault(
        _TARGET, 'The local cluster gets full while the copy is written',
        'Free space, and remove the partial copy with the commands in the '
        'message.')
    def test_full_while_writing(self) -> None:
        image_id = self.make_image()
        self.slow_target(image_id, 20)

        def fill() -> None:
            self.wait_writing(image_id)
            self.addCleanup(self.set_full, 0.85, 0.9, 0.95)
            self.set_full(1e-6, 2e-6, 3e-6)

        disk = self.boot_while(image_id, fill)
        self.assert_refused(
            disk, image_id, 'store dcn0', 'a partial copy', 'in the way',
            'could not write to the store', self.lab.sites['dcn0'].fsid)
        self.assert_tenant(disk, 'copying it there failed')
        self.assertEqual(1, self.failed_copies(image_id))
        self.assertEqual({'staged', 'unlisted'}, self.traces(image_id).keys())
        self.report_refused(disk)

        self.set_full(0.85, 0.9, 0.95)
        self.obey(self.told()[-1])
        self.assertEqual({'staged'}, self.traces(image_id).keys())

    @catalogue.fault(
        _TARGET, 'The OSDs of the local cluster do not answer when the boot '
        'begins, and come back', '')
    def test_osd_away_before_the_boot(self) -> None:
        image_id = self.make_image()
        osd = self.lab.daemon('ceph-osd.dcn0')
        self.useFixture(fixture.Killed(self.lab, osd.name))
        with futures.ThreadPoolExecutor(1) as pool:
            booting = pool.submit(self.boot_one, image_id)
            time.sleep(8)
            self.assertFalse(booting.done())
            osd.start()
            back_at = time.monotonic()
            disk = booting.result()
        self.assert_cloned(disk, image_id)
        self.report_cloned(disk, back_at)

    @catalogue.fault(
        _TARGET, 'The OSDs stop answering while the copy is written, and '
        'come back before Glance gives up', '')
    def test_osd_away_for_a_moment(self) -> None:
        image_id = self.make_image()
        self.slow_target(image_id, 10)
        disk, back_at = self.boot_without_osd(
            image_id, 'dcn0', self.wait_writing)
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual({}, self.traces(image_id))
        self.report_cloned(disk, back_at)

    @catalogue.fault(
        _TARGET, 'The monitors of the local cluster hang during the copy, '
        'and come back', '')
    def test_monitor_hangs_during_the_copy(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 5)
        back_at = 0.0

        def freeze() -> None:
            nonlocal back_at
            self.wait_staging(image_id)
            with fixture.Frozen(self.lab, 'ceph-mon.dcn0'):
                labtest.wait_for('a failed copy', lambda: bool(
                    self.failed_copies(image_id)))
            back_at = time.monotonic()

        disk = self.boot_while(image_id, freeze)
        self.assert_cloned(disk, image_id)
        self.report_cloned(disk, back_at)
