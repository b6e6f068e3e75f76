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

"""Who is in the lab: projects, users and their roles."""

from collections.abc import Iterable
import dataclasses

from keystoneauth1 import session
from keystoneclient.v3 import client

from lab import settings

SERVICE_PROJECT = 'service'
REGION = 'RegionOne'
# Services look for the internal URL of another, people for the public one.
INTERFACES = ('public', 'internal', 'admin')
ADMIN = 'admin'
# As whom computes copy images and read their locations.
COPIER = 'nova-glance'


@dataclasses.dataclass(frozen=True)
class Account:
    """A user and the roles it has in its only project."""

    user: str
    project: str
    roles: tuple[str, ...]


# Each service has the one role that it needs. The security page of the
# documentation says what for.
ACCOUNTS = (
    Account(ADMIN, 'admin', ('admin',)),
    Account('demo', 'demo', ('member',)),
    Account('other', 'other', ('member',)),
    Account('glance', SERVICE_PROJECT, ('service',)),
    Account('nova', SERVICE_PROJECT, ('service',)),
    Account(COPIER, SERVICE_PROJECT, ('admin',)),
)
_OF_CLOUD = (
    Account('placement', SERVICE_PROJECT, ('service',)),
    Account('neutron', SERVICE_PROJECT, ('service',)),
)


def of_profile(profile: str) -> tuple[Account, ...]:
    """Return the accounts of a lab of that profile."""
    if profile == settings.CLOUD:
        return ACCOUNTS + _OF_CLOUD
    return ACCOUNTS


@dataclasses.dataclass(frozen=True)
class Service:
    """An entry of the service catalog, the same URL for everybody."""

    name: str
    type: str
    url: str


def create(as_admin: session.Session, accounts: Iterable[Account],
           passwords: dict[str, str], catalog: Iterable[Service]) -> None:
    """Make accounts and the service catalog in a bootstrapped Keystone.

    :param passwords: by user
    """
    keystone = client.Client(session=as_admin, interface='public')
    roles = {role.name: role for role in keystone.roles.list()}
    projects = {project.name: project
                for project in keystone.projects.list()}
    for account in accounts:
        if account.user == ADMIN:
            # keystone-manage bootstrap made it.
            continue
        for name in account.roles:
            if name not in roles:
                roles[name] = keystone.roles.create(name)
        if account.project not in projects:
            projects[account.project] = keystone.projects.create(
                account.project, 'default')
        user = keystone.users.create(
            account.user, domain='default',
            password=passwords[account.user],
            default_project=projects[account.project])
        for name in account.roles:
            keystone.roles.grant(roles[name], user=user,
                                 project=projects[account.project])
    for entry in catalog:
        service = keystone.services.create(entry.name, entry.type)
        for interface in INTERFACES:
            keystone.endpoints.create(service, entry.url, interface, REGION)
