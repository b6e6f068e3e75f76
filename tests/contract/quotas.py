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

"""Quotas of the lab's projects, as Keystone's unified limits."""

from __future__ import annotations

import fixtures
from keystoneclient.v3 import client as keystone_client

from lab import clients
from lab import state

RESOURCES = ('image_size_total', 'image_stage_total', 'image_count_total',
             'image_count_uploading')
_PLENTY = 1000


class Quotas(fixtures.Fixture):
    """Every project may have nothing of one resource, plenty of the others.

    Only a Glance that is configured with `overrides` looks at them.

    :param exhausted: one of `RESOURCES`.
    :ivar overrides: for :class:`lab.settings.GlanceSettings`.
    """

    def __init__(self, lab: state.State, exhausted: str) -> None:
        super().__init__()
        self._lab = lab
        self._exhausted = exhausted

    def _setUp(self) -> None:
        keystone = keystone_client.Client(
            session=clients.session_for(self._lab, 'admin'),
            interface='public')
        service, = keystone.services.list(type='image')
        endpoint, = keystone.endpoints.list(
            service=service, interface='public')
        for name in RESOURCES:
            limit = keystone.registered_limits.create(
                service, name, 0 if name == self._exhausted else _PLENTY,
                region=self._lab.region)
            self.addCleanup(keystone.registered_limits.delete, limit)
        user = self._lab.user('glance')
        reader, = keystone.roles.list(name='reader')
        found, = keystone.users.list(name=user.name)
        keystone.roles.grant(reader, user=found, system='all')
        self.addCleanup(
            keystone.roles.revoke, reader, user=found, system='all')
        self.overrides = {
            'DEFAULT': {'use_keystone_limits': 'true'},
            'oslo_limit': {
                'endpoint_id': str(endpoint.id),
                'auth_url': self._lab.keystone_url, 'auth_type': 'password',
                'username': user.name, 'password': user.password,
                'system_scope': 'all', 'user_domain_id': 'default',
            },
        }
