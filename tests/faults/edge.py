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

"""Base of the tests of boots at a site with a Glance of its own."""

from __future__ import annotations

from lab import boot
from lab import glance_api
from tests.faults import base

FAR = 'it is only in dcn1, and the Glance of this site has only central, dcn0'


class EdgeTestCase(base.FaultTestCase):
    """A test at dcn0, whose Glance knows its own store and the hub's.

    :ivar edge: that Glance.
    """

    def setUp(self) -> None:
        super().setUp()
        self.assertIn('dcn0', self.lab.edges,
                      'start the lab with --edges dcn0')
        self.edge: glance_api.GlanceApi = self.lab.edges['dcn0']

    def through_glance(self, request: boot.Request) -> boot.Request:
        """Have a boot use the Glance that the lab's nova.conf names."""
        return request

    def make_far_image(self, mib: int = 32) -> str:
        """Return an image that is at another edge site only."""
        image_id = self.make_image(mib)
        self.move_image(image_id, 'dcn1')
        self.made = self.copies(image_id)
        return image_id

    def assert_nothing_done(self, image_id: str) -> None:
        """Check that no copy was asked for."""
        self.assertEqual({'dcn1'}, self.stores(image_id))
        self.assertEqual(self.made, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))
        self.assertEqual({}, self.traces(image_id))
