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

"""The URL by which the workers of Glance reach one of them.

Glance takes ``worker_self_reference_url`` as it is: it keeps the value with
staged data, and another worker puts the path of a request behind it. So it
has to be a scheme, a host and a port, and nothing else.

Nothing here does I/O.
"""

from __future__ import annotations

import ipaddress
import re

from nova_rbd_multistore import exception

OPTION = 'worker_self_reference_url'

# glance-api's own.
PORT = 9292

# A label of a host name in RFC 1123.
_LABEL = re.compile(r'(?!-)[a-z0-9-]{1,63}(?<!-)', re.ASCII)
_LONGEST_NAME = 253

_LOOPBACK_NAMES = re.compile(
    r'(.*\.)?localhost[46]?(\.localdomain[46]?)?|ip6-(localhost|loopback)')

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class InvalidSetting(exception.Usage):
    """A worker cannot be called like that.

    :param option: of the command line.
    """

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(f'{option}: {reason}.')
        self.option = option


def address(host: str) -> _Address | None:
    """Return the IP address that a host is given as, None for a name."""
    bare = host[1:-1] if host[:1] == '[' and host[-1:] == ']' else host
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None


def full_name(host: str, domain: str | None) -> str:
    """Return the name or the address by which others find this host.

    :param host: a name with or without its domain, or an address.
    :param domain: '' for a name that is found without one; None when it is
        not known.
    :raises InvalidSetting: when there is no such name or address.
    """
    ip = address(host)
    if ip is not None:
        return _full_address(ip, domain)
    name = host.rstrip('.').lower()
    domain = domain.strip('.').lower() if domain is not None else None
    if '.' not in name:
        if domain is None:
            raise InvalidSetting(
                '--domain', f'the domain of {name} is not known here. Give '
                            f'it, or \'\' if the workers find each other '
                            f'without one')
        name = f'{name}.{domain}' if domain else name
    elif domain and not name.endswith(f'.{domain}'):
        raise InvalidSetting(
            '--domain', f'the host {name} has a domain already')
    _check_name(name)
    return name


def url(
    scheme: str, host: str, port: int, allow_loopback: bool = False,
) -> str:
    """Return the URL of a worker.

    :param host: as :func:`full_name` returns it.
    :param allow_loopback: for workers that are all on one machine.
    :raises InvalidSetting: when no other worker could use it.
    """
    if scheme not in ('http', 'https'):
        raise InvalidSetting('--scheme', f'{scheme} is not http or https')
    if not 1 <= port <= 65535:
        raise InvalidSetting('--port', f'{port} is not from 1 to 65535')
    ip = address(host)
    loopback = (ip.is_loopback if ip is not None
                else _LOOPBACK_NAMES.fullmatch(host) is not None)
    if loopback and not allow_loopback:
        raise InvalidSetting(
            '--host', f'{host} is the worker itself for every worker. Give a '
                      f'name that the others know, or --allow-loopback if '
                      f'all are on this machine')
    shown = f'[{ip}]' if isinstance(ip, ipaddress.IPv6Address) else host
    return f'{scheme}://{shown}:{port}'


def snippet(url: str) -> str:
    """Return a configuration file for one worker of Glance."""
    return (f'# By nova-rbd-multistore worker-config. The other workers of '
            f'Glance reach this\n'
            f'# one here, and not through a load balancer; each has its '
            f'own.\n'
            f'[DEFAULT]\n'
            f'{OPTION} = {url}\n')


def _full_address(ip: _Address, domain: str | None) -> str:
    if domain:
        raise InvalidSetting('--domain', f'the host {ip} is an address')
    if ip.is_unspecified or ip.is_multicast:
        raise InvalidSetting(
            '--host', f'{ip} is an address to listen on, not one of a host')
    if isinstance(ip, ipaddress.IPv6Address) and ip.scope_id:
        raise InvalidSetting(
            '--host', f'{ip} has a zone, which is one only on this machine')
    return str(ip)


def _check_name(name: str) -> None:
    if '/' in name or '@' in name or ':' in name:
        raise InvalidSetting(
            '--host', 'give a name or an address alone; the scheme and the '
                      'port have options of their own, and there is no path '
                      'and no user')
    if len(name) > _LONGEST_NAME:
        raise InvalidSetting(
            '--host', f'a name of {len(name)} characters is longer than '
                      f'{_LONGEST_NAME}')
    labels = name.split('.')
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise InvalidSetting(
                '--host', f'{label!r} in {name!r} is no part of a host name: '
                          f'letters, digits and hyphens, at most 63, with no '
                          f'hyphen at an end')
    if labels[-1].isdigit():
        raise InvalidSetting(
            '--host', f'{name} is neither a name nor an address: a name ends '
                      f'in more than a number')
