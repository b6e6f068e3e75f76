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

"""The computes of the lab as Nova's scheduler sees them."""

from typing import Any

from lab import accounts
from lab import clients
from lab import state


class Services:
    """Whether the scheduler may choose a compute, as Nova sees it."""

    def __init__(self, lab: state.State) -> None:
        self._nova = clients.nova_for(lab, accounts.ADMIN)

    def hosts(self) -> set[str]:
        """Return the names of all computes."""
        return set(self._ids())

    def update(self, host: str, **changes: Any) -> None:
        """Set ``status`` or ``forced_down`` of a compute.

        :raises keystoneauth1.exceptions.ClientException: when Nova refuses
        """
        self._nova.put(f'/os-services/{self._ids()[host]}', json=changes)

    def _ids(self) -> dict[str, str]:
        seen = self._nova.get('/os-services', params={
            'binary': 'nova-compute'}).json()['services']
        return {one['host']: one['id'] for one in seen}
