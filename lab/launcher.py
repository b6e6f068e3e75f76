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

"""Start daemons and commands of one lab, so that they are found again."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

from lab import confile
from lab import directory
from lab import exception
from lab import process

# What a program of the lab inherits from the caller. Everything else stays
# out: a CEPH_CONF, OS_* or proxy setting of the user's shell would lead the
# lab's daemons to somewhere else.
_INHERITED = ('HOME', 'USER', 'LOGNAME', 'TMPDIR', 'LD_LIBRARY_PATH')
# Debian keeps daemons where a normal user's PATH does not look.
_SYSTEM_PATH = ('/usr/local/sbin', '/usr/sbin', '/sbin')


def search_path() -> str:
    """Return the PATH in which the lab looks for programs."""
    return os.pathsep.join((os.environ.get('PATH', os.defpath),
                            *_SYSTEM_PATH))


def program(name: str) -> str | None:
    """Return the path of a system program, None when it is missing."""
    return shutil.which(name, path=search_path())


def python_program(name: str) -> pathlib.Path:
    """Return a program of the Python environment that runs the lab."""
    return pathlib.Path(sys.executable).parent / name


class Launcher:
    """Starts programs that carry the lab's mark in their environment."""

    def __init__(self, state: directory.StateDirectory) -> None:
        self.state = state
        self._cancelled = False
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Refuse to start anything from now on, and end running commands.

        Daemons are not touched.
        """
        with self._lock:
            self._cancelled = True
            for child in self._running:
                _kill(child)

    def check(self) -> None:
        """Give up when the work was cancelled.

        :raises exception.Cancelled: when it was
        """
        if self._cancelled:
            raise exception.Cancelled('the work on the lab was given up')

    def spawn(self, name: str, command: Sequence[str],
              extra: Mapping[str, str]) -> process.Process:
        """Start a daemon in its own session, its output in its log.

        :param extra: what its environment has besides the usual
        """
        # posix_spawn rather than subprocess: nobody in this process will
        # wait for a daemon that outlives it.
        with self._lock, _opened(self.state.log(name)) as log:
            self.check()
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
                *((os.POSIX_SPAWN_CLOSE, fd) for fd in _inherited_files()),
            ]
            # From the root, as services run: Ceph 18 of Debian looks for its
            # classes below the current directory.
            pid = os.posix_spawn(
                _path('env'),
                ['env', '--chdir=/', _path(command[0]), *command[1:]],
                self.environment(name, extra), file_actions=actions,
                setsid=True, setsigmask=(),
                setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGPIPE))
        # Gone already, when it failed at once and somebody else reaps our
        # children; no process has this start time.
        return process.find(pid) or process.Process(pid, -1)

    def run(self, name: str, command: Sequence[str], *,
            extra: Mapping[str, str] | None = None,
            directory: pathlib.Path | None = None,
            timeout: float = 120) -> str:
        """Run a command to its end and return its output.

        :param name: what it is called in errors and in its log's name
        :param directory: where it runs, None for where we are
        :param timeout: seconds
        :raises exception.CommandFailed: when it fails or takes too long
        """
        start = time.monotonic()
        log = self.state.log(name)
        with log.open('ab') as errors:
            with self._lock:
                self.check()
                child = subprocess.Popen(
                    [_path(command[0]), *command[1:]],
                    env=self.environment(name, extra or {}), cwd=directory,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=errors, start_new_session=True, text=True)
                self._running.add(child)
            with child:
                try:
                    output, _ = child.communicate(timeout=timeout)
                except subprocess.TimeoutExpired:
                    raise self._failed(name, None, start) from None
                finally:
                    _kill(child)
                    with self._lock:
                        self._running.discard(child)
        self.check()
        if child.returncode != 0:
            raise self._failed(name, child.returncode, start, output)
        return output

    def _failed(self, name: str, returncode: int | None, start: float,
                output: str = '') -> exception.CommandFailed:
        return exception.CommandFailed(
            name, returncode, time.monotonic() - start,
            confile.last_lines(output, 5) + confile.tail(
                self.state.log(name)))

    def environment(self, name: str,
                    extra: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a program, with the lab's mark."""
        inherited = {key: os.environ[key] for key in _INHERITED
                     if key in os.environ}
        return {
            **inherited,
            'PATH': search_path(),
            'LANG': 'C.UTF-8',
            process.STATE_VARIABLE: str(self.state.path),
            process.NAME_VARIABLE: name,
            # Nova's services rename themselves, and would write the new name
            # over the environment, the mark included.
            'SPT_NOENV': '1',
            **extra,
        }


def _path(name: str) -> str:
    found = program(name)
    if found is None:
        raise exception.PackagesMissing([name], [name])
    return found


@contextlib.contextmanager
def _opened(log: pathlib.Path) -> Iterator[int]:
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # HAProxy sets flags of its own, O_APPEND not among them, and would
        # write over the beginning after a restart.
        os.lseek(fd, 0, os.SEEK_END)
        yield fd
    finally:
        os.close(fd)


def _kill(child: subprocess.Popen[str]) -> None:
    # With all that it started: a script's children hold its output open.
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _inherited_files() -> list[int]:
    # Such as the pipe of a test runner that would wait for its end for as
    # long as the daemon lives.
    found = []
    for entry in pathlib.Path('/proc/self/fd').iterdir():
        fd = int(entry.name)
        with contextlib.suppress(OSError):
            if fd > 2 and os.get_inheritable(fd):
                found.append(fd)
    return found
