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

"""As whom a compute talks to Glance.

What the tenant may see is asked with the tenant's token. Copying, following
and reading locations use a service credential where there is one, so that
Glance's default policies suffice and a long wait does not end with the
tenant's token: ``[glance]``, else ``[service_user]``, else the tenant's token
as upstream.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from keystoneauth1 import exceptions as ksa_exc
from nova import context as nova_context
from nova import exception as nova_exception
from nova import service_auth
import nova.conf
from nova.image import glance as nova_glance

from nova_rbd_multistore import glance

CONF = nova.conf.CONF

TENANT = "the tenant's token"

_SERVICE_GROUPS = ('glance', 'service_user')


@dataclasses.dataclass(frozen=True)
class Services:
    """Glance, as seen by one request to this compute.

    :ivar tenant: decides whether the tenant may use an image at all.
    :ivar copying: copies, follows copies and reads locations.
    :ivar credential: whose the latter is, in words.
    """

    tenant: glance.Glance
    copying: glance.Glance
    credential: str


def services(context: nova_context.RequestContext) -> Services:
    """Return Glance for a request, at the endpoint that Nova would use.

    :raises nova.exception.GlanceConnectionFailed: when there is none.
    """
    session = service_auth.get_service_auth_session('glance')
    endpoints = _endpoints(context)

    def service(auth: Any) -> glance.Glance:
        access = glance.Access(
            session, auth, endpoints,
            {'global_request_id': context.global_id})
        return glance.Glance(access, retries=CONF.glance.num_retries)

    tenant = service(service_auth.get_service_user_token_auth_plugin(context))
    for group in _SERVICE_GROUPS:
        auth = service_auth.get_service_auth_plugin(group)
        if auth is not None:
            return Services(tenant, service(auth),
                            f'the service credential of [{group}]')
    return Services(tenant, tenant, TENANT)


def credential_in_use() -> str:
    """Say whose credential copies images, from the configuration alone."""
    for group in _SERVICE_GROUPS:
        if CONF[group].auth_type:
            return f'the service credential of [{group}]'
    return TENANT


def _endpoints(context: nova_context.RequestContext) -> tuple[str, ...]:
    count = len(CONF.glance.api_servers or ()) or 1
    try:
        servers = nova_glance.get_api_servers(context)
    except ksa_exc.ClientException as exc:
        raise nova_exception.GlanceConnectionFailed(
            server="the catalog's", reason=str(exc)) from exc
    return tuple(
        server for server in itertools.islice(servers, count) if server)
