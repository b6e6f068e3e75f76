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


"""The compute service of a lab, with everything it needs, by name."""

from collections.abc import Iterator

from lab import ceph_mgr
from lab import compute_node
from lab import computestate
from lab import daemon
from lab import epmd
from lab import guest
from lab import launcher
from lab import neutron
from lab import nova_api
from lab import nova_manage
from lab import nova_service
from lab import placement
from lab import ports
from lab import rabbitmq
from lab import state


class Computing:
    """What the profile ``cloud`` has more than ``storage``.

    ``nodes`` are the computes by the names of their hosts, ``mgrs`` the
    managers of Ceph by site.
    """

    def __init__(self, lab: state.State, cloud: computestate.Cloud,
                 starter: launcher.Launcher) -> None:
        self.cloud = cloud
        self.epmd = epmd.Epmd(cloud.broker, starter)
        self.rabbitmq = rabbitmq.RabbitMQ(cloud.broker, starter)
        self.placement = placement.Placement(lab, cloud, starter)
        self.neutron = neutron.Neutron(lab, cloud, starter)
        self.manage = nova_manage.NovaManage(lab, starter)
        self.api = nova_api.NovaApi(cloud, starter)
        self.scheduler = nova_service.NovaService(
            'scheduler', cloud, starter)
        self.conductor = nova_service.NovaService(
            'conductor', cloud, starter)
        self.guest = guest.Builder(cloud.guest, starter)
        self.nodes = {
            compute.name: compute_node.ComputeNode(
                compute, index, lab, starter)
            for index, compute in enumerate(cloud.computes)}
        used = {compute.site for compute in cloud.computes}
        self.mgrs = {
            site.name: ceph_mgr.Mgr(
                site, ports.mgr(lab.settings.port_base, index), starter)
            for index, site in enumerate(lab.sites) if site.name in used}

    def tiers(self) -> Iterator[list[daemon.Daemon]]:
        """Return the daemons in steps, to be started after the storage."""
        yield [self.epmd, *self.mgrs.values()]
        yield [self.rabbitmq]
        yield [self.placement, self.neutron, self.conductor, self.scheduler,
               self.api]
        for step in zip(*(node.tiers() for node in self.nodes.values()),
                        strict=True):
            yield list(step)

    def at(self, site: str) -> list[compute_node.ComputeNode]:
        """Return the computes of a site."""
        return [node for node in self.nodes.values()
                if node.compute.site == site]
