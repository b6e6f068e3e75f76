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

"""Which cloud to talk to, and as whom: openstacksdk's configuration."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keystoneauth1 import exceptions as ksa_exc
from openstack import exceptions as sdk_exc
import openstack.config
import yaml

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import version

_PROGRAM = 'nova-rbd-multistore'
_SERVICE = 'image'
_ASKED = 'find Glance in the service catalog'


class NotConfigured(exception.Usage):
    """No cloud can be made of the options, clouds.yaml and the variables."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f'{reason.rstrip(".")}. Name a cloud of clouds.yaml with '
            f'--os-cloud or OS_CLOUD, or set OS_AUTH_URL and the other '
            f'variables of a login.')


def access(options: Sequence[str]) -> glance.Access:
    """Log in, and return how to reach Glance.

    :param options: those of ``cloudoptions.split()``.
    :raises NotConfigured: when it cannot be told where to log in.
    :raises LoginRefused: when Keystone does not accept the login.
    :raises GlanceUnavailable: when it does not answer, or knows no Glance.
    """
    try:
        region = _region(options)
        session = region.get_session()
        session.app_name = _PROGRAM
    except (sdk_exc.ConfigException, ksa_exc.ClientException,
            yaml.YAMLError) as exc:
        raise NotConfigured(exception.in_one_line(str(exc))) from exc
    except (AttributeError, TypeError) as exc:
        # openstacksdk takes the shape of the file for granted.
        raise NotConfigured(
            f'clouds.yaml has another shape than it should: {exc}') from exc
    adapter = {name: value for name, value in (
        ('region_name', region.get_region_name(_SERVICE)),
        ('interface', region.get_interface(_SERVICE)),
        ('service_name', region.get_service_name(_SERVICE))) if value}
    url = region.get_endpoint(_SERVICE) or _endpoint(session, adapter)
    return glance.Access(
        session, endpoints=(version.without_version(url),), adapter=adapter)


def _region(options: Sequence[str]) -> Any:
    config = openstack.config.OpenStackConfig()
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, usage='%(prog)s [cloud options] COMMAND',
        add_help=False, allow_abbrev=False)
    words = list(options)
    config.register_argparse_arguments(parser, words, [_SERVICE])
    # What the openstack command uses. With get_one() the login in clouds.yaml
    # wins over that of the command line.
    return config.get_one_cloud_osc(argparse=parser.parse_args(words))


def _endpoint(session: Any, adapter: Mapping[str, str]) -> str:
    """Return the URL of Glance in the service catalog."""
    try:
        url = session.get_endpoint(service_type=_SERVICE, **adapter)
    except ksa_exc.Unauthorized as exc:
        raise exception.LoginRefused('log in', str(exc)) from exc
    except ksa_exc.ClientException as exc:
        raise exception.GlanceUnavailable(_ASKED, str(exc)) from exc
    if not url:
        wanted = ', '.join(f'{name} {value}'
                           for name, value in adapter.items())
        raise exception.GlanceUnavailable(
            _ASKED, f'there is none with {wanted}')
    return str(url)
