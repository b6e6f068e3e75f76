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


"""What is done to servers that are there already.

Each method asks for it and returns; :meth:`servers.Servers.wait_status` tells
when it has been done.
"""

from lab import servers

RESCUE = 'RESCUE'
SHELVED = 'SHELVED_OFFLOADED'
SHUTOFF = 'SHUTOFF'
VERIFY_RESIZE = 'VERIFY_RESIZE'


class Actions:
    """Actions of the compute API, for one tenant.

    Only administrators may move servers.

    :param asked: servers as that tenant
    :raises keystoneauth1.exceptions.HttpError: by each, when Nova refuses
    """

    def __init__(self, asked: servers.Servers) -> None:
        self._servers = asked

    def snapshot(self, server_id: str, name: str) -> str:
        """Make an image of a root disk; return the id, long before it is."""
        made = self._servers.act(server_id, 'createImage', {'name': name})
        return str(made['image_id'])

    def shelve(self, server_id: str) -> None:
        """Keep only an image of a server; it ends in ``SHELVED_OFFLOADED``."""
        self._servers.act(server_id, 'shelve')

    def unshelve(self, server_id: str, zone: str) -> None:
        """Make a server again from the image that shelving left."""
        self._servers.act(
            server_id, 'unshelve', {'availability_zone': zone})

    def rescue(self, server_id: str, image_id: str) -> None:
        """Boot a server from a disk of another image, until it is unrescued.

        It ends in ``RESCUE``.
        """
        self._servers.act(
            server_id, 'rescue', {'rescue_image_ref': image_id})

    def unrescue(self, server_id: str) -> None:
        """Boot a server from its own disk again."""
        self._servers.act(server_id, 'unrescue')

    def rebuild(self, server_id: str, image_id: str) -> None:
        """Give a server a new root disk, made from an image."""
        self._servers.act(server_id, 'rebuild', {'imageRef': image_id})

    def resize(self, server_id: str, flavor: str) -> None:
        """Give a server another flavor; it ends in ``VERIFY_RESIZE``.

        :param flavor: its name
        """
        self._servers.act(server_id, 'resize', {
            'flavorRef': self._servers.flavor_id(flavor)})

    def migrate(self, server_id: str, host: str) -> None:
        """Have a server on another host; it ends in ``VERIFY_RESIZE``."""
        self._servers.act(server_id, 'migrate', {'host': host})

    def live_migrate(self, server_id: str, host: str) -> None:
        """Have a server on another host while it runs."""
        self._servers.act(server_id, 'os-migrateLive', {
            'host': host, 'block_migration': 'auto'})

    def evacuate(self, server_id: str, host: str) -> None:
        """Have a server on another host when its own is down.

        It ends in ``SHUTOFF``.
        """
        self._servers.act(server_id, 'evacuate', {'host': host})

    def confirm_resize(self, server_id: str) -> None:
        """Keep the new flavor."""
        self._servers.act(server_id, 'confirmResize')

    def revert_resize(self, server_id: str) -> None:
        """Go back to the old flavor, and to the disk as it was."""
        self._servers.act(server_id, 'revertResize')
