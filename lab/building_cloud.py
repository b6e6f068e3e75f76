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


"""Build the compute service beside the storage that it uses."""

from collections.abc import Callable

from lab import accounts
from lab import clients
from lab import cloud
from lab import compute_node
from lab import computing
from lab import parallel
from lab import progress
from lab import steps
from lab import zones

Work = Callable[[], None]


class CloudConstruction:
    """The steps of the profile ``cloud``, by what they need.

    With a lab of the profile ``storage`` there are none.
    """

    def __init__(self, lab: cloud.Lab, report: progress.Progress) -> None:
        self._lab = lab
        self._report = report

    def independent(self) -> list[Work]:
        """Return what needs nothing else."""
        if self._lab.computing is None:
            return []
        mine = self._lab.computing
        return [self._broker,
                self._step('guest image', mine.guest.build),
                *(self._node(node) for node in mine.nodes.values())]

    def tables(self) -> list[Work]:
        """Return what needs MariaDB."""
        if self._lab.computing is None:
            return []
        mine = self._lab.computing
        return [self._step("Nova's tables and cells", mine.manage.prepare),
                self._step("Neutron's tables", mine.neutron.prepare),
                self._step("Placement's tables", mine.placement.prepare)]

    def manager(self, site: str) -> None:
        """Start the manager of a site's cluster when there is one."""
        mine = self._lab.computing
        if mine is not None and site in mine.mgrs:
            mine.mgrs[site].start()
            self._lab.sites[site].wait_statistics()

    def services(self) -> list[Work]:
        """Return what needs tables, Keystone and messages."""
        if self._lab.computing is None:
            return []
        mine = self._lab.computing
        return [steps.starting(one, self._report) for one in (
            mine.placement, mine.neutron, mine.conductor, mine.scheduler,
            mine.api)]

    def finish(self) -> None:
        """Start the computes, and make zones and flavors."""
        mine = self._lab.computing
        if mine is None:
            return
        self._introduce(list(mine.nodes.values()))
        parallel.run(self._lab.launcher, *(
            steps.prepared(node.nova_compute, self._report)
            for node in mine.nodes.values()))
        with self._report.step('zones and flavors'):
            self._furnish(mine)

    def _introduce(self, nodes: list[compute_node.ComputeNode]) -> None:
        # Of all sites, as in a cloud whose computes share Nova's user: it is
        # not SSH that shall keep a server away from another cluster.
        known = [node.sshd.identity() for node in nodes]
        for node in nodes:
            node.sshd.introduce(known)

    def _furnish(self, mine: computing.Computing) -> None:
        mine.manage.discover_hosts()
        nova = clients.nova_for(self._lab.state, accounts.ADMIN)
        zones.create_zones(nova, {
            site: [node.name for node in mine.at(site)]
            for site in mine.mgrs})
        zones.create_flavors(nova)

    def _broker(self) -> None:
        mine = self._lab.computing
        assert mine is not None
        for one in (mine.epmd, mine.rabbitmq):
            steps.prepared(one, self._report)()

    def _node(self, node: compute_node.ComputeNode) -> Work:
        return self._step(f'host and libvirt of {node.name}', node.prepare)

    def _step(self, title: str, work: Work) -> Work:
        return steps.reported(title, work, self._report)
