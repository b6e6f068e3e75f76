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


"""One compute with all its daemons."""

from collections.abc import Iterator

from lab import compute_host
from lab import computestate
from lab import daemon
from lab import hypervisor
from lab import launcher
from lab import libvirtd
from lab import nova_compute
from lab import ports
from lab import sshd
from lab import state
from lab import virtlogd


class ComputeNode:
    """A host, its libvirt and its nova-compute."""

    def __init__(self, compute: computestate.Compute, index: int,
                 lab: state.State, starter: launcher.Launcher) -> None:
        assert lab.cloud is not None
        base = lab.settings.port_base
        self.compute = compute
        self.host = compute_host.ComputeHost(compute, starter, [
            other.name for other in lab.cloud.computes if other != compute])
        self.sshd = sshd.Sshd(self.host, ports.sshd(base, index), starter)
        self.virtlogd = virtlogd.Virtlogd(self.host, starter)
        self.libvirtd = libvirtd.Libvirtd(
            self.host, lab.site(compute.site), ports.migration(base, index),
            starter)
        self.nova_compute = nova_compute.NovaCompute(self.host, lab, starter)

    @property
    def name(self) -> str:
        """The host name, by which Nova knows the compute."""
        return self.compute.name

    def tiers(self) -> Iterator[daemon.Daemon]:
        """Return its daemons, each after those that it needs."""
        yield self.host
        yield self.sshd
        yield self.virtlogd
        yield self.libvirtd
        yield self.nova_compute

    def prepare(self) -> None:
        """Make all but nova-compute, and start it."""
        for one in (self.host, self.sshd, self.virtlogd, self.libvirtd):
            one.prepare()
            one.start()
        self.libvirtd.define_secret()

    def domains(self) -> set[str]:
        """Return the UUIDs of the servers that its libvirt knows.

        :raises exception.HostDown: when the host does not run
        """
        return hypervisor.domains(self.libvirtd.uri)
