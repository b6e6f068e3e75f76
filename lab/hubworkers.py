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

"""The workers of the hub's Glance: how one comes, goes and moves."""

from collections.abc import Callable
import dataclasses
import re
import shutil
from typing import Any

from lab import building
from lab import cloud
from lab import dnsmasq
from lab import exception
from lab import glance_api
from lab import haproxy
from lab import names
from lab import plan
from lab import ports
from lab import settings
from lab import state
from lab import workerstate

# What a label of a host name may be; of a daemon, it is one of Glance's.
_LABEL = re.compile(r'[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?')
_PREFIX = 'glance-api-'

# Numbers up to the first are given to new workers. There are addresses up to
# the other, for those that move.
_MOST = 89
_HIGHEST = 239

_USUAL = settings.GlanceSettings()

_Workers = tuple[workerstate.Worker, ...]


class HubWorkers:
    """Changes the workers of a lab that runs, and the object that it is.

    The description, the load balancer and the resolver know each change when
    it is done.
    """

    def __init__(self, lab: cloud.Lab) -> None:
        self._lab = lab
        self._where = lab.directory

    def add(
        self, name: str | None = None,
        asked: settings.GlanceSettings = _USUAL,
    ) -> glance_api.HubWorker:
        """Start one more worker and return it when it gets requests.

        :param name: of its daemon, None for ``glance-api-`` and a number
        :raises exception.InvalidSettings: when no worker can have that name
        :raises exception.PortBusy: when somebody else has its address
        :raises exception.NotReady: when it does not come up; it is gone then
        """
        with self._where.locked():
            self._lab.reload()
            number = self._free_number()
            described = plan.hub_worker(
                name or f'{_PREFIX}{number}', ports.worker_address(number),
                self._where, self._lab.state.settings)
            self._check_name(described.name)
            self._check_ports(described)
            self._replace(lambda workers: (*workers, described))
            try:
                self._start_new(described.name, asked)
            except BaseException:
                self._lab.workers[described.name].kill()
                self._forget(described.name)
                raise
            return self._lab.workers[described.name]

    def remove(self, name: str, timeout: float | None = None) -> bool:
        """Stop a worker as an operator does, and leave nothing but its log.

        Return whether it ended in time.

        :param timeout: seconds; None is Glance's own measure
        :raises exception.UnknownName: when the hub has no such worker
        :raises exception.InvalidSettings: when it is the last one
        """
        with self._where.locked():
            worker = self._worker(name)
            if len(self._lab.workers) == 1:
                raise exception.InvalidSettings(
                    f'{name} is the last worker of the hub; "stop" and "kill" '
                    f'end it')
            in_time = worker.stop(timeout)
            self._forget(name)
            return in_time

    def rename(self, name: str, new: str | None = None) -> None:
        """Give a worker another host name; it keeps its configuration.

        What others reach it by is stale then, until :meth:`reconfigure`. In
        a lab without names it moves to another address, for which it is
        restarted when it runs.

        :param name: of its daemon, which stays
        :param new: the first label of its host name, or its address; None
            is one that nobody has
        :raises exception.UnknownName: when the hub has no such worker
        :raises exception.InvalidSettings: when it cannot be called that
        """
        with self._where.locked():
            described = self._worker(name).worker
            if self._lab.state.names is None:
                self._move(name, new or ports.worker_address(
                    self._free_number()))
                return
            new = new or f'{name}-renamed'
            self._check_label(new)
            renamed = names.host(new)
            if renamed != described.host:
                self._check_host(renamed)
            self._change(name, host=renamed)
            dnsmasq.publish(self._where)

    def reconfigure(
        self, name: str,
        asked: settings.GlanceSettings = _USUAL,
    ) -> None:
        """Restart a worker with the configuration that fits what it is now.

        :raises exception.UnknownName: when the hub has no such worker
        """
        with self._where.locked():
            worker = self._worker(name)
            worker.stop()
            worker.configure(asked)
            if worker.terminator is not None:
                worker.terminator.prepare()
            worker.start()

    def _start_new(self, name: str,
                   asked: settings.GlanceSettings) -> None:
        worker = self._lab.workers[name]
        worker.prepare()
        worker.configure(asked)
        haproxy.add(self._where, worker.worker)
        self._lab.haproxy.prepare()
        dnsmasq.publish(self._where)
        worker.start()

    def _forget(self, name: str) -> None:
        worker = self._lab.workers[name]
        haproxy.delete(self._where, name)
        self._replace(lambda workers: tuple(
            one for one in workers if one.name != name))
        self._lab.haproxy.prepare()
        dnsmasq.publish(self._where)
        for one in (worker, worker.terminator):
            if one is not None:
                shutil.rmtree(self._where.service(one.name),
                              ignore_errors=True)

    def _move(self, name: str, address: str) -> None:
        before = self._lab.workers[name]
        self._check_address(address)
        if address in self._taken() - {before.address}:
            raise exception.InvalidSettings(
                f'another worker has the address {address}')
        moved = plan.hub_worker(name, address, self._where,
                                self._lab.state.settings)
        if address != before.address:
            self._check_ports(moved)
        runs = before.is_alive()
        before.stop()
        self._change(name, address=moved.address, url=moved.url,
                     tls_url=moved.tls_url)
        after = self._lab.workers[name]
        if after.terminator is not None:
            # Its certificate is as stale as the rest.
            after.terminator.listen()
        haproxy.move(self._where, after.worker)
        self._lab.haproxy.prepare()
        if runs:
            after.start()

    def _worker(self, name: str) -> glance_api.HubWorker:
        self._lab.reload()
        try:
            return self._lab.workers[name]
        except KeyError:
            raise exception.UnknownName(
                'worker', name, list(self._lab.workers)) from None

    def _free_number(self) -> int:
        """Return the first that neither a name nor an address has."""
        for number in range(1, _MOST + 1):
            if (ports.worker_address(number) not in self._taken()
                    and f'{_PREFIX}{number}' not in self._lab.workers):
                return number
        raise exception.InvalidSettings(
            f'the hub has {_MOST} workers; there can be no more')

    def _taken(self) -> set[str]:
        return {one.address for one in self._lab.state.workers}

    def _check_name(self, name: str) -> None:
        if not name.startswith(_PREFIX):
            raise exception.InvalidSettings(
                f'{name!r} cannot name a worker: it begins with {_PREFIX}')
        self._check_label(name)
        if name in self._lab.daemons:
            raise exception.InvalidSettings(f'the lab has a {name} already')
        self._check_host(names.host(name))

    def _check_host(self, host: str) -> None:
        if host in {one.host for one in self._lab.state.workers}:
            raise exception.InvalidSettings(
                f'another worker is called {host}')

    def _check_label(self, label: str) -> None:
        if not _LABEL.fullmatch(label):
            raise exception.InvalidSettings(
                f'{label!r} cannot be in a host name: lower case letters, '
                f'digits and "-", at most 63')

    def _check_address(self, address: str) -> None:
        if address not in {ports.worker_address(number)
                           for number in range(1, _HIGHEST + 1)}:
            raise exception.InvalidSettings(
                f'{address!r} cannot be the address of a worker: '
                f'{ports.worker_address(1)} to '
                f'{ports.worker_address(_HIGHEST)}')

    def _check_ports(self, described: workerstate.Worker) -> None:
        ports.check_free({
            ports.Endpoint(described.address, port): described.name
            for port in (described.port, described.tls_port)
            if port is not None})

    def _change(self, name: str, **changes: Any) -> None:
        self._replace(lambda workers: tuple(
            dataclasses.replace(one, **changes) if one.name == name else one
            for one in workers))

    def _replace(self, change: Callable[[_Workers], _Workers]) -> None:
        def changed(lab: state.State) -> state.State:
            lab = dataclasses.replace(lab, workers=change(lab.workers))
            return dataclasses.replace(lab, daemons=building.listed(
                cloud.Lab(self._where, lab)))
        state.update(self._where, changed)
        self._lab.reload()
