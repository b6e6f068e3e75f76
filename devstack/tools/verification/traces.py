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

"""What images and disks leave: files in directories, names in pools."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import os
import pathlib

from devstack.tools.verification import check
from devstack.tools.verification import cluster


@dataclasses.dataclass(frozen=True)
class Trace:
    """A file or an RBD image.

    :ivar place: a directory, or a pool with the identity of its cluster.
    """

    place: str
    name: str

    def __str__(self) -> str:
        return f'{self.place}/{self.name}'


Traces = frozenset[Trace]


def look(
    directories: Iterable[pathlib.Path], pools: Iterable[cluster.Pool],
) -> Traces:
    """Return everything that is there.

    :raises Failed: when a directory or a pool cannot be read.
    """
    found = set()
    for directory in directories:
        try:
            names = os.listdir(directory)
        except FileNotFoundError:
            # Made with the first image.
            continue
        except OSError as exc:
            raise check.Failed(f'{directory} cannot be read: {exc}') from exc
        found |= {Trace(str(directory), name) for name in names}
    for pool in pools:
        place = f'{pool.fsid()}/{pool.name}'
        found |= {Trace(place, name) for name in pool.names()}
    return frozenset(found)
