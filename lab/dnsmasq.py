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

"""dnsmasq: the resolver of a lab with names."""

from collections.abc import Mapping
from collections.abc import Sequence
import pathlib
import signal

from lab import confile
from lab import daemon
from lab import directory
from lab import dnsquery
from lab import exception
from lab import launcher
from lab import names
from lab import process
from lab import settings
from lab import state
from lab import waiting
from lab import workerstate

NAME = 'dnsmasq'
# A resolv.conf cannot name another one.
PORT = 53

# Seconds; what has to happen in them takes milliseconds.
_TIMEOUT = 10


def published(lab: state.State) -> Mapping[str, str]:
    """Return the address of each name of a worker that is to be known."""
    only = lab.names.publish == settings.RUNNING if lab.names else False
    return {worker.host: worker.address for worker in lab.workers
            if worker.host is not None and not (
                only and not _runs(lab, worker))}


def publish(where: directory.StateDirectory) -> None:
    """Have the resolver know the names that the lab's description has now.

    Nothing in a lab without names. One that does not run will know them when
    it is started.

    :raises exception.NotInTime: when it goes on telling the old ones
    """
    # One at a time, or the last one to write might be the first who looked.
    with where.recording():
        lab = state.load(where)
        if lab.names is None:
            return
        known = published(lab)
        if _records(where).read_text() == _render(known):
            return
        confile.write(_records(where), _render(known))
        running = state.read_pid(where, NAME)
        if running is not None and running.send(signal.SIGHUP):
            _wait_known(lab.names, known)


def _wait_known(asked: workerstate.Names, known: Mapping[str, str]) -> None:
    def look() -> waiting.Look:
        seen = dnsquery.addresses(asked.resolver, PORT, asked.service)
        wrong = [name for name, address in known.items()
                 if dnsquery.addresses(
                     asked.resolver, PORT, name) != {address}]
        return waiting.Look(seen == set(known.values()) and not wrong,
                            f'{asked.service} is {sorted(seen)}')

    try:
        waiting.until(look, _TIMEOUT)
    except waiting.TimedOut as exc:
        raise exception.NotInTime(
            f'{NAME} does not know the new names', exc.seconds,
            exc.last_state) from exc
    except OSError as exc:
        raise exception.NotInTime(
            f'{NAME} does not answer', _TIMEOUT, str(exc)) from exc


def _runs(lab: state.State, worker: workerstate.Worker) -> bool:
    return any(
        one.name == worker.name and one.pid is not None
        and one.start_time is not None
        and process.Process(one.pid, one.start_time).is_alive()
        for one in lab.daemons)


def _records(where: directory.StateDirectory) -> pathlib.Path:
    return where.service(NAME) / 'hosts'


def _render(known: Mapping[str, str]) -> str:
    # The first name of a line is the one that the address leads to.
    return ''.join(f'{address} {name} {names.SERVICE}\n'
                   for name, address in known.items())


class Dnsmasq(daemon.Daemon):
    """``dnsmasq``: knows the names of the hub's workers, and no others."""

    def __init__(self, lab: state.State, asked: workerstate.Names,
                 starter: launcher.Launcher) -> None:
        super().__init__(NAME, starter)
        self._lab = lab
        self._names = asked

    @property
    def address(self) -> str:
        return self._names.resolver

    @property
    def ports(self) -> Sequence[int]:
        return (PORT,)

    def prepare(self) -> None:
        """Write what it knows, and what leads others to it."""
        confile.write(_records(self._state), _render(published(self._lab)))
        names.write(self._names)

    def command(self) -> Sequence[str]:
        return [
            NAME, '--keep-in-foreground', '--conf-file=/dev/null',
            '--pid-file', '--log-facility=-',
            # It reads its records again when it has given up root.
            '--user=root', '--group=root',
            f'--listen-address={self._names.resolver}', '--bind-interfaces',
            f'--port={PORT}',
            # Nothing of this machine's, and what it does not know is nowhere.
            '--no-resolv', '--no-poll', '--no-hosts', '--local=/#/',
            f'--addn-hosts={_records(self._state)}',
            # A name that changes has changed for everybody at once.
            '--cache-size=0', '--local-ttl=0']

    def look(self) -> waiting.Look:
        try:
            dnsquery.addresses(self._names.resolver, PORT,
                               self._names.service)
        except (OSError, ValueError) as exc:
            return waiting.Look(False, f'no answer: {exc}')
        return waiting.Look(True, 'answers')
