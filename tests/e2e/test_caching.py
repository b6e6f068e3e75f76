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

"""Images that an administrator caches on the hosts of a site beforehand."""

from __future__ import annotations

import re

from lab import clients
from lab import zones
from tests import labtest
from tests.e2e import base

_PRESENT = 'is in our cluster already'
# Of several hosts one may come when the copy of another is complete.
_CACHED = f'was copied to our store|{_PRESENT}'


class CachingTestCase(base.CloudTestCase):

    def cache(self, image_id: str, zone: str, outcome: str) -> None:
        """Cache an image on all hosts of a zone, and wait for it.

        :param outcome: what the log of each host says at the end, a
            regular expression.
        """
        zones.cache_image(
            clients.nova_for(self.lab.state, 'admin'), zone, image_id)
        for node in self.computing.at(zone):
            labtest.wait_for(
                f'image {image_id} {outcome} on {node.name}',
                lambda log=node.compute.log: any(
                    image_id in line and re.search(outcome, line)
                    for line in log.read_text().splitlines()))
        self.wait_idle(image_id)

    def cached_files(self, zone: str) -> list[str]:
        """Return what the image caches of a site's computes hold."""
        return [file.name for node in self.computing.at(zone)
                for file in node.compute.instances.glob('_base/*')]

    def test_cached_image_is_in_the_store_and_its_boot_copies_nothing(
        self,
    ) -> None:
        image_id = self.make_guest_image()
        self.cache(image_id, 'dcn0', _CACHED)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual([], self.cached_files('dcn0'))

        server = self.boot_server(image_id, 'dcn0')
        self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_all_hosts_of_a_site_share_one_copy(self) -> None:
        image_id = self.make_guest_image()
        self.cache(image_id, 'dcn1', _CACHED)
        self.assertEqual({'central', 'dcn1'}, self.stores(image_id))
        self.assertEqual(1, self.copies(image_id))

    def test_image_of_the_hub_is_there_already(self) -> None:
        image_id = self.make_guest_image()
        self.cache(image_id, 'central', _PRESENT)
        self.assertEqual({'central'}, self.stores(image_id))
        self.assertEqual(0, self.copies(image_id))
