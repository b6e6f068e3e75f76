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

"""Faults of the way by which an image comes from one edge to another."""

from __future__ import annotations

from lab import fixture
from tests.faults import catalogue
from tests.faults import edge

_SOURCE = catalogue.Group.SOURCE

_NO_HUB = {'images_rbd_glance_hub_endpoint': '',
           'images_rbd_glance_hub_store_name': ''}


class HubTestCase(edge.EdgeTestCase):

    def first(self) -> str:
        """Return what is said of the copy into the hub's store."""
        return (f'{edge.FAR}, so it has to be copied to central first, '
                f'through the Glance at {self.lab.state.glance_url}')

    @catalogue.fault(
        _SOURCE, 'The image is only at another edge site, whose store the '
        'Glance of this site does not have, and nova.conf names no hub',
        'Set the options in the message, or copy the image to the hub.')
    def test_no_hub_is_configured(self) -> None:
        image_id = self.make_far_image()
        disk = self.boot_one(image_id, libvirt=_NO_HUB)
        self.assert_refused(
            disk, image_id, 'store dcn0', edge.FAR,
            'Set images_rbd_glance_hub_endpoint and '
            'images_rbd_glance_hub_store_name')
        self.assert_tenant(disk, 'the site is not set up for copies')
        self.assert_nothing_done(image_id)
        self.report_refused(disk)

    @catalogue.fault(
        _SOURCE, 'The image is only at another edge site, and the Glance of '
        'the hub does not answer',
        'Look at that Glance, and at the way to it. Boots of images that are '
        'at the hub, or here, need only the Glance of this site.')
    def test_hub_is_down(self) -> None:
        image_id = self.make_far_image()
        with fixture.Killed(self.lab, 'haproxy'):
            disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id,
            f'{self.first()}, which gives no usable answer')
        self.assert_tenant(disk, 'copying it there failed')
        self.assert_nothing_done(image_id)
        self.report_refused(disk)

    @catalogue.fault(
        _SOURCE, 'The image is only at another edge site, and the Glance of '
        'the hub does not answer for a while during the copy', '')
    def test_hub_is_away_for_a_while(self) -> None:
        image_id = self.make_far_image()

        size = int(self.image(image_id)['size'])

        def interrupt() -> None:
            with fixture.Killed(self.lab, 'haproxy'):
                self.wait_writing(image_id, 'central')

        with self.pools.slow_image('dcn1', image_id, size // 8):
            disk = self.boot_while(image_id, interrupt)
        self.assert_cloned(disk, image_id)
        self.assertEqual(self.made + 2, self.copies(image_id))
        self.report_cloned(disk)

    @catalogue.fault(
        _SOURCE, 'The image is only at another edge site, and Glance may not '
        'write to the store of the hub',
        'As for a local store that cannot be written to, at the hub.')
    def test_copy_to_the_hub_fails(self) -> None:
        image_id = self.make_far_image()
        allow = self.grant_glance(
            'central', 'profile rbd-read-only pool=images')
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'not copied to store dcn0',
            f'{self.first()}: Glance accepted the copy 3 times',
            'could not write to the store')
        self.assert_tenant(disk, 'copying it there failed')
        self.assertEqual(3, self.failed_copies(image_id))
        self.report_refused(disk)

        allow()
        self.assert_cloned(self.boot_one(image_id), image_id)

    def test_copy_to_the_hub_takes_too_long(self) -> None:
        image_id = self.make_far_image()
        with self.pools.paused('dcn1'):
            disk = self.boot_one(image_id, libvirt={
                'images_rbd_glance_copy_timeout': '4'})
        self.assert_refused(
            disk, image_id, 'not copied to store dcn0',
            f'{self.first()}: gave up after 4 s')
        self.assert_tenant(disk, 'copying it there takes too long')
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn1'}, self.stores(image_id))
