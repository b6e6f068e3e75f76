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


"""Servers in the lab's cloud, made as a tenant makes them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from keystoneauth1 import exceptions as ks_exc

from lab import accounts
from lab import clients
from lab import exception
from lab import state
from lab import waiting
from lab import zones

ACTIVE = 'ACTIVE'
ERROR = 'ERROR'

# Seconds; a first boot copies an image, on a machine that does much else.
_TIMEOUT = 300
_INTERVAL = 0.5


@dataclasses.dataclass(frozen=True)
class Request:
    """What server to create.

    :ivar zone: availability zone, which is a site; None leaves it to Nova.
    :ivar group: id of a server group, None for none.
    :ivar host: compute to boot on, which only administrators may say. Unlike
        a zone it does not keep the server from other sites later.
    """

    name: str
    image_id: str
    zone: str | None = None
    flavor: str = zones.FLAVOR
    group: str | None = None
    host: str | None = None


@dataclasses.dataclass(frozen=True)
class Server:
    """What Nova tells of a server.

    :ivar host: of its compute, None as long as it has none.
    :ivar fault: the message of its fault, None when it has none.
    :ivar task: what is being done to it, None for nothing.
    """

    id: str
    name: str
    status: str
    zone: str
    host: str | None
    fault: str | None
    task: str | None = None

    @property
    def disk(self) -> str:
        """The name of its root disk in the cluster of its site."""
        return f'{self.id}_disk'


class Servers:
    """The compute API for one tenant.

    What only administrators see of a server is asked as one.
    """

    def __init__(self, lab: state.State, user: str = 'demo') -> None:
        self._nova = clients.nova_for(lab, user)
        self._admin = clients.nova_for(lab, accounts.ADMIN)
        self._flavors: dict[str, str] = {}

    def create(self, request: Request) -> str:
        """Ask for a server; return its id, long before it runs.

        :raises keystoneauth1.exceptions.HttpError: when Nova refuses
        """
        wanted: dict[str, Any] = {
            'name': request.name, 'imageRef': request.image_id,
            'flavorRef': self.flavor_id(request.flavor), 'networks': 'none'}
        if request.zone is not None:
            wanted['availability_zone'] = request.zone
        if request.host is not None:
            wanted['host'] = request.host
        body: dict[str, Any] = {'server': wanted}
        if request.group is not None:
            body['os:scheduler_hints'] = {'group': request.group}
        made = self._nova.post('/servers', json=body).json()
        return str(made['server']['id'])

    def show(self, server_id: str) -> Server:
        """Return what is known of a server.

        :raises keystoneauth1.exceptions.NotFound: when there is none
        """
        seen = self._admin.get(f'/servers/{server_id}').json()['server']
        return _parse({'id': server_id, **seen})

    def named(self, prefix: str) -> list[Server]:
        """Return the servers whose names begin like that."""
        # The filter finds the text anywhere.
        answer = self._admin.get('/servers/detail', params={
            'all_tenants': '1', 'name': prefix}).json()
        return [_parse(seen) for seen in answer['servers']
                if seen['name'].startswith(prefix)]

    def wait_status(self, server_id: str, wanted: str = ACTIVE,
                    timeout: float = _TIMEOUT) -> Server:
        """Return the server when it has a status and nothing is under way.

        :param timeout: seconds
        :raises exception.ServerFailed: when it ends in ERROR, or is too slow
        """
        def look() -> waiting.Look:
            seen = self._admin.get(f'/servers/{server_id}').json()['server']
            task = seen['OS-EXT-STS:task_state']
            if seen['status'] == ERROR != wanted:
                raise waiting.Hopeless(ERROR)
            return waiting.Look(seen['status'] == wanted and task is None,
                                f'{seen["status"]}, task {task}')

        self._until(look, server_id, wanted, timeout)
        return self.show(server_id)

    def act(self, server_id: str, name: str,
            arguments: Mapping[str, Any] | None = None) -> Any:
        """Do to a server what the compute API calls an action.

        Nova has often only begun when this returns.

        :param arguments: None for an action that takes none
        :return: Nova's answer, None when it is empty
        :raises keystoneauth1.exceptions.HttpError: when Nova refuses
        """
        answer = self._nova.post(f'/servers/{server_id}/action',
                                 json={name: arguments})
        return answer.json() if answer.content else None

    def console(self, server_id: str) -> str:
        """Return what the guest has printed since its last start."""
        answer = self.act(server_id, 'os-getConsoleOutput', {})
        return str(answer['output'])

    def wait_console(self, server_id: str, marker: str,
                     timeout: float = _TIMEOUT) -> str:
        """Return the output of the console when it contains a marker.

        :param timeout: seconds
        :raises exception.ServerFailed: when it does not in time
        """
        def look() -> waiting.Look:
            text = self.console(server_id)
            return waiting.Look(marker in text, f'console {text[-200:]!r}')

        self._until(look, server_id, f'printing {marker!r}', timeout)
        return self.console(server_id)

    def delete(self, server_id: str) -> None:
        """Ask for the end of a server; one that is gone is no error.

        :raises keystoneauth1.exceptions.HttpError: when Nova refuses
        """
        with contextlib.suppress(ks_exc.NotFound):
            self._nova.delete(f'/servers/{server_id}')

    def wait_gone(self, server_id: str, timeout: float = _TIMEOUT) -> None:
        """Return when Nova knows the server no more.

        :param timeout: seconds
        :raises exception.ServerFailed: when it is still there, or in ERROR
        """
        def look() -> waiting.Look:
            try:
                seen = self.show(server_id)
            except ks_exc.NotFound:
                return waiting.Look(True, 'gone')
            return waiting.Look(False, seen.status)

        self._until(look, server_id, 'gone', timeout)

    def create_group(self, name: str) -> str:
        """Make a group of servers that are all on different computes."""
        made = self._nova.post('/os-server-groups', json={'server_group': {
            'name': name, 'policy': 'anti-affinity'}}).json()
        return str(made['server_group']['id'])

    def groups(self, prefix: str) -> list[str]:
        """Return the ids of the tenant's groups named like that."""
        found = self._nova.get('/os-server-groups').json()['server_groups']
        return [str(group['id']) for group in found
                if group['name'].startswith(prefix)]

    def delete_group(self, group_id: str) -> None:
        """Remove a group; its servers stay."""
        self._nova.delete(f'/os-server-groups/{group_id}')

    def flavor_id(self, name: str) -> str:
        """Return the id of a flavor.

        :raises exception.UnknownName: when there is none of that name
        """
        if not self._flavors:
            answer = self._nova.get('/flavors').json()
            self._flavors = {
                one['name']: one['id'] for one in answer['flavors']}
        if name not in self._flavors:
            raise exception.UnknownName(
                'flavor', name, list(self._flavors))
        return self._flavors[name]

    def _until(self, look: Callable[[], waiting.Look], server_id: str,
               wanted: str, timeout: float) -> None:
        try:
            waiting.until(look, timeout, _INTERVAL)
        except waiting.TimedOut as exc:
            try:
                fault = self.show(server_id).fault
            except ks_exc.NotFound:
                fault = None
            raise exception.ServerFailed(
                server_id, wanted, exc.seconds, exc.last_state,
                fault) from exc


def _parse(seen: dict[str, Any]) -> Server:
    return Server(
        id=seen['id'], name=seen['name'], status=seen['status'],
        zone=seen['OS-EXT-AZ:availability_zone'],
        host=seen['OS-EXT-SRV-ATTR:host'],
        fault=seen.get('fault', {}).get('message'),
        task=seen['OS-EXT-STS:task_state'])
