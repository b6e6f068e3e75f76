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

"""A user that is an administrator in Glance and nowhere else."""

from __future__ import annotations

import secrets

import fixtures
from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client as keystone_client

from lab import accounts
from lab import clients
from lab import state

_ROLE = 'image_admin'


class NarrowUser(fixtures.Fixture):
    """A user and a role, for as long as the fixture is used.

    :ivar session: as that user.
    :ivar options: of the section ``[glance]`` of nova.conf.
    :ivar policies: that Glance needs for it, by name.
    """

    policies = {'context_is_admin': f'role:admin or role:{_ROLE}'}

    def __init__(self, lab: state.State) -> None:
        super().__init__()
        self._lab = lab

    def _setUp(self) -> None:
        name, password = 'nova-narrow', secrets.token_hex(16)
        keystone = keystone_client.Client(
            session=clients.session_for(self._lab, accounts.ADMIN),
            interface='public')
        project, = keystone.projects.list(name=accounts.SERVICE_PROJECT)
        service, = keystone.roles.list(name='service')
        narrow = keystone.roles.create(_ROLE)
        self.addCleanup(keystone.roles.delete, narrow)
        user = keystone.users.create(
            name, domain='default', password=password)
        self.addCleanup(keystone.users.delete, user)
        for role in (service, narrow):
            keystone.roles.grant(role, user=user, project=project)
        self.options = {'username': name, 'password': password}
        self.session = session.Session(auth=v3.Password(
            auth_url=self._lab.keystone_url,
            project_name=accounts.SERVICE_PROJECT,
            user_domain_id='default', project_domain_id='default',
            **self.options))
