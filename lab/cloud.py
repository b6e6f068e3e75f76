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

"""A lab as one object: its daemons, sites and workers by name."""

from collections.abc import Iterator
import os

from lab import ceph
from lab import ceph_mon
from lab import ceph_osd
from lab import computing
from lab import daemon
from lab import directory
from lab import dnsmasq
from lab import exception
from lab import glance_api
from lab import haproxy
from lab import keystone
from lab import launcher
from lab import mariadb
from lab import ports
from lab import state


class Lab:
    """The lab that a description describes.

    It is as it was described then, until :meth:`reload`.

    ``sites``, ``workers`` are mappings by name, ``edges`` has the Glances of
    edge sites by site; ``daemons`` has all of them in the order of starting.
    ``computing`` is None with the profile ``storage``.
    """

    def __init__(self, where: directory.StateDirectory,
                 described: state.State) -> None:
        self.directory = where
        self.launcher = launcher.Launcher(where)
        self._build(described)

    def _build(self, described: state.State) -> None:
        self.mariadb = mariadb.MariaDB(described.database, self.launcher)
        self.keystone = keystone.Keystone(described, self.launcher)
        self.haproxy = haproxy.HAProxy(described, self.launcher)
        self.dnsmasq = dnsmasq.Dnsmasq(
            described, described.names, self.launcher
        ) if described.names is not None else None
        self.workers = {
            worker.name: glance_api.HubWorker(worker, described,
                                              self.launcher)
            for worker in described.workers}
        self.edges = {
            str(worker.site): glance_api.GlanceApi(worker, described,
                                                   self.launcher)
            for worker in described.edges}
        self.sites = {site.name: ceph.Cluster(site, self.launcher)
                      for site in described.sites}
        self.mons = {site.name: ceph_mon.Mon(site, self.launcher)
                     for site in described.sites}
        self.osds = {
            site.name: ceph_osd.Osd(
                site, ports.osd(described.settings.port_base, index),
                self.launcher)
            for index, site in enumerate(described.sites)}
        self.computing = computing.Computing(
            described, described.cloud, self.launcher
        ) if described.cloud is not None else None
        self.daemons: dict[str, daemon.Daemon] = {
            one.name: one for tier in self.tiers() for one in tier}
        self._described = described

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'Lab':
        """Return the complete lab in a state directory.

        :raises exception.NoLab: when there is none, or ``up`` did not end
        """
        where = directory.StateDirectory(path)
        described = state.load(where)
        if not described.ready:
            raise exception.NoLab(where.path, 'no complete lab')
        return cls(where, described)

    def reload(self) -> None:
        """Be the lab that is described now.

        Workers may have come or gone; objects got from here before stay as
        they are.

        :raises exception.NoLab: when it is gone
        """
        self._build(state.load(self.directory))

    @property
    def state(self) -> state.State:
        """The description as it was loaded; read again for fresh pids."""
        return self._described

    @property
    def glances(self) -> dict[str, glance_api.GlanceApi]:
        """All workers of Glance by name, those of the hub first."""
        return {one.name: one for one in (
            *self.workers.values(), *self.edges.values())}

    def tiers(self) -> Iterator[list[daemon.Daemon]]:
        """Return the daemons in steps: each needs only those before it."""
        yield [self.mariadb, *self.mons.values(),
               *([self.dnsmasq] if self.dnsmasq is not None else ())]
        yield [*self.osds.values()]
        yield [self.keystone]
        yield [*self.glances.values()]
        yield [one.terminator for one in self.workers.values()
               if one.terminator is not None]
        yield [self.haproxy]
        if self.computing is not None:
            yield from self.computing.tiers()

    def daemon(self, name: str) -> daemon.Daemon:
        """Return a daemon by its name, such as ``ceph-osd.dcn0``.

        :raises exception.UnknownName: when the lab has none of that name
        """
        try:
            return self.daemons[name]
        except KeyError:
            raise exception.UnknownName(
                'daemon', name, list(self.daemons)) from None
