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

"""Answers that no Glance gives, and what a compute makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab import boot
from lab import ceph
from tests.faults import base
from tests.faults import catalogue
from tests.faults import gateway

_IMAGE = catalogue.Group.IMAGE
_ACCESS = catalogue.Group.ACCESS
_WHO = 'Look for what changes answers between the compute and Glance.'
# Characters of a line in the log.
_LONGEST = 1500
_MEGABYTE = 'x' * 1_000_000


class HostileTestCase(base.FaultTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.site: ceph.Cluster = self.lab.sites['dcn0']
        self.glance = self.useFixture(gateway.Gateway(self.lab))

    def boot_through(
        self, image_id: str, change: Callable[[dict[str, Any]], Any],
    ) -> boot.Disk:
        """Boot with another record of the image than Glance's.

        :param change: gets Glance's and changes it, or returns another.
        """
        def changed(record: dict[str, Any]) -> Any:
            other = change(record)
            return record if other is None else other

        with self.glance.altering(gateway.looks, changed):
            disk = self.boot_one(
                image_id, glance={'api_servers': self.glance.url})
        self.assert_short()
        return disk

    def boot_with(self, image_id: str, *urls: object) -> boot.Disk:
        """Boot with locations that Glance does not list.

        They are said to be of dcn0, which is said to have the image. The
        record shows them, too, as those of some deployments do.
        """
        places = [{'url': url, 'metadata': {'store': 'dcn0'}}
                  for url in urls]

        def change(record: dict[str, Any]) -> None:
            record['stores'] = 'central,dcn0'
            record['locations'] = places

        with self.glance.altering(gateway.locations,
                                  lambda listed: [*listed, *places]):
            return self.boot_through(image_id, change)

    def assert_short(self) -> None:
        """Check that no line of the package is long, at any level."""
        for path in self._log_files():
            for line in self._new_lines(path):
                if ' nova_rbd_multistore' in line:
                    self.assertLess(len(line), _LONGEST)

    def make_disk(self) -> str:
        """Make the disk of an instance, with a protected snapshot."""
        name = '11111111-2222-4333-8444-555555555555_disk'
        self.site.create_image('vms', name, 1)
        self.addCleanup(self.site.remove_image, 'vms', name)
        self.site.run('rbd', 'snap', 'create', '--no-progress',
                      f'vms/{name}@snap')
        self.site.run('rbd', 'snap', 'protect', f'vms/{name}@snap')
        return name

    @catalogue.fault(
        _IMAGE, 'Glance lists locations that are no RBD snapshots',
        'Find out who registered them, see :ref:`copy-foreign`.')
    def test_locations_that_are_none(self) -> None:
        image_id = self.make_image()
        fsid = self.site.fsid
        disk = self.boot_with(
            image_id, '', 'rbd', 'rbd://', f'rbd://{fsid}',
            f'rbd://{fsid}/images/{image_id}',
            f'rbd://{fsid}/images/{image_id}/snap/more',
            f'rbd://{fsid}//{image_id}/snap',
            f'rbd://{fsid}/images/{image_id}/',
            f'rbd://{fsid}/images/../snap/{image_id}/..',
            f'rbd://{fsid}/images/%2e%2e%2f{image_id}/snap',
            f'rbd://{fsid}/images/{image_id}/snap%00',
            f'rbd://{fsid}/images/{image_id}/sn%ffap',
            f'rbd://{fsid}/images/{image_id}/%zz',
            f'rbd://{fsid}/images/{image_id}/snap?x#y',
            f'rbd://{fsid}/images/{image_id} /snap',
            f'rbd://{fsid}/images/{image_id}/sn\u00e4p\u202e',
            f'rbd://ceph/images/{image_id}/snap', _MEGABYTE,
            f'rbd://{fsid}/images/{_MEGABYTE}/snap',
            'file:///etc/passwd', 's3+https://key:secret@host/bucket/x',
            7, None, ['rbd://'], {'rbd': fsid})
        self.assert_refused(disk, image_id, 'Passing over 19 of the',
                            'cannot be copied to store dcn0')
        self.assertEqual(0, self.copies(image_id))
        self.report_refused(disk)

    @catalogue.fault(
        _IMAGE, 'Glance lists what is broken beside a good local copy',
        'Find out who registered it, see :ref:`copy-foreign`.')
    def test_broken_ones_beside_a_good_one(self) -> None:
        image_id = self.make_image()
        self.assert_cloned(self.boot_one(image_id), image_id)
        disk_name = self.make_disk()

        broken = [
            7, {}, {'url': None}, {'url': _MEGABYTE},
            {'url': f'rbd://{self.site.fsid}/vms/{disk_name}/snap',
             'metadata': {'store': 'dcn0'}}]

        def change(record: dict[str, Any]) -> None:
            record['locations'] = broken

        with self.glance.altering(gateway.locations,
                                  lambda listed: [*broken, *listed]):
            disk = self.boot_through(image_id, change)
        self.assert_cloned(disk, image_id)
        self.assertIn('Passing over 3 of the', '\n'.join(self.told()))
        self.report_cloned(disk)

    def test_no_disk_of_an_instance_is_cloned(self) -> None:
        image_id, disk_name = self.make_image(4), self.make_disk()
        fsid = self.site.fsid
        disk = self.boot_with(
            image_id, f'rbd://{fsid}/vms/{disk_name}/snap',
            f'rbd://{fsid.upper()}/%76ms/{disk_name}/snap',
            f'rbd://{fsid}/vms/{disk_name}/sn%61p')
        self.assert_refused(disk, image_id, 'in the pool of instance disks',
                            disk_name)
        self.assertEqual([], self.site.query(
            'rbd', 'children', f'vms/{disk_name}@snap'))

    @catalogue.fault(
        _IMAGE, 'Glance lists ten thousand locations that do not exist',
        _WHO)
    def test_ten_thousand_locations(self) -> None:
        image_id = self.make_image(4)
        disk = self.boot_with(image_id, *(
            f'rbd://{self.site.fsid}/images/{image_id}.{number}/snap'
            for number in range(10_000)))
        self.assert_refused(disk, image_id, 'there is no such snapshot',
                            'Passing over 10000 of the')
        self.report_refused(disk)

    def test_a_megabyte_beside_what_is_needed(self) -> None:
        image_id = self.make_image(4)

        def change(record: dict[str, Any]) -> None:
            record.update({
                'name': _MEGABYTE, 'os_distro': _MEGABYTE, _MEGABYTE: [],
                'tags': [_MEGABYTE], 'checksum': {}, 'virtual_size': 'x'})

        self.assert_cloned(
            self.boot_through(image_id, change), image_id)

    @catalogue.fault(
        _ACCESS, 'The record of an image is not as Glance makes it', _WHO)
    def test_lists_that_are_no_text(self) -> None:
        image_id = self.make_image(4)
        disk = self.boot_through(image_id, lambda record: record.update(
            stores=['central', 'dcn0']))
        self.assert_refused(
            disk, 'stores: a list in place of text', 'load balancer',
            kind='GlanceConnectionFailed')
        self.report_refused(disk)

    def test_records_that_are_none(self) -> None:
        image_id, other = self.make_image(4), self.make_image(4)
        changes: list[Callable[[dict[str, Any]], Any]] = [
            lambda record: record | {'id': other},
            lambda record: record | {'status': _MEGABYTE},
            lambda record: record | {'locations': {}},
            lambda record: b'[' * 100_000,
        ]
        for change in changes:
            disk = self.boot_through(image_id, change)
            self.assert_refused(
                disk, 'not one of Glance\'s', kind='GlanceConnectionFailed')
        self.assertEqual({'central'}, self.stores(image_id))
        self.assertEqual({'central'}, self.stores(other))

    def test_stores_that_are_none(self) -> None:
        image_id = self.make_image(4)
        disk = self.boot_through(image_id, lambda record: record.update(
            stores=','.join([record['stores'], *map(str, range(100_000))]),
            os_glance_importing_to_stores=_MEGABYTE.replace('x', ',')))
        self.assert_cloned(disk, image_id)
