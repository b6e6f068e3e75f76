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

"""The scenes of the demonstration with guests, and how they went."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from lab import boot
from lab import compute
from lab import exception
from lab import sighting

_CROWD = 3
_NUMBERS = {2: 'two', 3: 'three'}


@dataclasses.dataclass(frozen=True)
class Scene:
    """One thing to show.

    :ivar name: of its servers.
    :ivar image: name of its image, which is new when no scene before has it.
    :ivar count: servers, each on a compute of its own.
    """

    title: str
    name: str
    zone: str
    image: str
    count: int = 1


def scenes(computes: Mapping[str, int]) -> tuple[Scene, ...]:
    """Return what is shown in a lab.

    :param computes: their number by site, the hub first
    :raises exception.InvalidSettings: when no edge site has a compute
    """
    hub, *others = computes
    edges = {site: computes[site] for site in others if computes[site]}
    if not edges:
        raise exception.InvalidSettings(
            'this lab has no compute at an edge site; start one with '
            '--profile cloud --computes dcn1=3')
    first = next(iter(edges))
    # Of equal ones the last, which is another site where there are two.
    crowded = max(reversed(edges), key=lambda site: edges[site])
    count = min(edges[crowded], _CROWD)
    crowd = '' if count == 1 else (
        f' {_NUMBERS[count]} at once, each on a compute of its own,')
    return (
        Scene(f'Boot at {first} what is only at {hub}', 'first', first,
              'guest'),
        Scene(f'Boot at {first} again', 'second', first, 'guest'),
        Scene(f'Boot{crowd} at {crowded} from a new image', 'crowd',
              crowded, 'other', count),
    )


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How it went with one server.

    :ivar backend: ``ours`` or ``upstream``.
    :ivar copies: imports that Glance ran in the scene, for all its servers.
    """

    backend: str
    scene: Scene
    seen: sighting.Sighting
    copies: int

    @property
    def result(self) -> str:
        """``cow`` or ``flat``; ``error`` without a disk or in ERROR."""
        if self.seen.disk is None or self.seen.failed:
            return boot.ERROR
        return boot.COW if self.seen.disk.parent else boot.FLAT

    @property
    def good(self) -> bool:
        """Whether a guest runs, from a clone."""
        return self.result == boot.COW and self.seen.marker is not None

    def row(self) -> dict[str, Any]:
        """Return it for JSON; seconds count from its first sight."""
        server = self.seen.server
        return {
            'backend': self.backend,
            'scene': self.scene.title,
            'server': server.name,
            'id': server.id,
            'zone': self.scene.zone,
            'host': server.host,
            'status': server.status,
            'seconds_to_active': self.seen.since(self.seen.active),
            'seconds_to_marker': self.seen.since(self.seen.marker),
            'result': self.result,
            'parent': self.seen.disk.parent if self.seen.disk else None,
            'copies': self.copies,
            'fault': server.fault,
        }


def proved(played: Sequence[Scene], outcomes: Sequence[Outcome]) -> bool:
    """Tell whether all guests of ours run, from clones.

    A server that was never seen has no outcome, and proves nothing.
    """
    ours = [one for one in outcomes if one.backend == compute.OURS]
    return all(one.good for one in ours) and all(
        sum(one.scene == scene for one in ours) == scene.count
        for scene in played)


_COLUMNS = ('backend', 'server', 'zone', 'host', 'active', 'marker',
            'copies', 'root disk')


def table(outcomes: Sequence[Outcome]) -> str:
    """Render the outcomes; the backend only when there are two."""
    lines: list[tuple[str, ...]] = [_COLUMNS]
    told: set[tuple[str, Scene]] = set()
    for one in outcomes:
        # Copies belong to a scene, so they stand beside its first server.
        scene = (one.backend, one.scene)
        lines.append(_cells(one, '' if scene in told else str(one.copies)))
        told.add(scene)
    first = 0 if len({one.backend for one in outcomes}) > 1 else 1
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return '\n'.join(
        '  '.join(cell.ljust(width) for cell, width in
                  list(zip(line, widths, strict=True))[first:]).rstrip()
        for line in lines)


def _cells(one: Outcome, copies: str) -> tuple[str, ...]:
    server = one.seen.server
    return (one.backend, server.name, one.scene.zone, server.host or '-',
            _seconds(one.seen.since(one.seen.active)),
            _seconds(one.seen.since(one.seen.marker)), copies, _disk(one))


def _disk(one: Outcome) -> str:
    if one.seen.disk is None:
        return f'none, {one.seen.server.status}'
    told = _kind(one.seen.disk)
    # A failed server's disk is on its way out.
    return f'{told}, {one.seen.server.status}' if one.seen.failed else told


def _kind(disk: sighting.Disk) -> str:
    if disk.parent is None:
        return 'FLAT'
    pool, _, rest = disk.parent.partition('/')
    image, _, snapshot = rest.partition('@')
    return f'clone of {pool}/{image[:8]}..@{snapshot}'


def _seconds(value: float | None) -> str:
    return '-' if value is None else f'{value:.1f} s'
