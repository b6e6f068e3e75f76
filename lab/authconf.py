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


"""How services log in at Keystone, as their configuration says it."""

from lab import accounts
from lab import state


def password(lab: state.State, user: str) -> dict[str, str]:
    """Return keystoneauth's options for a user of the lab.

    :raises exception.UnknownName: when the lab has no such user
    """
    found = lab.user(user)
    return {
        'auth_type': 'password',
        'auth_url': lab.keystone_url,
        'username': found.name,
        'password': found.password,
        'project_name': found.project,
        'user_domain_id': 'default',
        'project_domain_id': 'default',
    }


def authtoken(lab: state.State, user: str) -> dict[str, str]:
    """Return the section with which a service checks tokens.

    :raises exception.UnknownName: when the lab has no such user
    """
    return {
        'www_authenticate_uri': lab.keystone_url,
        **password(lab, user),
        'region_name': accounts.REGION,
    }


def client(lab: state.State, user: str) -> dict[str, str]:
    """Return the section with which Nova calls another service.

    :raises exception.UnknownName: when the lab has no such user
    """
    return {**password(lab, user), **endpoint(lab)}


def endpoint(lab: state.State) -> dict[str, str]:
    """Return the section with which Nova finds a service in the catalog."""
    return {'region_name': lab.region, 'valid_interfaces': 'public'}
