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

"""What all daemons of the lab have in common."""

import abc
from collections.abc import Mapping
from collections.abc import Sequence
import pathlib
import signal

from lab import confile
from lab import exception
from lab import launcher
from lab import ports
from lab import process
from lab import state
from lab import waiting


class Daemon(abc.ABC):
    """One daemon: how it is prepared, started, seen to be ready, ended.

    It runs detached and outlives the process that started it. Any process
    that loads the lab may stop, kill and start it again.
    """

    # Seconds; generous, since a machine that runs a lab is a busy one.
    start_timeout: float = 90
    # Between two looks while it starts.
    look_interval: float = 0.05
    stop_timeout: float = 20
    stop_signal: int = signal.SIGTERM

    def __init__(self, name: str, starter: launcher.Launcher) -> None:
        self.name = name
        self._launcher = starter
        self._state = starter.state

    @property
    def log(self) -> pathlib.Path:
        """The file with everything the daemon says."""
        return self._state.log(self.name)

    @property
    def address(self) -> str:
        """The address on which it listens, one of the loopback's."""
        return ports.ADDRESS

    @property
    @abc.abstractmethod
    def ports(self) -> Sequence[int]:
        """The ports on its address that it needs; often just one."""

    @abc.abstractmethod
    def prepare(self) -> None:
        """Make its files and data, once in the life of a lab."""

    @abc.abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that runs it in the foreground."""

    def environment(self) -> Mapping[str, str]:
        """Return what it needs in its environment besides the usual."""
        return {}

    @abc.abstractmethod
    def look(self) -> waiting.Look:
        """Ask the daemon itself whether it does its work."""

    def process(self) -> process.Process | None:
        """Return its process, None when it does not run."""
        recorded = state.read_pid(self._state, self.name)
        if recorded is None or not recorded.is_alive():
            return None
        return recorded

    def is_alive(self) -> bool:
        """Tell whether its process runs."""
        return self.process() is not None

    def start(self) -> float:
        """Start it and wait until it is ready; return the seconds taken.

        One that runs already is only waited for.

        :raises exception.NotReady: when it dies or misses the deadline
        """
        self.launch()
        return self.wait_ready()

    def launch(self) -> None:
        """Start it without waiting; nothing when it runs already."""
        if self.is_alive():
            return
        started = self._launcher.spawn(self.name, self.command(),
                                       self.environment())
        state.write_pid(self._state, self.name, started)

    def wait_ready(self) -> float:
        """Wait until it is ready; return the seconds waited.

        :raises exception.NotReady: when it dies or misses the deadline
        """
        try:
            return waiting.until(self._look_alive, self.start_timeout,
                                 self.look_interval)
        except waiting.TimedOut as exc:
            raise exception.NotReady(
                self.name, exc.seconds, exc.last_state, self.log,
                confile.tail(self.log)) from exc

    def stop(self, timeout: float | None = None) -> bool:
        """End it in its own way, with SIGKILL when that takes too long.

        Return whether it ended in time; True also when it did not run.

        :param timeout: seconds; None is the daemon's own measure
        """
        running = self.process()
        if running is None:
            return True
        grace = self.stop_timeout if timeout is None else timeout
        in_time = running.end(grace, self.stop_signal)
        state.write_pid(self._state, self.name, None)
        return in_time

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        running = self.process()
        if running is not None:
            running.kill()
            state.write_pid(self._state, self.name, None)

    def _look_alive(self) -> waiting.Look:
        self._launcher.check()
        if not self.is_alive():
            raise waiting.Hopeless('the process ended by itself')
        return self.look()
