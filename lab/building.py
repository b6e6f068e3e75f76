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

"""Build a lab from nothing, in the order of what needs what."""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses

from lab import authority
from lab import building_cloud
from lab import cloud
from lab import clouds
from lab import daemon
from lab import directory
from lab import glance_api
from lab import parallel
from lab import plan
from lab import ports
from lab import progress
from lab import settings
from lab import state
from lab import steps


def build(asked: settings.LabSettings, where: directory.StateDirectory,
          report: progress.Progress) -> cloud.Lab:
    """Make and start a new lab in an empty state directory.

    :raises exception.PortBusy: before anything is started
    :raises exception.NotReady: when a daemon does not come up
    :raises exception.CommandFailed: when preparing one fails
    """
    described = plan.new(asked, where)
    lab = cloud.Lab(where, described)
    check_ports(list(lab.daemons.values()))
    described = dataclasses.replace(described, daemons=listed(lab))
    state.save(where, described)
    _Construction(lab, report).run()
    clouds.write(where, described)
    state.save(where, dataclasses.replace(described, ready=True))
    return cloud.Lab.load(where.path)


def repair(lab: cloud.Lab, dead: Sequence[daemon.Daemon],
           report: progress.Progress) -> None:
    """Start daemons of a lab again, those that others need first.

    :raises exception.PortBusy: before anything is started
    :raises exception.NotReady: when a daemon does not come up
    """
    check_ports(dead)
    for tier in lab.tiers():
        parallel.run(lab.launcher, *(
            steps.starting(one, report) for one in tier if one in dead))


def listed(lab: cloud.Lab) -> tuple[state.Daemon, ...]:
    """Return the daemons as the description of a lab lists them."""
    return tuple(
        state.Daemon(one.name, one.log, tuple(one.ports), address=one.address)
        for one in lab.daemons.values())


def check_ports(daemons: Sequence[daemon.Daemon]) -> None:
    """Refuse to start daemons whose ports are taken.

    :raises exception.PortBusy: for the first that is
    """
    ports.check_free(
        {ports.Endpoint(one.address, port): one.name
         for one in daemons for port in one.ports})


class _Construction:

    def __init__(self, lab: cloud.Lab, report: progress.Progress) -> None:
        self._lab = lab
        self._report = report
        self._cloud = building_cloud.CloudConstruction(lab, report)

    def run(self) -> None:
        starter = self._lab.launcher
        parallel.run(
            starter, self._identity,
            *(self._site_work(name) for name in self._lab.sites),
            *self._trust(),
            *self._cloud.independent())
        parallel.run(
            starter,
            *(self._prepared(worker)
              for worker in self._lab.glances.values()),
            *self._cloud.services())
        self._prepared(self._lab.haproxy)()
        self._cloud.finish()

    def _site_work(self, name: str) -> Callable[[], None]:
        def work() -> None:
            with self._report.step(f'Ceph cluster of {name}'):
                self._site(name)
        return work

    def _site(self, name: str) -> None:
        mon, osd = self._lab.mons[name], self._lab.osds[name]
        cluster = self._lab.sites[name]
        cluster.configure(self._lab.state.settings.osd_gib,
                          osd.port_range)
        mon.prepare()
        mon.start()
        osd.prepare()
        cluster.add_osd()
        osd.start()
        cluster.create_pools()
        self._cloud.manager(name)

    def _identity(self) -> None:
        self._prepared(self._lab.mariadb)()
        parallel.run(self._lab.launcher, self._keystone, self._tables,
                     *self._cloud.tables())

    def _trust(self) -> list[Callable[[], None]]:
        """Return what workers with names or TLS need."""
        found = []
        if self._lab.dnsmasq is not None:
            found.append(self._prepared(self._lab.dnsmasq))
        if self._lab.state.tls is not None:
            found.append(authority.Authority(
                authority.home(self._lab.directory)).create)
        return found

    def _tables(self) -> None:
        with self._report.step("Glance's tables"):
            glance_api.sync_database(self._lab.state, self._lab.launcher)

    def _keystone(self) -> None:
        self._prepared(self._lab.keystone)()
        with self._report.step('projects, users, catalog'):
            self._lab.keystone.populate()

    def _prepared(self, one: daemon.Daemon) -> Callable[[], None]:
        return steps.prepared(one, self._report)
