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

"""What ``lab.json`` says about the workers of Glance.

The classes follow the rules of :mod:`lab.state`.
"""

import dataclasses
import pathlib
from typing import Any
import urllib.parse

from lab import ports


@dataclasses.dataclass(frozen=True)
class Worker:
    """One Glance worker; ``name`` is that of its daemon.

    ``site``: the edge site whose own Glance this is, null for a worker of the
    hub. ``address``: its own, when it is one of the hub's. ``host``: its name,
    null in a lab without names. ``tls_url``: null in a lab without TLS.
    """

    name: str
    url: str
    port: int
    conf: pathlib.Path
    policy: pathlib.Path
    staging: pathlib.Path
    tasks: pathlib.Path
    log: pathlib.Path
    pid: int | None = None
    site: str | None = None
    address: str = ports.ADDRESS
    host: str | None = None
    tls_url: str | None = None

    @property
    def tls_port(self) -> int | None:
        """Where it takes TLS; None in a lab without."""
        return urllib.parse.urlsplit(self.tls_url).port \
            if self.tls_url else None

    @property
    def self_url(self) -> str:
        """What its ``worker_self_reference_url`` should be."""
        where = self.host or self.address
        if self.tls_port is not None:
            return f'https://{where}:{self.tls_port}'
        return f'http://{where}:{self.port}'


@dataclasses.dataclass(frozen=True)
class Names:
    """The names of the hub's workers.

    ``service``: that with an address of each worker, as of a headless service
    of Kubernetes. ``resolver``: the address, port 53, of the name server that
    knows them. ``publish``: ``all``, also workers that do not run, or
    ``running``. ``etc``: files that lead to it, for a mount namespace.
    """

    service: str
    resolver: str
    publish: str
    etc: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Tls:
    """``ca``: the certificate that who talks TLS to a worker has to trust."""

    ca: pathlib.Path


def parse(raw: dict[str, Any]) -> Worker:
    """Return a worker as it is in the description.

    :raises KeyError, TypeError: when a key is missing or unknown
    """
    return Worker(**{**raw, **{
        key: pathlib.Path(raw[key])
        for key in ('conf', 'policy', 'staging', 'tasks', 'log')}})


def parse_names(raw: dict[str, Any] | None) -> Names | None:
    """Return what the description says about names, None without any.

    :raises KeyError, TypeError: when a key is missing or unknown
    """
    if raw is None:
        return None
    return Names(**{**raw, 'etc': pathlib.Path(raw['etc'])})


def parse_tls(raw: dict[str, Any] | None) -> Tls | None:
    """Return what the description says about TLS, None without it.

    :raises KeyError, TypeError: when a key is missing or unknown
    """
    return None if raw is None else Tls(pathlib.Path(raw['ca']))
