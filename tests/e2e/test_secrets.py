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

"""No token, password or key is in a log of the cloud."""

from __future__ import annotations

from lab import fixture
from lab import servers
from tests import confidential
from tests.e2e import base


class SecretsTestCase(base.CloudTestCase):

    def logs(self) -> dict[str, str]:
        """Return what all services have logged, by the name of the file."""
        return {path.name: path.read_text(errors='replace')
                for path in (self.lab.directory.path / 'logs').iterdir()}

    def test_good_boot_and_refused_boot(self) -> None:
        self.boot_server(self.make_guest_image(), 'dcn0')
        node = self.computing.nodes['dcn0-0']
        with fixture.ComputeConfigured(node, {
                'libvirt': {'images_rbd_glance_credential': 'user'}}):
            refused = self.create(self.make_guest_image(), 'dcn0')
            self.servers.wait_status(refused, servers.ERROR)

        logs = self.logs()
        said = logs[node.compute.log.name]
        self.assertIn(' DEBUG nova_rbd_multistore', said)
        self.assertIn('fetch_image_location', said)
        secrets = confidential.Secrets(self.lab.state)
        self.assertEqual({}, {name: found for name, text in logs.items()
                              if (found := secrets.within(text))})
