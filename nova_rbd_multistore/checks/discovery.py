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

"""Find the workers: given, from the catalog, or from a service name."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import ipaddress
import re
import socket
import urllib.parse

from nova_rbd_multistore import glance
from nova_rbd_multistore import version as version_mod
from nova_rbd_multistore import workerconfig
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import catalog


@dataclasses.dataclass(frozen=True)
class Resolver:
    """Names and addresses.

    :ivar addresses: returns those of a name, IPv4 and IPv6; raises OSError.
    :ivar name: returns that of an address, None for none.
    """

    addresses: Callable[[str], Sequence[str]]
    name: Callable[[str], str | None]

    @classmethod
    def system(cls) -> Resolver:
        """Return the machine's."""
        return cls(_addresses, _name)


def _addresses(name: str) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except UnicodeError as exc:
        # Of a label that is empty or too long.
        raise OSError(str(exc)) from exc
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _name(address: str) -> str | None:
    try:
        return socket.gethostbyaddr(address)[0]
    except OSError:
        return None


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What an operator says of the workers.

    :ivar workers: URLs.
    :ivar services: names that have an address for each worker, as
        ``[SCHEME://]NAME[:PORT]``.
    :ivar via: URL of the load balancer, None for the catalog's.
    """

    workers: Sequence[str] = ()
    services: Sequence[str] = ()
    via: str | None = None


def topology(
    wanted: Wanted, access: glance.Access, resolver: Resolver,
) -> worker_mod.Topology:
    """Return what is to be checked.

    Where an operator names no workers, they are those of the catalog: the
    endpoints of ``image`` and ``image_remote``.

    :raises Usage: when what the operator says makes no sense.
    :raises GlanceError: when Keystone gives no catalog.
    """
    endpoints = [version_mod.without_version(url)
                 for url in catalog.urls(access, catalog.IMAGE)]
    urls = [*wanted.workers, *(
        url for service in wanted.services
        for url in discovered(service, resolver))]
    if not urls:
        remote = catalog.urls(access, catalog.REMOTE)
        urls = [*endpoints[:1], *remote[:1]]
    if not urls:
        raise check_exception.NoWorkers
    workers = given(urls, resolver)
    own = {worker.url for worker in workers}
    shared = [url for url in endpoints if url not in own]
    via = wanted.via or next(iter(shared), None)
    if via is not None:
        via = worker_mod.check_url(via)
    if via in own:
        raise check_exception.SameUrl(via)
    # The name of one pod is that worker's own.
    names = (str(service_origin(service)) for service in wanted.services)
    return worker_mod.Topology(
        workers, via, (*shared, *(url for url in names if url not in own)))


def given(
    urls: Iterable[str], resolver: Resolver,
) -> tuple[worker_mod.Worker, ...]:
    """Return the workers at URLs, each once.

    :raises InvalidUrl: for the first that is none.
    """
    found: list[worker_mod.Worker] = []
    for url in map(worker_mod.check_url, urls):
        worker = worker_mod.Worker(url, url, _aliases(
            worker_mod.Origin.parse(url).host, resolver))
        if not any(worker.is_same(one) for one in found):
            found.append(worker)
    names = worker_mod.named([worker.origin for worker in found])
    if len(set(names)) < len(names):
        # They differ by their paths.
        return tuple(found)
    return tuple(dataclasses.replace(worker, name=name)
                 for name, worker in zip(names, found, strict=True))


def discovered(service: str, resolver: Resolver) -> list[str]:
    """Return the URLs of the workers behind a name that has their addresses.

    As a headless service of Kubernetes has; a worker is called by the name
    of its address, if that has one that leads back to it.

    :param service: ``[SCHEME://]NAME[:PORT]``.
    :raises InvalidUrl: when it is not of that form.
    :raises UnknownHost: when it has no addresses.
    """
    origin = service_origin(service)
    try:
        addresses = resolver.addresses(origin.host)
    except OSError as exc:
        raise check_exception.UnknownHost(origin.host, str(exc)) from exc
    if len(addresses) == 1:
        return [str(origin)]
    hosts = {_own_name(address, resolver, origin.host) or address
             for address in addresses}
    # A resolver gives them in another order each time.
    return [str(dataclasses.replace(origin, host=host))
            for host in sorted(hosts, key=_natural)]


def _natural(host: str) -> list[str]:
    """Return a key by which glance-10 comes after glance-9."""
    return [part.zfill(20) for part in re.split(r'(\d+)', host)]


def service_origin(service: str) -> worker_mod.Origin:
    """Return where a service name points to.

    :raises InvalidUrl: when it is none.
    """
    url = service if '://' in service else f'http://{service}'
    origin = worker_mod.Origin.parse(url)
    parts = urllib.parse.urlsplit(url)
    if parts.path.strip('/'):
        raise check_exception.InvalidUrl(
            service, 'a service name has no path')
    return origin if parts.port else dataclasses.replace(
        origin, port=workerconfig.PORT)


def _aliases(host: str, resolver: Resolver) -> frozenset[str]:
    """Return the other names and addresses of a host that has one address."""
    if worker_mod.is_address(host):
        name = _own_name(host, resolver, None)
        return frozenset(() if name is None else (name,))
    try:
        addresses = resolver.addresses(host)
    except OSError:
        return frozenset()
    if len(addresses) != 1:
        # IPv4 and IPv6 of one host, or a name for several workers.
        return frozenset()
    name = _own_name(addresses[0], resolver, None)
    return frozenset((addresses[0], *(() if name is None else (name,))))


def _own_name(
    address: str, resolver: Resolver, shared: str | None,
) -> str | None:
    """Return the name of an address that no other host has.

    :param shared: a name that is not one's own, None for no such.
    """
    name = resolver.name(address)
    # "localhost" is everybody's.
    if name is None or name in (shared, 'localhost'):
        return None
    try:
        addresses = resolver.addresses(name)
    except OSError:
        return None
    # At most one of IPv4 and one of IPv6.
    families = {ipaddress.ip_address(one).version for one in addresses}
    alone = len(families) == len(addresses) and all(
        one == address or resolver.name(one) == name for one in addresses)
    return name if alone and address in addresses else None
