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

"""How much memory a lab takes, with the guests that run in it."""

import contextlib
import pathlib
import re
from typing import NamedTuple

from lab import process

_PSS = re.compile(r'^Pss: +(\d+) kB$', re.MULTILINE)


class Usage(NamedTuple):
    """The memory of some processes.

    ``mib`` counts what they share with others in proportion (PSS).
    """

    processes: int
    mib: int


def of_lab(state: pathlib.Path) -> Usage:
    """Return what all processes of the lab in ``state`` take together."""
    used = [kib for pid in _with_descendants(
                {one.pid for one in process.of_lab(state)})
            if (kib := _pss(pid)) is not None]
    return Usage(len(used), sum(used) >> 10)


def _with_descendants(found: set[int]) -> set[int]:
    """Add what was started by the processes found, such as guests.

    libvirt gives these an environment that does not name the lab.
    """
    parents = {pid: process.parent(pid) for pid in process.pids()}
    while True:
        children = {pid for pid, parent in parents.items()
                    if parent in found} - found
        if not children:
            return found
        found = found | children


def _pss(pid: int) -> int | None:
    """Return the KiB of a process, None when it is gone."""
    # A zombie has the file, with nothing in it.
    with contextlib.suppress(OSError):
        text = (process.PROC / str(pid) / 'smaps_rollup').read_text()
        if seen := _PSS.search(text):
            return int(seen[1])
    return None
