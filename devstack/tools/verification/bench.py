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

"""What a check gets: the cloud, the machine, and what was made so far."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import functools
import pathlib
import uuid

from keystoneauth1 import exceptions as ksa_exc

from devstack.tools.verification import check
from devstack.tools.verification import cluster
from devstack.tools.verification import conf
from devstack.tools.verification import images
from devstack.tools.verification import journal
from devstack.tools.verification import ledger as ledger_mod
from devstack.tools.verification import servers
from devstack.tools.verification import settings as settings_mod
from devstack.tools.verification import traces
from devstack.tools.verification.judging import forwarding
from devstack.tools.verification.judging import process
from devstack.tools.verification.judging import stores as stores_mod
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import material as material_mod
from nova_rbd_multistore.glance import catalog

COMPUTE = 'devstack@n-cpu'
_LOCAL = 'g-api'
_REMOTE = 'g-api-r'


@dataclasses.dataclass(frozen=True)
class Worker:
    """A worker of Glance, from all sides.

    :ivar url: at which it is called.
    :ivar staging: its directory for staged data.
    """

    name: str
    url: str
    staging: pathlib.Path
    journal: journal.Journal
    words: forwarding.Worker


class Bench:
    """What there is to look at.

    :param user: how to reach Glance as the ordinary user.
    :param admin: the same as an administrator.
    :param material: the image to boot, qcow2.
    :param say: takes what is waited for.
    :ivar anybodys: servers, as an administrator sees them.
    :ivar booted: id of the image of the first boot, None before it.
    """

    def __init__(
        self,
        settings: settings_mod.Settings,
        user: glance.Access,
        admin: glance.Access,
        material: material_mod.ImageFile,
        clock: timing.Clock,
        say: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.access = user
        self.material = material
        self.clock = clock
        self.say = say
        self.ledger = ledger_mod.Ledger()
        self.booted: str | None = None
        self.compute = conf.compute(settings.nova_conf)
        self._confs = {_LOCAL: conf.worker(settings.glance_conf)}
        if settings.remote_conf.exists():
            self._confs[_REMOTE] = conf.worker(settings.remote_conf)
        self.user = images.service(user)
        self.admin = images.service(admin)
        self.servers = servers.Servers(user, clock)
        self.anybodys = servers.Servers(admin, clock)
        self.workshop = images.Workshop(
            f'rbd-multistore-verify-{uuid.uuid4().hex[:8]}',
            settings.import_timeout, clock, self.ledger, say)
        self.disks = cluster.Pool(self.compute.disks)
        self.journal = journal.Journal(COMPUTE)
        self.before = self.seen()

    @functools.cached_property
    def fsid(self) -> str:
        """Of the cluster in which the compute makes disks."""
        return self.disks.fsid()

    @property
    def upstream(self) -> bool:
        """Whether Nova's own class is to be seen."""
        return self.settings.compute == settings_mod.UPSTREAM

    @property
    def local_store(self) -> str:
        """To which the process of nova-compute copies, '' for none.

        Nova's own class does not tell, so there it is that of nova-cpu.conf.
        """
        told = process.store(self.journal.of_this_start(process.IN_PLACE))
        return self.compute.store if told is None else told

    @functools.cached_property
    def stores(self) -> tuple[stores_mod.Store, ...]:
        """Those of Glance."""
        return self.admin.all_stores()

    @property
    def other_store(self) -> stores_mod.Store | str:
        """The store in another cluster, or why there is none."""
        return stores_mod.other(
            self.stores, self.fsid, self.settings.other_store)

    @functools.cached_property
    def flavor(self) -> servers.Flavor:
        """The one for all servers.

        :raises Failed: when there is none.
        """
        known = self.servers.flavors()
        if self.settings.flavor is None:
            return servers.smallest(known, self.material.size)
        for one in known:
            if self.settings.flavor in (one.id, one.name):
                return one
        raise check.Failed(f'there is no flavor {self.settings.flavor}')

    @functools.cached_property
    def workers(self) -> tuple[Worker, ...]:
        """Both workers.

        :raises Failed: when the catalog has no second one.
        """
        found = []
        for name, service in ((_LOCAL, catalog.IMAGE),
                              (_REMOTE, catalog.REMOTE)):
            urls = catalog.urls(self.access, service)
            if not urls or name not in self._confs:
                raise check.Failed(
                    f'there is no worker {name}: no {service} in the catalog '
                    f'or no glance-api.conf of it',
                    'Enable the service g-api-r and stack again.')
            read = self._confs[name]
            found.append(Worker(
                name, urls[0], read.staging,
                journal.Journal(f'devstack@{name}'), forwarding.Worker(
                    name, str(read.path), read.self_url,
                    read.listens or urls[0])))
        return tuple(found)

    def at(self, worker: Worker, request_id: str | None = None,
           ) -> images.Images:
        """Return Glance at a worker, as the ordinary user sees it.

        :param request_id: of all requests, None for one of its own each.
        """
        return images.service(self.access, worker.url, request_id)

    def clean(self) -> list[str]:
        """Remove all that was made; return what stays, with the reason."""
        left = self.ledger.sweep(self.say)
        try:
            self._register_strays()
        except (exception.MultistoreError, ksa_exc.ClientException) as exc:
            left.append(f'what nobody knows of ({exc})')
        return left + self.ledger.sweep(self.say)

    def _register_strays(self) -> None:
        """Find what was made by requests that had no usable answer."""
        prefix = self.workshop.prefix
        for server_id in self.servers.named(prefix):
            self.ledger.add(f'server {server_id}', functools.partial(
                self.servers.remove, server_id))
        for image in self.user.tagged(prefix):
            self.ledger.add(f'image {image.id}', functools.partial(
                self.workshop.remove, self.user, image.id))

    def seen(self) -> traces.Traces:
        """Return what is where images and disks leave something."""
        pools = {where for read in self._confs.values()
                 for where in read.pools.values()}
        return traces.look(
            {path for read in self._confs.values()
             for path in (read.staging, *read.directories.values())},
            {cluster.Pool(where) for where in pools} | {self.disks})
