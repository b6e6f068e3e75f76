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

"""The workers of a Glance, as far as they are known from outside."""

from __future__ import annotations

from collections.abc import Sequence
import dataclasses
import operator
import urllib.parse

from nova_rbd_multistore import version as version_mod
from nova_rbd_multistore import workerconfig
from nova_rbd_multistore.checks import exception as check_exception

_PORTS = {'http': 80, 'https': 443}
SCHEMES = tuple(_PORTS)


@dataclasses.dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL.

    :ivar host: a name or an address, IPv6 without brackets.
    """

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Origin:
        """Return that of a URL.

        :raises InvalidUrl: when it is no URL of a worker.
        """
        parts = _split(url)
        return cls(parts.scheme, parts.hostname or '',
                   parts.port or _PORTS[parts.scheme])

    @property
    def authority(self) -> str:
        """Host and port, as in a URL."""
        return f'{self._host}:{self.port}'

    @property
    def without_port(self) -> str:
        """The URL without its port."""
        return f'{self.scheme}://{self._host}'

    @property
    def is_default_port(self) -> bool:
        """Whether the URL needs no port."""
        return self.port == _PORTS[self.scheme]

    @property
    def _host(self) -> str:
        return f'[{self.host}]' if ':' in self.host else self.host

    def __str__(self) -> str:
        return f'{self.scheme}://{self.authority}'


@dataclasses.dataclass(frozen=True)
class Worker:
    """One worker.

    :ivar name: by which reports call it.
    :ivar url: at which the check talks to it, without a version.
    :ivar aliases: other hosts, names or addresses, that are this worker.
    """

    name: str
    url: str
    aliases: frozenset[str] = frozenset()

    @property
    def origin(self) -> Origin:
        """Where it listens."""
        return Origin.parse(self.url)

    def is_same(self, other: Worker) -> bool:
        """Tell whether two URLs lead to the same."""
        paths = {urllib.parse.urlsplit(one.url).path for one in (self, other)}
        return len(paths) == 1 and not set(self.origins).isdisjoint(
            other.origins)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """That and the same by its other names, the own URL first."""
        own = self.origin
        return (own, *(dataclasses.replace(own, host=host)
                       for host in sorted(self.aliases - {own.host})))


@dataclasses.dataclass(frozen=True)
class Topology:
    """What is to be checked.

    :ivar workers: in the order of the ring.
    :ivar via: URL of the load balancer, None where none is known.
    :ivar shared: URLs that are no worker's own: endpoints in the catalog,
        names that have several addresses.
    """

    workers: tuple[Worker, ...]
    via: str | None = None
    shared: tuple[str, ...] = ()


def check_url(url: str) -> str:
    """Return the URL of a worker without a version and a slash at its end.

    :raises InvalidUrl: when it is none.
    """
    _split(url)
    return version_mod.without_version(url)


def named(origins: Sequence[Origin]) -> list[str]:
    """Return a name for each, as short as it is unambiguous.

    The first label of a host name, or else the host, with the port where
    that is needed.
    """
    for name in (_label, operator.attrgetter('host'),
                 operator.attrgetter('authority')):
        names = [name(origin) for origin in origins]
        if len(set(names)) == len(names):
            return names
    return [str(origin) for origin in origins]


def _label(origin: Origin) -> str:
    if is_address(origin.host):
        return origin.host
    return origin.host.partition('.')[0]


def is_address(host: str) -> bool:
    """Tell whether a host is an address and not a name."""
    return workerconfig.address(host) is not None


def _split(url: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise check_exception.InvalidUrl(url, str(exc)) from exc
    if parts.scheme not in SCHEMES or '://' not in url:
        raise check_exception.InvalidUrl(
            url, 'it has to begin with http:// or https://')
    if not parts.hostname or port == 0:
        raise check_exception.InvalidUrl(url, 'it names no host or no port')
    if '@' in parts.netloc or parts.query or parts.fragment:
        raise check_exception.InvalidUrl(
            url, 'a worker has no user, query or fragment in its URL')
    return parts
