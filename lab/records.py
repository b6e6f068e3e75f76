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

"""What Nova and Placement have recorded about a server."""

from __future__ import annotations

from lab import accounts
from lab import clients
from lab import exception
from lab import state
from lab import waiting

# Seconds.
_TIMEOUT = 120
_INTERVAL = 0.5


class Records:
    """Asked for as an administrator."""

    def __init__(self, lab: state.State) -> None:
        self._nova = clients.nova_for(lab, accounts.ADMIN)
        self._placement = clients.placement_for(lab, accounts.ADMIN)

    def allocated(self, server_id: str) -> set[str]:
        """Return the hosts of which a server has resources in Placement."""
        hosts = {one['uuid']: one['name'] for one in self._placement.get(
            '/resource_providers').json()['resource_providers']}
        allocated = self._placement.get(
            f'/allocations/{server_id}').json()['allocations']
        return {hosts[provider] for provider in allocated}

    def migrations(self, server_id: str) -> list[str]:
        """Return the states of a server's moves, the last one first."""
        seen = self._nova.get('/os-migrations', params={
            'instance_uuid': server_id}).json()['migrations']
        return [str(one['status']) for one in seen]

    def wait_failure(self, server_id: str, action: str) -> list[str]:
        """Return why the last thing that was done to a server failed.

        :param action: its name, as Nova records it
        :return: the details of all its steps that failed, which Nova's
            default policy shows to administrators, the last one first
        :raises exception.ServerFailed: when it does not fail in time
        """
        def look() -> waiting.Look:
            last = self._last_action(server_id)
            return waiting.Look(
                (last['action'], last['message']) == (action, 'Error'),
                f'{last["action"]}: {last["message"]}')

        try:
            waiting.until(look, _TIMEOUT, _INTERVAL)
        except waiting.TimedOut as exc:
            raise exception.ServerFailed(
                server_id, f'failure of {action}', exc.seconds,
                exc.last_state, None) from exc
        request = self._last_action(server_id)['request_id']
        seen = self._nova.get(
            f'/servers/{server_id}/os-instance-actions/{request}').json()
        return [str(event['details'])
                for event in seen['instanceAction']['events']
                if event['result'] == 'Error']

    def _last_action(self, server_id: str) -> dict[str, str | None]:
        seen = self._nova.get(f'/servers/{server_id}/os-instance-actions')
        last: dict[str, str | None] = seen.json()['instanceActions'][0]
        return last
