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

"""End everything that belongs to a lab."""

from collections.abc import Sequence
from concurrent import futures

from lab import directory
from lab import exception
from lab import process
from lab import progress
from lab import state
from lab import waiting

# Kinds of daemons in the order of stopping: each before what it needs.
_ORDER: tuple[frozenset[str], ...] = (
    # With all that runs on it.
    frozenset(('compute-host',)),
    frozenset(('haproxy', 'tls', 'nova-compute', 'libvirtd', 'virtlogd',
               'sshd', 'nova-api', 'nova-scheduler', 'nova-conductor',
               'neutron-server', 'placement')),
    frozenset(('glance-api', 'rabbitmq')),
    frozenset(('keystone', 'epmd', 'dnsmasq')),
    frozenset(('mariadb', 'ceph-osd', 'ceph-mgr')),
    frozenset(('ceph-mon',)),
)

_KINDS = frozenset[str]().union(*_ORDER)

# Seconds. What a lab holds is thrown away, so an import that runs is not
# waited for to its end.
GRACE = 10.0


class Teardown:
    """Ends the processes of one lab: with grace, then with SIGKILL."""

    def __init__(self, where: directory.StateDirectory,
                 report: progress.Progress, grace: float = GRACE) -> None:
        self._where = where
        self._report = report
        self._grace = grace

    def stop_all(self) -> list[str]:
        """Stop everything; return the names of what was found.

        Processes are found by their environment, recorded or not.

        :raises exception.LeftBehind: when one survives SIGKILL
        """
        names: set[str] = set()
        # Again until nothing is found: a command that was ended may just
        # have started another.
        while found := process.of_lab(self._where.path):
            pids = {one.pid for one in found}
            # A master ends its workers in their own way.
            first = {one: name for one, name in found.items()
                     if not one.is_in_session_of(pids)}
            names.update(first.values())
            self._stop(first)
        return sorted(names)

    def stop_recorded(self, names: Sequence[str]) -> None:
        """Stop some daemons of a lab that stays, the last one first.

        :raises exception.LeftBehind: when one survives SIGKILL
        """
        for name in reversed(names):
            running = state.read_pid(self._where, name)
            if running is not None:
                self._end(running, name)
                state.write_pid(self._where, name, None)

    def _stop(self, found: dict[process.Process, str]) -> None:
        # Commands on the way to a daemon have no order.
        others = frozenset(kind_of(name) for name in found.values()) - _KINDS
        for kinds in (others, *_ORDER):
            step = [(one, name) for one, name in found.items()
                    if kind_of(name) in kinds]
            with futures.ThreadPoolExecutor(max(1, len(step))) as pool:
                for ended in [pool.submit(self._end, *one) for one in step]:
                    ended.result()

    def _end(self, running: process.Process, name: str) -> None:
        try:
            in_time = running.end(self._grace)
        except waiting.TimedOut as exc:
            raise exception.LeftBehind(
                self._where.path, [f'{name} (pid {running.pid})']) from exc
        if not in_time:
            self._report.say(
                f'warning: {name} (pid {running.pid}) did not end within '
                f'{self._grace:.0f} s and was killed')


def kind_of(name: str) -> str:
    """Return ``ceph-osd`` for ``ceph-osd.dcn0``, and so on."""
    kind = name.partition('.')[0]
    return next((known for known in _KINDS if kind.startswith(f'{known}-')),
                kind)
