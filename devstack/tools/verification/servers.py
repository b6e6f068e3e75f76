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

"""Servers, made as their user makes them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ksa_exc

from devstack.tools.verification import check
from devstack.tools.verification import waiting
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing

# The first one with servers that have no network.
_MICROVERSION = '2.37'

_GIB = 1024 ** 3


@dataclasses.dataclass(frozen=True)
class Server:
    """What Nova tells of a server.

    :ivar state: status and task, for people.
    :ivar fault: why it is in ERROR, '' for nothing.
    """

    id: str
    name: str
    status: str
    state: str
    fault: str

    @property
    def disk(self) -> str:
        """The name of its root disk in RBD."""
        return f'{self.id}_disk'


@dataclasses.dataclass(frozen=True)
class Flavor:
    """A flavor.

    :ivar disk: GiB.
    :ivar memory: MiB.
    """

    id: str
    name: str
    disk: int
    memory: int


def smallest(flavors: Iterable[Flavor], size: int) -> Flavor:
    """Return the smallest flavor with a disk for an image.

    :param size: bytes of the image's disk.
    :raises Failed: when there is none.
    """
    large = [one for one in flavors if one.disk * _GIB >= size]
    if not large:
        raise check.Failed(
            f'no flavor has a disk for an image of {size} bytes',
            'Make one (openstack flavor create), or take a smaller image.')
    return min(large, key=lambda one: (one.disk, one.memory, one.name))


class Servers:
    """The compute API, as one user sees it."""

    def __init__(self, access: glance.Access, clock: timing.Clock) -> None:
        options = {name: value for name, value in access.adapter.items()
                   if name in ('region_name', 'interface')}
        self._nova = adapter.Adapter(
            access.session, service_type='compute',
            default_microversion=_MICROVERSION, **options)
        self._clock = clock

    def flavors(self) -> list[Flavor]:
        """Return all that the user may take."""
        found = self._nova.get('/flavors/detail').json()['flavors']
        return [Flavor(str(one['id']), str(one['name']), int(one['disk']),
                       int(one['ram'])) for one in found]

    def create(self, name: str, image_id: str, flavor: Flavor) -> str:
        """Ask for a server without a network and return its id."""
        made = self._nova.post('/servers', json={'server': {
            'name': name, 'imageRef': image_id, 'flavorRef': flavor.id,
            'networks': 'none'}}).json()
        return str(made['server']['id'])

    def show(self, server_id: str) -> Server | None:
        """Return a server, None when there is none."""
        try:
            answer = self._nova.get(f'/servers/{server_id}').json()
        except ksa_exc.NotFound:
            return None
        return _parse(answer['server'])

    def named(self, prefix: str) -> list[str]:
        """Return the ids of the user's servers whose names begin like that."""
        # The filter finds the text anywhere.
        found = self._nova.get('/servers', params={'name': prefix}).json()
        return [str(one['id']) for one in found['servers']
                if one['name'].startswith(prefix)]

    def active(
        self, server_id: str, timeout: float, say: Callable[[str], None],
    ) -> Server:
        """Return a server when it is active.

        :param timeout: seconds.
        :raises Failed: when it is in ERROR, is gone, or is too slow.
        """
        def look() -> tuple[Server | None, str]:
            server = self.show(server_id)
            if server is None:
                raise check.Failed(f'server {server_id} is gone')
            if server.status == 'ERROR':
                raise check.Failed(
                    f'server {server.name} is in ERROR: {server.fault}',
                    f'Look for {server_id} in the journals of '
                    f'devstack@n-cpu and devstack@n-sch.')
            done = server if server.status == 'ACTIVE' else None
            return done, server.state

        return waiting.until(
            look, f'server {server_id}', timeout, self._clock, say)

    def remove(self, server_id: str, timeout: float = 120.0) -> None:
        """Delete a server and return when it has gone.

        :param timeout: seconds.
        :raises Failed: when it is still there then.
        """
        with contextlib.suppress(ksa_exc.NotFound):
            self._nova.delete(f'/servers/{server_id}')

        def look() -> tuple[bool | None, str]:
            server = self.show(server_id)
            return (True, '') if server is None else (None, server.state)

        waiting.until(look, f'the end of server {server_id}', timeout,
                      self._clock)


def _parse(seen: Mapping[str, Any]) -> Server:
    task = seen.get('OS-EXT-STS:task_state')
    return Server(
        str(seen['id']), str(seen['name']), str(seen['status']),
        f'{seen["status"]}, {task}' if task else str(seen['status']),
        str(seen.get('fault', {}).get('message', '')))
