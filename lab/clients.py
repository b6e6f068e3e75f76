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

"""Talk to the lab's services as one of its users."""

from glanceclient.v2 import client as glance_client
from keystoneauth1 import adapter
from keystoneauth1 import session
from keystoneauth1.identity import v3

from lab import state

# Of the release that the lab runs.
_NOVA_VERSION = '2.96'
_PLACEMENT_VERSION = '1.39'


def session_for(lab: state.State, user: str) -> session.Session:
    """Return a session of a user, in that user's project.

    :raises exception.UnknownName: when the lab has no such user
    """
    found = lab.user(user)
    return session.Session(auth=v3.Password(
        auth_url=lab.keystone_url, username=found.name,
        password=found.password, project_name=found.project,
        user_domain_id='default', project_domain_id='default'))


def glance_for(lab: state.State, user: str,
               endpoint: str | None = None) -> glance_client.Client:
    """Return Glance's own client for a user.

    :param endpoint: the URL of one worker; None is the one in the catalog,
        behind the load balancer
    :raises exception.UnknownName: when the lab has no such user
    """
    return glance_client.Client(
        session=session_for(lab, user), service_type='image',
        interface='public', region_name=lab.region,
        endpoint_override=endpoint)


def nova_for(lab: state.State, user: str) -> adapter.Adapter:
    """Return the compute API for a user, at one version for all calls.

    :raises exception.UnknownName: when the lab has no such user
    """
    return adapter.Adapter(
        session_for(lab, user), service_type='compute', interface='public',
        region_name=lab.region, default_microversion=_NOVA_VERSION)


def placement_for(lab: state.State, user: str) -> adapter.Adapter:
    """Return Placement for a user, at one version for all calls.

    :raises exception.UnknownName: when the lab has no such user
    """
    return adapter.Adapter(
        session_for(lab, user), service_type='placement', interface='public',
        region_name=lab.region, default_microversion=_PLACEMENT_VERSION)
