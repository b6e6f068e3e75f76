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

"""The users of a lab as openstacksdk and the openstack command see them."""

import json
from typing import Any

from lab import confile
from lab import directory
from lab import state

FILE_VARIABLE = 'OS_CLIENT_CONFIG_FILE'
CLOUD_VARIABLE = 'OS_CLOUD'


def name_for(user: str) -> str:
    """Return the name of a user's entry in clouds.yaml."""
    return f'lab-{user}'


def content(lab: state.State) -> dict[str, Any]:
    """Return what clouds.yaml holds."""
    return {'clouds': {
        name_for(user.name): {
            'auth': {
                'auth_url': lab.keystone_url,
                'username': user.name,
                'password': user.password,
                'project_name': user.project,
                'user_domain_id': 'default',
                'project_domain_id': 'default',
            },
            'region_name': lab.region,
            'interface': 'public',
            'identity_api_version': 3,
            **({} if lab.tls is None else {'cacert': str(lab.tls.ca)}),
        } for user in lab.users}}


def write(where: directory.StateDirectory, lab: state.State) -> None:
    """Write clouds.yaml for all users; it holds their passwords."""
    # All JSON is YAML.
    confile.write(where.clouds, json.dumps(content(lab), indent=2) + '\n')


def environment(where: directory.StateDirectory, lab: state.State,
                user: str) -> dict[str, str]:
    """Return the variables that make a shell act as ``user``.

    No password among them: they point to clouds.yaml.

    :raises exception.UnknownName: when the lab has no such user
    """
    return {FILE_VARIABLE: str(where.clouds),
            CLOUD_VARIABLE: name_for(lab.user(user).name)}
