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


"""Real guests at the edge, from an image that was only at the hub."""

from __future__ import annotations

from lab import memory
from tests.e2e import base


class ServersTestCase(base.CloudTestCase):

    def test_first_boot_copies_and_next_one_does_not(self) -> None:
        image_id = self.make_guest_image()
        self.assertEqual({'central'}, self.stores(image_id))

        first = self.boot_server(image_id, 'dcn0')
        self.assertEqual('dcn0-0', first.host)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))
        self.assert_clone(first, image_id)

        second = self.boot_server(image_id, 'dcn0')
        self.assertEqual(1, self.copies(image_id))
        self.assert_clone(second, image_id)

    def test_boot_at_the_hub_copies_nothing(self) -> None:
        image_id = self.make_guest_image()
        server = self.boot_server(image_id, 'central')
        self.assertEqual('central', server.zone)
        self.assertEqual(0, self.copies(image_id))
        self.assert_clone(server, image_id)

    def test_three_computes_of_a_site_share_one_copy(self) -> None:
        self.assertEqual(3, len(self.computing.at('dcn1')),
                         'start the lab with --computes dcn1=3')
        image_id = self.make_guest_image()
        group = self.make_group()
        booted = self.wait_booted([
            self.create(image_id, 'dcn1', group) for _ in range(3)])
        self.assertEqual({'dcn1-0', 'dcn1-1', 'dcn1-2'},
                         {server.host for server in booted})
        for server in booted:
            self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual({'central', 'dcn1'}, self.stores(image_id))
        # What the documentation says of the machine that it takes.
        self.assertLess(
            memory.of_lab(self.lab.directory.path).mib, 6 << 10)

    def test_two_sites_at_once(self) -> None:
        image_id = self.make_guest_image()
        booted = self.wait_booted([
            self.create(image_id, zone) for zone in ('dcn0', 'dcn1')])
        for server in booted:
            self.assert_clone(server, image_id)
        self.assertEqual(2, self.copies(image_id))
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))

    def test_delete_leaves_neither_disk_nor_domain(self) -> None:
        image_id = self.make_guest_image()
        server = self.boot_server(image_id, 'dcn0')
        node = self.computing.nodes['dcn0-0']
        self.assertIn(server.id, node.domains())

        self.remove(server.id)
        self.assert_no_trace(server)

    def test_log_names_the_request_and_the_instance(self) -> None:
        image_id = self.make_guest_image()
        server = self.boot_server(image_id, 'dcn0')
        log = self.computing.nodes['dcn0-0'].compute.log.read_text()
        made, = (line for line in log.splitlines()
                 if ' nova_rbd_multistore.' in line
                 and server.disk in line
                 and f'is a clone of images/{image_id}@snap' in line)
        self.assertRegex(
            made, rf' INFO .* req-[0-9a-f-]{{36}} .*\[instance: {server.id}\]')
