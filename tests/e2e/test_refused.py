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

"""What happens where no local copy can be had."""

from __future__ import annotations

from typing import Any

from lab import clients
from lab import fixture
from lab import records
from lab import servers
from lab import settings
from tests.e2e import base

_NOBODY = settings.GlanceSettings(copy_policy='role:nobody')


class RefusedTestCase(base.CloudTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.records = records.Records(self.lab.state)

    def shown(self, server_id: str) -> Any:
        """Return a server as its tenant sees it."""
        nova = clients.nova_for(self.lab.state, 'demo')
        return nova.get(f'/servers/{server_id}').json()['server']

    def test_fault_says_why_in_one_sentence(self) -> None:
        image_id = self.make_guest_image()
        with fixture.GlanceConfigured(self.lab, _NOBODY):
            server_id = self.create(image_id, 'dcn0')
            server = self.servers.wait_status(server_id, servers.ERROR)

        self.assertEqual(
            f'Build of instance {server_id} aborted: Image {image_id} is not '
            f'available at the site of this instance: it may not be copied '
            f'there.', self.shown(server_id)['fault']['message'])
        self.assertEqual({'central'}, self.stores(image_id))
        self.assert_no_trace(server)

    def test_rebuild_leaves_the_server_as_it_is(self) -> None:
        image_id, other_id = self.make_guest_image(), self.make_guest_image()
        server = self.boot_server(image_id, 'dcn0')
        before = self.look(server)
        self.assertEqual(image_id, before['image'])
        with fixture.GlanceConfigured(self.lab, _NOBODY):
            self.actions.rebuild(server.id, other_id)
            reason, = self.records.wait_failure(server.id, 'rebuild')
            self.servers.wait_status(server.id)

        self.assertEqual(
            f'Build of instance {server.id} aborted: Image {other_id} is not '
            f'available at the site of this instance: it may not be copied '
            f'there.', reason)
        self.assertEqual(before, self.look(server))
        self.assert_clone(server, image_id)
        self.assertEqual({'central'}, self.stores(other_id))

        self.actions.rebuild(server.id, other_id)
        self.wait_booted([server.id])
        self.assert_clone(server, other_id)
        rebuilt = self.look(server)
        self.assertEqual(other_id, rebuilt['image'])
        self.assertNotEqual(before['disk'], rebuilt['disk'])

    def look(self, server: servers.Server) -> dict[str, object]:
        """Return what a rebuild that is refused must not change."""
        site = self.lab.sites[server.zone]
        return {
            'image': self.shown(server.id)['image']['id'],
            'disk': site.id(site.site.vms_pool, server.disk),
            # It begins anew when the guest does.
            'console': self.servers.console(server.id),
            'allocated': self.records.allocated(server.id)}

    def test_disk_is_flat_only_where_that_was_chosen(self) -> None:
        image_id = self.make_guest_image()
        node = self.computing.nodes['dcn0-0']
        chosen = fixture.ComputeConfigured(node, {
            'libvirt': {'images_rbd_glance_copy_fallback': 'download'}})
        with chosen, fixture.GlanceConfigured(self.lab, _NOBODY):
            flat = self.boot_server(image_id, 'dcn0')
            self.assert_flat(flat)
            self.assertEqual({'central'}, self.stores(image_id))

        # The host's image cache has the image now, which changes nothing.
        self.assertEqual(
            1, len(list(node.compute.instances.glob('_base/*'))))
        cloned = self.boot_server(image_id, 'dcn0')
        self.assert_clone(cloned, image_id)
