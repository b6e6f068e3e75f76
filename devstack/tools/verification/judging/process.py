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

"""What runs as nova-compute."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import pathlib
import re

from devstack.tools.verification import check
from devstack.tools.verification import logline

LIBRARY = 'nova-compute-rbd-multistore'
UPSTREAM = 'nova-compute'

# By which the line is found among all that a compute service writes.
IN_PLACE = 'Image backend of nova-rbd-multistore in place'
_IN_PLACE = re.compile(
    rf'{IN_PLACE}: images are copied to store (?P<store>\S+) with')
_PACKAGE = 'nova_rbd_multistore'


@dataclasses.dataclass(frozen=True)
class Process:
    """The main process of a unit.

    :ivar pid: 0 for none.
    :ivar arguments: of its command line, as the kernel has them.
    :ivar started: the command line by which systemd has started it.
    """

    unit: str
    pid: int
    arguments: Sequence[str]
    started: str

    @property
    def program(self) -> str:
        """Which of the two it is, '' for another one."""
        # A service may give itself a title, in which the command line stands
        # in brackets, with the name that our script takes.
        words = self.started.split()
        if self.arguments and not self.arguments[0].startswith(UPSTREAM):
            words = list(self.arguments)
        names = {pathlib.PurePath(word).name for word in words}
        return next((name for name in (LIBRARY, UPSTREAM) if name in names),
                    '')


def command(exec_start: str, pid: int) -> str:
    """Return the command of a process from ``ExecStart`` of its unit.

    :param exec_start: as ``systemctl show`` has it.
    :returns: '' when systemd has not started the process by that.
    """
    if f'; pid={pid} ;' not in exec_start:
        return ''
    found = re.search(r'argv\[\]=(?P<words>.*?) ;', exec_start)
    return found['words'] if found else ''


def store(lines: Iterable[logline.Line]) -> str | None:
    """Return to which store the library copies, as it told at its start.

    None when it told nothing.
    """
    for line in reversed(list(lines)):
        found = _IN_PLACE.search(line.message)
        if found and line.is_from(_PACKAGE):
            return found['store']
    return None


def library(process: Process, lines: Sequence[logline.Line]) -> str:
    """Return what shows that the library runs.

    :param lines: of the journal since the process was started.
    :raises Failed: when it does not.
    """
    _check_running(process)
    if process.program != LIBRARY:
        raise check.Failed(
            f'{process.unit} runs {process.program or process.started}, not '
            f'{LIBRARY}',
            'Stack with the plugin, or look at the drop-in of the unit '
            f'(systemctl cat {process.unit}) and restart it.')
    found = store(lines)
    if found is None:
        raise check.Failed(
            f'{process.unit} runs {LIBRARY}, and has not told since it was '
            f'started that its image backend is in place',
            'Look at images_type and images_rbd_glance_store_name in '
            '[libvirt] of nova-cpu.conf, and at the beginning of the journal.')
    return (f'pid {process.pid} is {LIBRARY}, its backend is in place for '
            f'store {found}')


def upstream(process: Process, lines: Sequence[logline.Line]) -> str:
    """Return what shows that Nova's own class runs.

    :param lines: of the journal since the process was started.
    :raises Failed: when the library does.
    """
    _check_running(process)
    if process.program != UPSTREAM or store(lines) is not None:
        raise check.Failed(
            f'{process.unit} runs {process.program or process.started}, not '
            f'{UPSTREAM} of Nova\'s own',
            'Stack with NOVA_RBD_MULTISTORE_COMPUTE=upstream, or leave '
            '--compute upstream away.')
    return f'pid {process.pid} is {UPSTREAM}, without the library'


def _check_running(process: Process) -> None:
    if not process.pid:
        raise check.Failed(
            f'{process.unit} does not run',
            f'Look at: systemctl status {process.unit}; journalctl -u '
            f'{process.unit}')
