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

"""The state directory: where everything of one lab lives."""

from collections.abc import Iterator
import contextlib
import fcntl
import os
import pathlib
import shutil

from lab import exception
from lab import process

MARKER = '.lab-state'
_MARKER_TEXT = 'Made by "python -m lab up"; "python -m lab down" removes it.\n'

# Ceph and MariaDB listen on Unix sockets below the state directory, and the
# kernel takes no longer path than 107 bytes. This is the longest that we
# append, with the longest site name.
_SOCKET_PATH_MAX = 107
_LONGEST_SOCKET = '/sites/' + 32 * 'x' + '/mon.asok'


class StateDirectory:
    """Paths, marker and lock of a lab; holds nothing in memory."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = pathlib.Path(path).resolve()

    @property
    def description(self) -> pathlib.Path:
        """The file that describes the lab."""
        return self.path / 'lab.json'

    @property
    def clouds(self) -> pathlib.Path:
        """The clouds.yaml with all users of the lab."""
        return self.path / 'clouds.yaml'

    def site(self, name: str) -> pathlib.Path:
        """Return the directory of a site."""
        return self.path / 'sites' / name

    def service(self, name: str) -> pathlib.Path:
        """Return the directory of a daemon that belongs to no site."""
        return self.path / name

    def log(self, name: str) -> pathlib.Path:
        """Return the log file of a daemon or a command."""
        return self.path / 'logs' / f'{name}.log'

    def pid_file(self, name: str) -> pathlib.Path:
        """Return the file with a daemon's pid and start time."""
        return self.path / 'run' / f'{name}.pid'

    def is_lab(self) -> bool:
        """Tell whether a lab was made here."""
        return (self.path / MARKER).is_file()

    def is_foreign(self) -> bool:
        """Tell whether something is there that is not ours."""
        if self.is_lab() or not self.path.exists():
            return False
        return not self.path.is_dir() or any(self.path.iterdir())

    def create(self) -> None:
        """Make the directory and mark it as ours.

        :raises exception.NotALab: when it has files and no marker
        :raises exception.InvalidSettings: when the path is too long
        """
        socket_path = os.fsencode(f'{self.path}{_LONGEST_SOCKET}')
        if len(socket_path) > _SOCKET_PATH_MAX:
            raise exception.InvalidSettings(
                f'{self.path} is {len(socket_path) - _SOCKET_PATH_MAX} bytes '
                f'too long for the Unix sockets below it; choose a shorter '
                f'--state')
        if self.is_foreign():
            raise exception.NotALab(self.path)
        # The files below hold passwords and keys.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.path / MARKER).write_text(_MARKER_TEXT)
        for name in ('run', 'logs', 'sites'):
            (self.path / name).mkdir(exist_ok=True)

    def has_logs(self) -> bool:
        """Tell whether anything was started here."""
        return any((self.path / 'logs').iterdir())

    def clear(self) -> None:
        """Remove everything in it but the marker and the lock."""
        for entry in self.path.iterdir():
            if entry.name in (MARKER, 'lock'):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def remove(self) -> None:
        """Remove it with everything in it.

        :raises exception.NotALab: when the marker is missing
        """
        if not self.is_lab():
            raise exception.NotALab(self.path)
        # The marker goes last: when this is interrupted, "down" can be
        # repeated.
        self.clear()
        (self.path / 'lock').unlink(missing_ok=True)
        (self.path / MARKER).unlink()
        self.path.rmdir()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other ``up`` and ``down`` away; the kernel drops it at death.

        :raises exception.Locked: when another process has it
        """
        with (self.path / 'lock').open('a+') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                lock.seek(0)
                pid = lock.read().strip()
                raise exception.Locked(
                    self.path, process.describe(int(pid)) if pid
                    else 'another process') from exc
            if os.fstat(lock.fileno()).st_nlink == 0:
                # A "down" removed the directory between our opening the
                # file and its end.
                raise exception.Locked(self.path, 'a "down" that just ended')
            lock.truncate(0)
            lock.write(f'{os.getpid()}\n')
            lock.flush()
            yield

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Serialise changes of the description between processes."""
        fd = os.open(self.path / 'run', os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)
