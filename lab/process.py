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

"""Processes as /proc shows them: identity, environment, signals.

A pid alone names nothing, since the kernel uses it again. Here a process is
its pid together with its start time (field 22 of /proc/PID/stat, in clock
ticks since boot), and a signal is only sent when both still agree.
"""

from collections.abc import Container
from collections.abc import Iterator
import contextlib
import dataclasses
import os
import pathlib
import signal

from lab import waiting

PROC = pathlib.Path('/proc')

# Both are in the environment of everything the lab starts, so that "down"
# finds also what "up" had no time to record. Two variables, because a shell
# may well export the first for its own use.
STATE_VARIABLE = 'LAB_STATE'
NAME_VARIABLE = 'LAB_DAEMON'


@dataclasses.dataclass(frozen=True)
class Process:
    """One process, for as long as it lives and never another one."""

    pid: int
    start_time: int

    def is_alive(self) -> bool:
        """Tell whether it runs; a zombie does not."""
        _reap(self.pid)
        seen = _stat(self.pid)
        return (seen is not None and seen.start_time == self.start_time
                and not _has_ended(self.pid, seen))

    def is_in_session_of(self, others: Container[int]) -> bool:
        """Tell whether another process, one of ``others``, leads it."""
        seen = _stat(self.pid)
        return (seen is not None and seen.session != self.pid
                and seen.session in others)

    def send(self, signum: int) -> bool:
        """Send a signal; False when the process is gone."""
        if not self.is_alive():
            return False
        try:
            os.kill(self.pid, signum)
        except ProcessLookupError:
            return False
        return True

    def end(self, grace: float, signum: int = signal.SIGTERM) -> bool:
        """End it: ``signum``, up to ``grace`` seconds, then SIGKILL.

        Return whether the grace was enough.

        :raises waiting.TimedOut: when it survives SIGKILL for 10 s
        """
        self.send(signum)
        try:
            waiting.until(self._look_gone, grace)
        except waiting.TimedOut:
            self.kill()
            return False
        return True

    def kill(self) -> None:
        """Send SIGKILL to it and its session; wait for the end of all.

        A worker that outlived its master for a moment would still hold the
        port, and take requests that nobody answers.

        :raises waiting.TimedOut: when one is still there after 10 s
        """
        seen = _stat(self.pid)
        if seen is None or not self.is_alive():
            return
        if seen.session != self.pid:
            self.send(signal.SIGKILL)
            waiting.until(self._look_gone, 10)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        waiting.until(self._look_session_gone, 10)

    def _look_gone(self) -> waiting.Look:
        return waiting.Look(not self.is_alive(), f'pid {self.pid} runs')

    def _look_session_gone(self) -> waiting.Look:
        _reap(self.pid)
        left = [pid for pid in pids() if _in_session(pid, self.pid)]
        return waiting.Look(not left, f'pids {left} run')


@dataclasses.dataclass(frozen=True)
class _Stat:
    status: str
    parent: int
    session: int
    start_time: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = (PROC / str(pid) / 'stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in parentheses and may hold
    # blanks and parentheses itself; field 3 follows the last ')'.
    fields = text[text.rindex(')') + 2:].split()
    return _Stat(fields[0], int(fields[1]), int(fields[3]), int(fields[19]))


def _in_session(pid: int, leader: int) -> bool:
    seen = _stat(pid)
    return (seen is not None and seen.session == leader
            and not _has_ended(pid, seen))


def _has_ended(pid: int, seen: _Stat) -> bool:
    if seen.status not in 'ZX':
        return False
    # The first thread is a zombie already while others are on their way out
    # and hold the process's sockets open.
    try:
        return len(list((PROC / str(pid) / 'task').iterdir())) <= 1
    except OSError:
        return True


def pids() -> Iterator[int]:
    """Return the pids of all processes there are."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def _reap(pid: int) -> None:
    # Only matters to the process that started the daemon: for all others
    # it is not a child.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def find(pid: int) -> Process | None:
    """Return the process that has this pid now, or None."""
    seen = _stat(pid)
    return None if seen is None else Process(pid, seen.start_time)


def describe(pid: int) -> str:
    """Name a process for an error message, as far as /proc tells."""
    try:
        raw = (PROC / str(pid) / 'cmdline').read_bytes()
    except OSError:
        return f'pid {pid}'
    words = raw.replace(b'\0', b' ').decode(errors='replace').strip()
    return f'pid {pid} ({words[:60]})' if words else f'pid {pid}'


def of_lab(state: pathlib.Path) -> dict[Process, str]:
    """Find everything that was started for the lab in ``state``.

    Return the name of each process found, as given when it was started.
    """
    found = {}
    for pid, environment in _environments():
        if (environment.get(STATE_VARIABLE) == str(state)
                and NAME_VARIABLE in environment):
            process = find(pid)
            if process is not None and process.is_alive():
                found[process] = environment[NAME_VARIABLE]
    return found


def parent(pid: int) -> int | None:
    """Return the pid of the process that looks after one, None when gone."""
    seen = _stat(pid)
    return None if seen is None else seen.parent


def leads_session(pid: int) -> bool:
    """Tell whether a process is the leader of its session."""
    seen = _stat(pid)
    return seen is not None and seen.session == pid


def _environments() -> Iterator[tuple[int, dict[str, str]]]:
    for pid in pids():
        try:
            raw = (PROC / str(pid) / 'environ').read_bytes()
        except OSError:
            # Gone meanwhile, or another user's and so not ours.
            continue
        pairs = (item.partition('=')
                 for item in raw.decode(errors='replace').split('\0'))
        yield pid, {name: value for name, _, value in pairs}
