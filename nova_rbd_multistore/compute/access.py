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
tenant's token. Which one that is says ``[libvirt]
images_rbd_glance_credential``.
"""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
import itertools
from typing import Any

from keystoneauth1 import exceptions as ksa_exc
from nova import context as nova_context
from nova import exception as nova_exception
from nova import service_auth
import nova.conf
from nova.image import glance as nova_glance
from oslo_log import log as logging

from nova_rbd_multistore import conf
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import version
from nova_rbd_multistore.compute import startup

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

TENANT = "the tenant's token"


@dataclasses.dataclass(frozen=True)
class Hub:
    """The Glance that knows the stores of all sites.

    :ivar store: into which it copies what only other edges have.
    :ivar asking: to be asked once whether it can do so; tries again by
        itself.
    :ivar copying: as that of :class:`Services`.
    """

    url: str
    store: str
    asking: glance.Glance
    copying: glance.Glance


@dataclasses.dataclass(frozen=True)
class Services:
    """Glance, as seen by one request to this compute.

    :ivar tenant: decides whether the tenant may use an image at all.
    :ivar locating: reads locations that are hidden from the tenant.
    :ivar copying: copies and follows copies. It does not try again by
        itself: the copier does, and knows the deadline.
    :ivar credential: whose the last two are, and the hub's, in words.
    :ivar hub: None where nova.conf names none.
    :ivar project: id of the tenant's project where the token of the tenant
        copies, None with a service credential.
    """

    tenant: glance.Glance
    locating: glance.Glance
    copying: glance.Glance
    credential: str
    hub: Hub | None = None
    project: str | None = None

    def locations(
        self, image: image_mod.Image,
    ) -> Iterator[tuple[image_mod.Location, ...]]:
        """Yield the locations in the record, then, if still wanted, others.

        With show_image_direct_url alone the record shows one of several.

        :raises LocationsHidden: when the credential may not see the others.
        :raises GlanceUnavailable: when nobody knows them.
        :raises NotAuthenticated: when the credential is not valid.
        """
        yield image.locations
        shown = {location.url for location in image.locations}
        yield tuple(location for location in self._all_locations(image.id)
                    if location.url not in shown)

    def _all_locations(
        self, image_id: str,
    ) -> tuple[image_mod.Location, ...]:
        try:
            return self.locating.locations(image_id)
        except (exception.GlanceUnavailable, exception.NotAuthenticated):
            raise
        except exception.GlanceError as exc:
            raise exception.LocationsHidden(self.credential, exc) from exc

    def tenant_sees(self, image_id: str) -> bool:
        """Tell whether the image is there for the tenant now.

        :raises GlanceUnavailable: when nobody knows.
        """
        try:
            self.tenant.image(image_id)
        except exception.GlanceUnavailable:
            raise
        except exception.GlanceError:
            return False
        return True


def services(context: nova_context.RequestContext) -> Services:
    """Return Glance for a request, at the endpoint that Nova would use.

    :raises nova.exception.GlanceConnectionFailed: when there is none.
    """
    session = service_auth.get_service_auth_session('glance')
    endpoints = _endpoints(context)

    def service(
        auth: Any, retries: int, urls: tuple[str, ...] = endpoints,
    ) -> glance.Glance:
        return glance.Glance(
            glance.Access(session, auth, urls,
                          {'global_request_id': context.global_id}), retries)

    retries = CONF.glance.num_retries
    users = service_auth.get_service_user_token_auth_plugin(context)
    auth, credential, project = users, TENANT, context.project_id
    group = _service_group()
    if group is not None:
        auth = service_auth.get_service_auth_plugin(group)
        credential, project = credential_in_use(), None
    url, hub = _hub_endpoint(), None
    if url is not None:
        hub = Hub(
            url, CONF.libvirt.images_rbd_glance_hub_store_name,
            asking=service(auth, retries, (url,)),
            copying=service(auth, 0, (url,)))
    return Services(
        tenant=service(users, retries), locating=service(auth, retries),
        copying=service(auth, 0), credential=credential, hub=hub,
        project=project)


def unreachable(
    exc: Exception,
) -> nova_exception.GlanceConnectionFailed:
    """Log why Glance cannot be used, and return what the tenant is told."""
    LOG.error('Glance cannot be used: %s', exc)
    return nova_exception.GlanceConnectionFailed(
        server='of this site', reason='there was no usable answer')


def credential_in_use() -> str:
    """Say whose credential copies images."""
    group = _service_group()
    return f'the service credential of [{group}]' if group else TENANT


def check_credential() -> None:
    """Check that the service credential can be used, as far as its options go.

    :raises UnusableCredential: when it cannot.
    """
    group = _service_group()
    if group is None:
        return
    try:
        auth = service_auth.get_service_auth_plugin(group)
    except ksa_exc.ClientException as exc:
        raise startup.UnusableCredential(group, str(exc)) from exc
    if auth is None:
        raise startup.UnusableCredential(group, 'it has no auth_type')


def check_hub() -> None:
    """Check that nova.conf says all that is needed of the hub, or nothing.

    :raises InvalidOptions: when it does not.
    """
    names = ('images_rbd_glance_hub_endpoint',
             'images_rbd_glance_hub_store_name')
    missing = [name for name in names if not CONF.libvirt[name]]
    if len(missing) == 1:
        given, = set(names).difference(missing)
        raise startup.InvalidOptions(
            'libvirt', f'{given} is set and {missing[0]} is not. Set both '
                       f'for a site whose Glance does not have the stores of '
                       f'all sites, else neither.')


def _hub_endpoint() -> str | None:
    """Return the URL of the hub's Glance, without a version."""
    url = CONF.libvirt.images_rbd_glance_hub_endpoint
    return version.without_version(url) if url else None


def _service_group() -> str | None:
    """Return the group of nova.conf with the credential, None for no such."""
    chosen = CONF.libvirt.images_rbd_glance_credential
    if chosen == conf.USER:
        return None
    if chosen != conf.AUTO:
        return str(chosen)
    return next((group for group in conf.CREDENTIAL_GROUPS
                 if CONF[group].auth_type or CONF[group].auth_section), None)


def _endpoints(context: nova_context.RequestContext) -> tuple[str, ...]:
    count = len(CONF.glance.api_servers or ()) or 1
    try:
        servers = nova_glance.get_api_servers(context)
    except ksa_exc.ClientException as exc:
        raise unreachable(exc) from exc
    return tuple(
        server for server in itertools.islice(servers, count) if server)
