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

"""The demonstration that a lab's profile allows."""

from __future__ import annotations

import dataclasses
from typing import Any

from lab import cloud
from lab import exception
from lab import narrator
from lab import server_scenes
from lab import settings
from lab import show_disks
from lab import show_servers


@dataclasses.dataclass(frozen=True)
class Request:
    """What to show.

    :ivar compare: whether upstream's backend is shown as well.
    :ivar size_mib: of each image, None is the show's own measure; only for
        disks without guests.
    :ivar crowd: computes that boot at once, None likewise; likewise.
    """

    compare: bool = False
    size_mib: int | None = None
    crowd: int | None = None


@dataclasses.dataclass(frozen=True)
class Report:
    """What was to be seen.

    :ivar table: for people.
    :ivar rows: for JSON.
    :ivar proved: whether all that our backend made is as it should be.
    """

    table: str
    rows: list[dict[str, Any]]
    proved: bool


def play(lab: cloud.Lab, request: Request,
         story: narrator.Narrator) -> Report:
    """Show guests where the lab has computes, else their disks alone.

    :raises exception.LabError: when that cannot be shown
    """
    if lab.computing is None:
        return _disks(lab, request, story)
    if request.size_mib is not None or request.crowd is not None:
        raise exception.InvalidSettings(
            f'the size of images and the crowd can be chosen only in a lab '
            f'of the profile {settings.STORAGE!r}')
    scenes = server_scenes.scenes({
        site: len(lab.computing.at(site)) for site in lab.sites})
    guests = show_servers.play(
        lab, lab.computing, scenes, request.compare, story)
    return Report(server_scenes.table(guests),
                  [one.row() for one in guests],
                  server_scenes.proved(scenes, guests))


def _disks(lab: cloud.Lab, request: Request,
           story: narrator.Narrator) -> Report:
    defaults = show_disks.Settings()
    asked = show_disks.Settings(
        defaults.size_mib if request.size_mib is None else request.size_mib,
        defaults.crowd if request.crowd is None else request.crowd)
    scenes = show_disks.scenes(tuple(lab.sites), asked.crowd)
    disks = show_disks.play(lab, asked, scenes, request.compare, story)
    return Report(show_disks.table(disks), [one.row() for one in disks],
                  show_disks.proved(scenes, disks))
