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

"""A site with a Glance of its own, which knows its store and the hub's."""

from __future__ import annotations

from lab import clients
from lab import zones
from tests import labtest
from tests.e2e import base


class HubTestCase(base.CloudTestCase):

    def make_far_guest_image(self) -> str:
        """Return the guest's image, which is at another edge site only."""
        self.assertEqual(['dcn0'], list(self.lab.edges))
        image_id = self.make_guest_image()
        self.move_image(image_id, 'dcn1')
        return image_id

    def test_guest_whose_image_is_only_at_another_edge(self) -> None:
        image_id = self.make_far_guest_image()
        before = self.copies(image_id)
        server = self.boot_server(image_id, 'dcn0')
        self.assertEqual('dcn0', server.zone)
        self.assert_clone(server, image_id)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))
        self.assertEqual(before + 2, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))

        self.remove(server.id)
        self.assert_no_trace(server)

    def test_image_that_is_only_at_another_edge_is_cached(self) -> None:
        image_id = self.make_far_guest_image()
        before = self.copies(image_id)
        zones.cache_image(
            clients.nova_for(self.lab.state, 'admin'), 'dcn0', image_id)
        labtest.wait_for('the copy', lambda: 'dcn0' in self.stores(image_id))
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))
        self.assertEqual(before + 2, self.copies(image_id))
