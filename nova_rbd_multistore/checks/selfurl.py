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

"""What a worker calls itself, found out by asking for it.

Glance records on an image where its data are staged, and hides that property.
But it finds images by its value, so any URL can be tried. These are the URLs
that are worth it, with what each of them would mean.
"""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
import enum
import re

from nova_rbd_multistore import version as version_mod
from nova_rbd_multistore.checks import worker as worker_mod

_PATHS = ('/v2', '/v2/', '/image', '/image/', '/glance', '/glance/',
          '/image/v2', '/images', '/api')

# How many numbers beyond the highest in use, and below it, are tried for a
# name of former times. Each is a request, and a number may be a date.
_BEYOND = 5
_BELOW = 50
_NUMBER = re.compile(r'\d+')


class Kind(enum.Enum):
    """What a URL means as the self URL of a worker."""

    OWN = 'its own'
    OTHER_WORKER = "another worker's"
    LOAD_BALANCER = "the load balancer's"
    NO_SCHEME = 'without a scheme'
    PATH = 'with a path'
    OTHER_SCHEME = 'with the other scheme, or without its port'
    STALE = 'of a name that no worker has'


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A self URL that a worker may have.

    :ivar owner: name of the worker whose URL it is, None for nobody's.
    """

    url: str
    kind: Kind
    owner: str | None = None


def candidates(
    worker: worker_mod.Worker, topology: worker_mod.Topology,
) -> Iterator[Candidate]:
    """Yield what is worth to be tried, once each, the likely ones first."""
    seen = set()
    for candidate in _all(worker, topology):
        if candidate.url not in seen:
            seen.add(candidate.url)
            yield candidate


def _all(
    worker: worker_mod.Worker, topology: worker_mod.Topology,
) -> Iterator[Candidate]:
    yield from _right(worker, Kind.OWN)
    others = [one for one in topology.workers if one.name != worker.name]
    for other in others:
        yield from _right(other, Kind.OTHER_WORKER)
    for url in _shared(topology):
        yield Candidate(url, Kind.LOAD_BALANCER)
        yield Candidate(f'{url}/', Kind.LOAD_BALANCER)
    # Not those of others, which would make it many for many workers.
    yield from _malformed(worker)
    yield from _stale(worker, topology)


def _right(worker: worker_mod.Worker, kind: Kind) -> Iterator[Candidate]:
    """Yield what a worker should call itself."""
    # Where Glance does not see the path under which it is served, such as
    # Apache's /image, that belongs to the URL.
    yield Candidate(worker.url, kind, worker.name)
    for origin in worker.origins:
        yield Candidate(str(origin), kind, worker.name)
        # Glance takes two slashes for one.
        yield Candidate(f'{origin}/', kind, worker.name)
        if origin.is_default_port:
            yield Candidate(origin.without_port, kind, worker.name)


def _shared(topology: worker_mod.Topology) -> Iterator[str]:
    for url in (topology.via, *topology.shared):
        if url is not None:
            yield url.rstrip('/')
            yield version_mod.without_version(url)
            yield str(worker_mod.Origin.parse(url))


def _malformed(worker: worker_mod.Worker) -> Iterator[Candidate]:
    for origin in worker.origins:
        yield Candidate(origin.authority, Kind.NO_SCHEME, worker.name)
        yield Candidate(origin.host, Kind.NO_SCHEME, worker.name)
        yield Candidate(f'//{origin.authority}', Kind.NO_SCHEME, worker.name)
        for path in _PATHS:
            yield Candidate(f'{origin}{path}', Kind.PATH, worker.name)
        for scheme in worker_mod.SCHEMES:
            other = dataclasses.replace(origin, scheme=scheme)
            yield Candidate(str(other), Kind.OTHER_SCHEME, worker.name)
            yield Candidate(other.without_port, Kind.OTHER_SCHEME,
                            worker.name)


def _stale(
    worker: worker_mod.Worker, topology: worker_mod.Topology,
) -> Iterator[Candidate]:
    """Yield the names that hosts which are counted may have had."""
    hosts = {origin.host for one in topology.workers
             for origin in one.origins
             if not worker_mod.is_address(origin.host)}
    texts = [found[-1] for host in hosts
             if (found := _NUMBER.findall(host.partition('.')[0]))]
    # Of what is filled up with zeros, as in glance-09 and glance-10.
    padded = {len(text) for text in texts if text.startswith('0')}
    for origin in worker.origins:
        label, dot, domain = origin.host.partition('.')
        found = list(_NUMBER.finditer(label))
        if not found or worker_mod.is_address(origin.host):
            continue
        start, end = found[-1].span()
        highest = max(map(int, texts))
        for number in range(max(0, highest - _BELOW), highest + _BEYOND + 1):
            digits = str(number).zfill(
                end - start if end - start in padded else 0)
            host = f'{label[:start]}{digits}{label[end:]}{dot}{domain}'
            if host not in hosts:
                yield Candidate(str(dataclasses.replace(origin, host=host)),
                                Kind.STALE)
