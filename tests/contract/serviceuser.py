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

"""A user of the lab that has the role service and no other."""

from __future__ import annotations

import secrets

import fixtures
from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client as keystone_client

from lab import accounts
from lab import clients
from lab import state


class ServiceUser(fixtures.Fixture):
    """A user in the service project, for as long as the fixture is used.

    :ivar session: as that user.
    """

    def __init__(self, lab: state.State) -> None:
        super().__init__()
        self._lab = lab

    def _setUp(self) -> None:
        name = f'contract-{secrets.token_hex(4)}'
        password = secrets.token_hex(16)
        keystone = keystone_client.Client(
            session=clients.session_for(self._lab, 'admin'),
            interface='public')
        project, = keystone.projects.list(name=accounts.SERVICE_PROJECT)
        role, = keystone.roles.list(name='service')
        user = keystone.users.create(
            name, domain='default', password=password)
        self.addCleanup(keystone.users.delete, user)
        keystone.roles.grant(role, user=user, project=project)
        self.session = session.Session(auth=v3.Password(
            auth_url=self._lab.keystone_url, username=name,
            password=password, project_name=accounts.SERVICE_PROJECT,
            user_domain_id='default', project_domain_id='default'))
