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

"""Nova's driver with our backend, on real Ceph, Keystone and Glance."""

from __future__ import annotations

from lab import accounts
from lab import authconf
from lab import boot
from lab import compute
from lab import fixture
from lab import settings
from tests import labtest


class BootTestCase(labtest.LabTestCase):

    def request(self, image_id: str, site: str, hosts: int = 1,
                **overrides: dict[str, str]) -> boot.Request:
        return boot.Request(image_id, site, hosts=hosts, count=hosts,
                            overrides=overrides)

    def assert_cloned(self, disks: list[boot.Disk], image_id: str) -> None:
        """Check in Ceph that each disk is a clone of the local copy."""
        for disk in disks:
            self.assertIsNone(disk.error)
            self.assertEqual(f'images/{image_id}@snap', disk.parent)
            self.assertEqual(boot.COW, disk.result)

    def open_glance(self) -> None:
        """Let tenants copy images and see locations in this test."""
        self.useFixture(fixture.GlanceConfigured(self.lab, settings.OPEN))

    def test_first_boot_copies_and_later_ones_clone(self) -> None:
        image_id = self.make_image()

        cold, = self.boot(self.request(image_id, 'dcn0'))
        self.assert_cloned([cold], image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))
        self.assertGreater(cold.copy_seconds, 0)

        warm, = self.boot(self.request(image_id, 'dcn0'))
        self.assert_cloned([warm], image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertIsNone(warm.copy_ended_at)
        # The image, and its locations, which its record does not show.
        self.assertEqual(2, warm.glance_requests)

    def test_boot_at_the_hub_copies_nothing(self) -> None:
        image_id = self.make_image()
        disks = self.boot(self.request(image_id, 'central'))
        self.assert_cloned(disks, image_id)
        self.assertEqual(0, self.copies(image_id))

    def test_eight_computes_share_one_copy(self) -> None:
        image_id = self.make_image(64)
        disks = self.boot(self.request(image_id, 'dcn0', hosts=8))
        self.assertEqual(8, len(disks))
        self.assert_cloned(disks, image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_two_sites_at_once(self) -> None:
        image_id = self.make_image(64)
        disks = self.boot(self.request(image_id, 'dcn0', hosts=2),
                          self.request(image_id, 'dcn1', hosts=2))
        self.assertEqual(4, len(disks))
        self.assert_cloned(disks, image_id)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))
        self.assertEqual(2, self.copies(image_id))

    def test_dcn10_is_not_dcn1(self) -> None:
        image_id = self.make_image()
        self.boot(self.request(image_id, 'dcn10'))
        self.assertEqual({'central', 'dcn10'}, self.stores(image_id))

        disks = self.boot(self.request(image_id, 'dcn1'))
        self.assert_cloned(disks, image_id)
        self.assertEqual({'central', 'dcn10', 'dcn1'}, self.stores(image_id))

    def test_where_nova_runs_on_eventlet(self) -> None:
        image_id = self.make_image()
        disks = self.boot(boot.Request(
            image_id, 'dcn0', hosts=2, count=4,
            overrides={'DEFAULT': {'concurrency_backend': 'eventlet'}}))
        self.assertEqual(4, len(disks))
        self.assert_cloned(disks, image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_upstream_runs_in_the_same_lab(self) -> None:
        self.open_glance()
        image_id = self.make_image()
        disks = self.boot(boot.Request(
            image_id, 'central', backend=compute.UPSTREAM))
        self.assert_cloned(disks, image_id)

    def test_record_that_shows_one_location_of_two(self) -> None:
        """And that is the hub's."""
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(overrides={
                'DEFAULT': {'show_image_direct_url': 'true'}})))
        image_id = self.make_image()
        for _ in ('copy and clone', 'clone'):
            disks = self.boot(self.request(image_id, 'dcn0'))
            self.assert_cloned(disks, image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_disk_has_the_size_of_the_flavor(self) -> None:
        image_id = self.make_image()
        disk, = self.boot(self.request(image_id, 'central'))
        seen = self.lab.sites['central'].query(
            'rbd', 'info', f'vms/{disk.disk}')
        self.assertEqual(1024 ** 3, seen['size'])

    def test_tenant_token_alone_copies_where_policy_allows(self) -> None:
        self.open_glance()
        image_id = self.make_image()
        disks = self.boot(self.request(
            image_id, 'dcn0', glance={'auth_type': ''}))
        self.assert_cloned(disks, image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_service_user_copies_where_glance_has_no_credential(self) -> None:
        image_id = self.make_image()
        disks = self.boot(self.request(
            image_id, 'dcn0', glance={'auth_type': ''},
            service_user={
                **authconf.password(self.lab.state, accounts.COPIER),
                'send_service_user_token': 'true'}))
        self.assert_cloned(disks, image_id)
