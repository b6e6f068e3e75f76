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


"""What daemons on a compute host have in common."""

from collections.abc import Sequence
import contextlib

from lab import compute_host
from lab import daemon
from lab import exception
from lab import launcher
from lab import process
from lab import state
from lab import waiting

# Seconds; what has to happen in them takes milliseconds.
_ENTERING_TIMEOUT = 10


class Inside(daemon.Daemon):
    """A daemon of a compute: it ends when the host does."""

    def __init__(self, kind: str, host: compute_host.ComputeHost,
                 starter: launcher.Launcher) -> None:
        super().__init__(f'{kind}.{host.compute.name}', starter)
        self._host = host
        self._compute = host.compute

    @property
    def ports(self) -> Sequence[int]:
        return ()

    def launch(self) -> None:
        """Start it without waiting; nothing when it runs already.

        :raises exception.HostDown: when its host does not run
        :raises exception.LeftBehind: when one that was not recorded survives
            SIGKILL
        """
        if self.is_alive():
            return
        self._end_unrecorded()
        # A process enters a PID namespace only by being born there. setsid
        # leaves the daemon to the host's init, and ends; so does nsenter.
        entering = self._launcher.spawn(
            self.name,
            [*self._host.enter(), 'setsid', '--fork', *self.command()],
            self.environment())
        # One that is not seen in time has ended at once, as a look at it
        # will tell. To see none in one moment means nothing: a process has
        # no environment while it becomes another program.
        with contextlib.suppress(waiting.TimedOut):
            waiting.until(lambda: self._record(entering), _ENTERING_TIMEOUT)

    def _end_unrecorded(self) -> None:
        # Whoever was interrupted between a start and its record has left a
        # daemon that would go on beside the one to come.
        def look() -> waiting.Look:
            found = [one for one, name
                     in process.of_lab(self._state.path).items()
                     if name == self.name]
            for one in found:
                one.kill()
            return waiting.Look(not found, f'{len(found)} ran')

        try:
            # Twice nothing, because of the moment without an environment.
            for _ in range(2):
                waiting.until(look, _ENTERING_TIMEOUT)
        except waiting.TimedOut as exc:
            raise exception.LeftBehind(
                self._state.path, [self.name]) from exc

    def _record(self, entering: process.Process) -> waiting.Look:
        for one, name in process.of_lab(self._state.path).items():
            if (name == self.name and one != entering
                    and process.leads_session(one.pid)):
                state.write_pid(self._state, self.name, one)
                return waiting.Look(True, 'started')
        return waiting.Look(False, 'no process yet')
