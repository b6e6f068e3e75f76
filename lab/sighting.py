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

"""What was seen of a server, and when."""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses

from lab import servers


@dataclasses.dataclass(frozen=True)
class Disk:
    """A root disk; ``parent`` is ``pool/image@snapshot``, None when flat."""

    parent: str | None


@dataclasses.dataclass(frozen=True)
class Sighting:
    """A server as it was seen last, and what happened to it before.

    All times are seconds on one clock, None for what has not happened.

    :ivar asked: when Nova first showed it.
    :ivar marker: when its console showed the guest's marker.
    """

    server: servers.Server
    asked: float
    disk: Disk | None = None
    active: float | None = None
    marker: float | None = None

    @property
    def failed(self) -> bool:
        """Whether Nova has given the server up, whatever was seen before."""
        return self.server.status == servers.ERROR

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.marker is not None or self.failed

    @property
    def state(self) -> str:
        """The server's state in a few words."""
        if self.server.task is not None:
            return f'{self.server.status}, {self.server.task}'
        return self.server.status

    def since(self, moment: float | None) -> float | None:
        """Return the seconds from the first sight to a moment."""
        return None if moment is None else round(moment - self.asked, 1)


def changes(before: Sighting | None, after: Sighting) -> Iterator[str]:
    """Say what has happened between two sightings of a server."""
    server = after.server
    if before is None:
        yield 'requested'
    if server.host and (before is None or before.server.host != server.host):
        yield f'on compute {server.host}'
    if after.disk is not None and (before is None
                                   or before.disk != after.disk):
        yield describe(after.disk)
    if after.disk is None and before is not None and before.disk is not None:
        yield 'its disk is gone'
    if before is None or before.state != after.state:
        yield after.state + (_since(after, after.active)
                             if server.status == servers.ACTIVE else '')
    if server.fault is not None and (
            before is None or before.server.fault != server.fault):
        yield f'fault: {server.fault}'
    if after.marker is not None and (before is None
                                     or before.marker is None):
        yield 'the guest printed its marker' + _since(after, after.marker)


def describe(disk: Disk) -> str:
    """Say what kind of disk it is."""
    if disk.parent is None:
        return 'its disk is FLAT'
    return f'its disk is a clone of {disk.parent}'


def _since(seen: Sighting, moment: float | None) -> str:
    if moment is None:
        return ''
    return f', {seen.since(moment):.1f} s after the request'
