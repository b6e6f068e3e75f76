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

"""Faults of the cluster in which a compute makes its disks."""

from __future__ import annotations

from concurrent import futures
import pathlib
import time

import fixtures

from lab import boot
from lab import ceph
from lab import confile
from lab import fixture as lab_fixture
from tests.faults import base
from tests.faults import catalogue
from tests.faults import gateway

_COMPUTE = catalogue.Group.COMPUTE
# Seconds.
_PATIENCE = 2
_BACK = 60
_CANNOT = 'The storage cluster of the host cannot be used'


class ClusterTestCase(base.FaultTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.site: ceph.Cluster = self.lab.sites['dcn0']
        self.scratch = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path)

    def local(self) -> str:
        """Return an image that the site has, as a boot has shown."""
        image_id = self.make_image()
        self.assert_cloned(self.boot_one(image_id), image_id)
        return image_id

    def conf(self, **client: str) -> dict[str, str]:
        """Return options that give the compute a ceph.conf of its own.

        :param client: options of its Ceph user, beside short timeouts.
        """
        path = self.scratch / 'ceph.conf'
        confile.write(path, confile.ini(confile.merge(
            confile.read_ini(self.site.site.ceph_conf), {'client.nova': {
                'rados_osd_op_timeout': str(_PATIENCE),
                'rados_mon_op_timeout': str(_PATIENCE),
                'client_mount_timeout': str(_PATIENCE), **client}})))
        return {'images_rbd_ceph_conf': str(path)}

    def caps(self, osd: str) -> None:
        """Give the compute's Ceph user other capabilities for the test."""
        self.useFixture(lab_fixture.CephCapabilities(
            self.site, 'client.nova', osd))

    def assert_unusable(self, disk: boot.Disk, *words: str) -> None:
        """Check that the operator gets one line with all of it."""
        self.assert_refused(disk, kind='InternalError')
        assert disk.error is not None
        self.assertEqual(_CANNOT, disk.error['message'])
        told, = self.told()
        for word in (*words, 'Cannot use pool', 'as client nova: [errno '):
            self.assertIn(word, told)

    @catalogue.fault(
        _COMPUTE, 'The OSDs of the local cluster are down when a disk is '
                  'made, with timeouts in the compute\'s ceph.conf',
        'Bring them back; see :ref:`cluster-timeouts`.')
    def test_osd_down(self) -> None:
        image_id = self.local()
        with lab_fixture.Killed(self.lab, 'ceph-osd.dcn0'):
            disk = self.boot_one(image_id, libvirt=self.conf())
        self.assert_unusable(disk, 'pool vms', '[errno 110]',
                             'monitors and OSDs')
        self.report_refused(disk)
        self.assert_cloned(self.boot_one(image_id), image_id)

    @catalogue.fault(
        _COMPUTE, 'The OSDs of the local cluster go down just before a disk '
                  'is cloned, with timeouts', 'Bring them back.')
    def test_osd_goes_down_before_the_clone(self) -> None:
        image_id = self.local()
        osd = self.lab.daemon('ceph-osd.dcn0')
        self.addCleanup(osd.start)
        glance = self.useFixture(gateway.Gateway(self.lab))
        with glance.following(gateway.looks, osd.kill):
            disk = self.boot_one(
                image_id, libvirt=self.conf(),
                glance={'api_servers': glance.url})
        osd.start()
        self.assert_unusable(disk, '[errno 110]', 'creating clone')
        self.report_refused(disk)
        self.assert_cloned(self.boot_one(image_id), image_id)

    @catalogue.fault(
        _COMPUTE, 'The OSDs of the local cluster are down when a disk is '
                  'made, without timeouts',
        'Bring them back; the boot goes on by itself.')
    def test_osd_down_without_timeouts(self) -> None:
        image_id = self.local()
        with futures.ThreadPoolExecutor(1) as pool:
            with lab_fixture.Killed(self.lab, 'ceph-osd.dcn0'):
                booting = pool.submit(self.boot_one, image_id)
                time.sleep(8)
                self.assertFalse(booting.done())
            since = time.monotonic()
            disk = booting.result(_BACK)
        self.assert_cloned(disk, image_id)
        self.report_cloned(disk, since)

    @catalogue.fault(
        _COMPUTE, 'The monitors of the local cluster do not answer',
        'Bring them back; see :ref:`cluster-timeouts`.')
    def test_monitor_down(self) -> None:
        image_id = self.local()
        with lab_fixture.Killed(self.lab, 'ceph-mon.dcn0'):
            disk = self.boot_one(image_id, libvirt=self.conf())
        self.assert_unusable(disk, '[errno 110]', 'connecting',
                             'monitors and OSDs')
        self.report_refused(disk)
        self.assert_cloned(self.boot_one(image_id), image_id)

    @catalogue.fault(
        _COMPUTE, 'The local cluster has no pool for disks',
        'Create the pool, or correct ``images_rbd_pool``.')
    def test_no_pool_for_disks(self) -> None:
        image_id = self.local()
        disk = self.boot_one(
            image_id, libvirt={'images_rbd_pool': 'gone'})
        self.assert_unusable(disk, 'pool gone', "opening pool 'gone'",
                             'images_rbd_pool')
        self.report_refused(disk)

    @catalogue.fault(
        _COMPUTE, 'The local cluster refuses the key of the compute',
        'Give the compute the key that ``ceph auth get`` shows.')
    def test_wrong_key(self) -> None:
        image_id = self.local()
        keyring = self.scratch / 'keyring'
        wrong = confile.read_ini(self.site.site.keyrings.glance)
        confile.write(keyring, confile.ini(
            {'client.nova': wrong['client.glance']}))
        disk = self.boot_one(
            image_id, libvirt=self.conf(keyring=str(keyring)))
        self.assert_unusable(disk, '[errno 13]', 'ceph auth get')
        self.report_refused(disk)

    @catalogue.fault(
        _COMPUTE, 'The compute has no key for the local cluster',
        'Put it where ``ceph.conf`` says.')
    def test_no_key(self) -> None:
        image_id = self.local()
        disk = self.boot_one(image_id, libvirt=self.conf(
            keyring=str(self.scratch / 'nothing')))
        self.assert_unusable(disk, '[errno 2]', 'a key for the client')
        self.report_refused(disk)

    @catalogue.fault(
        _COMPUTE, 'The compute may not write to the pool for disks',
        'Correct its capabilities, see :doc:`install`.')
    def test_read_only(self) -> None:
        image_id = self.local()
        self.caps('profile rbd-read-only pool=vms, '
                  'profile rbd-read-only pool=images')
        disk = self.boot_one(image_id)
        self.assert_refused(disk, 'Client nova', 'may not clone',
                            'capabilities', kind='Forbidden')
        self.report_refused(disk)

    @catalogue.fault(
        _COMPUTE, 'The compute may not read the pool of the local store',
        'Correct its capabilities, see :doc:`install`.')
    def test_no_access_to_images(self) -> None:
        image_id = self.local()
        self.caps('profile rbd pool=vms')
        disk = self.boot_one(image_id)
        self.assert_refused(disk, image_id, 'client nova may not read',
                            'capabilities')
        self.report_refused(disk)
