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

"""Where the service catalog says that Glance is."""

from __future__ import annotations

from keystoneauth1 import exceptions as ksa_exc

from nova_rbd_multistore import exception
from nova_rbd_multistore.glance import client

IMAGE = 'image'
# A worker that DevStack runs beside the first one, to try what is between
# two of them.
REMOTE = 'image_remote'

_INTERFACES = ('public', 'internal', 'admin')


def urls(access: client.Access, service_type: str) -> tuple[str, ...]:
    """Return the endpoints of a type in the region, each URL once.

    The one of the interface that is configured is the first. There are none
    for a login without a catalog, such as keystoneauth's ``none``.

    :raises LoginRefused: when Keystone gives no token.
    :raises GlanceUnavailable: when it does not answer.
    """
    what = f'look up {service_type} in the catalog'
    auth = access.auth or access.session.auth
    wanted = access.adapter.get('interface')
    if not hasattr(auth, 'get_access'):
        return ()
    try:
        catalog = auth.get_access(access.session).service_catalog
    except ksa_exc.Unauthorized as exc:
        raise exception.LoginRefused(what, str(exc)) from exc
    except ksa_exc.ClientException as exc:
        raise exception.GlanceUnavailable(what, str(exc)) from exc
    return tuple(dict.fromkeys(
        str(url) for interface in (wanted, *_INTERFACES) if interface
        for url in catalog.get_urls(
            service_type=service_type, interface=interface,
            region_name=access.adapter.get('region_name'))))
