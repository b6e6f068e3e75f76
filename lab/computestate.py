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


"""What ``lab.json`` says about the compute service, its key ``cloud``.

Null in a lab of the profile ``storage``. The classes follow the rules of
:mod:`lab.state`.
"""

import dataclasses
import pathlib
from typing import Any


@dataclasses.dataclass(frozen=True)
class Broker:
    """RabbitMQ; ``port`` speaks AMQP, the others are Erlang's own."""

    port: int
    epmd_port: int
    erlang_port: int
    user: str
    password: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Guest:
    """The image for guests, as files; nothing is uploaded by ``up``.

    A guest prints ``marker`` on its serial console when it runs.
    """

    raw: pathlib.Path
    qcow2: pathlib.Path
    marker: str
    flavor: str


@dataclasses.dataclass(frozen=True)
class Compute:
    """One compute; its daemons are ``compute-host.NAME``, ``sshd.NAME``,
    ``virtlogd.NAME``, ``libvirtd.NAME`` and ``nova-compute.NAME``.

    ``name`` is the host's, ``zone`` its availability zone. ``pid`` is that
    of ``compute-host.NAME``, in whose mount and UTS namespaces the others
    live; libvirt listens on ``/proc/PID/root/run/libvirt/libvirt-sock``.
    ``secret`` is the UUID under which libvirt has the key of Ceph's user
    ``nova``.
    """

    name: str
    site: str
    zone: str
    conf: pathlib.Path
    log: pathlib.Path
    secret: str
    pid: int | None = None

    @property
    def directory(self) -> pathlib.Path:
        """Where everything of the host is."""
        return self.conf.parent

    @property
    def instances(self) -> pathlib.Path:
        """Where nova-compute keeps the files of its servers."""
        return self.directory / 'instances'

    def console(self, server_id: str) -> pathlib.Path:
        """Return the file with what a guest prints on its serial console."""
        return self.instances / server_id / 'console.log'


@dataclasses.dataclass(frozen=True)
class Cloud:
    """Nova and what it needs; URLs as in the service catalog."""

    nova_url: str
    placement_url: str
    neutron_url: str
    broker: Broker
    guest: Guest
    computes: tuple[Compute, ...]


def parse(raw: dict[str, Any] | None) -> Cloud | None:
    """Return what is described by JSON; None for a lab without computes.

    :raises KeyError: when a key is missing
    :raises TypeError: when one is unknown
    """
    if raw is None:
        return None
    return Cloud(**{
        **raw,
        'broker': Broker(**raw['broker']),
        'guest': Guest(**_paths(raw['guest'], 'raw', 'qcow2')),
        'computes': tuple(Compute(**_paths(compute, 'conf', 'log'))
                          for compute in raw['computes'])})


def _paths(raw: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**raw, **{key: pathlib.Path(raw[key]) for key in keys}}
