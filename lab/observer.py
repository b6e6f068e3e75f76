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

"""Tell as it happens what becomes of servers."""

from __future__ import annotations

import dataclasses

from keystoneauth1 import exceptions as ks_exc

from lab import cloud
from lab import computing
from lab import exception
from lab import narrator
from lab import servers
from lab import sighting
from lab import waiting
from lab import watch


class Observer(watch.Watch):
    """Watches all servers whose names begin the same, and says what it sees.

    It looks where a tenant cannot: into the pools and at the files behind the
    consoles, because asking Nova for a console takes a busy compute seconds.

    :param prefix: of the names
    """

    interval = 0.5

    def __init__(self, lab: cloud.Lab, mine: computing.Computing,
                 prefix: str, story: narrator.Narrator) -> None:
        super().__init__()
        self._lab = lab
        self._computing = mine
        self._servers = servers.Servers(lab.state)
        self._prefix = prefix
        self._story = story
        self._seen: dict[str, sighting.Sighting] = {}
        self._silence = ''

    @property
    def sightings(self) -> list[sighting.Sighting]:
        """What was seen of each server, in the order of their names."""
        return sorted(self._seen.values(),
                      key=lambda one: one.server.name)

    @property
    def state(self) -> str:
        """The states of the servers that are on their way."""
        return ', '.join(f'{one.server.name} {one.state}'
                         for one in self.sightings if not one.ended)

    def wait(self, count: int, timeout: float) -> None:
        """Return when so many servers have booted or failed.

        :param timeout: seconds
        :raises waiting.TimedOut: when they have not
        """
        def look() -> waiting.Look:
            self.check()
            ended = [one for one in self._seen.values() if one.ended]
            return waiting.Look(len(ended) >= count, self.state)

        waiting.until(look, timeout, interval=0.2)

    def look(self) -> None:
        """Say what has changed since the last look."""
        try:
            self._look()
        except (ks_exc.ClientException, exception.CommandFailed) as exc:
            if str(exc) != self._silence:
                self._silence = str(exc)
                self._story.say(f'no answer: {exc}')

    def _look(self) -> None:
        disks = _Disks(self._lab)
        for server in self._servers.named(self._prefix):
            before = self._seen.get(server.id)
            after = self._see(server, before, disks)
            self._seen = {**self._seen, server.id: after}
            told = ', '.join(sighting.changes(before, after))
            if told:
                self._story.say(f'{server.name}: {told}')

    def _see(self, server: servers.Server,
             before: sighting.Sighting | None,
             disks: _Disks) -> sighting.Sighting:
        now = self._story.seconds
        after = (sighting.Sighting(server, now) if before is None
                 else dataclasses.replace(before, server=server))
        complete = server.status == servers.ACTIVE and after.active is None
        # Once more when it is complete: a clone that is being made has no
        # parent for a moment. Also when it has failed: Nova removes the disk
        # then, and often takes the server from its host.
        if after.disk is None:
            due = server.host is not None
        else:
            due = complete or after.failed
        if due:
            after = dataclasses.replace(after, disk=disks.find(server))
        if complete:
            after = dataclasses.replace(after, active=now)
        if after.marker is None and self._has_booted(server):
            after = dataclasses.replace(after, marker=now)
        return after

    def _has_booted(self, server: servers.Server) -> bool:
        if server.host is None:
            return False
        compute = self._computing.nodes[server.host].compute
        try:
            printed = compute.console(server.id).read_bytes()
        except FileNotFoundError:
            return False
        return self._computing.cloud.guest.marker.encode() in printed


class _Disks:
    """Root disks in the clusters, each pool listed once."""

    def __init__(self, lab: cloud.Lab) -> None:
        self._lab = lab
        self._listed: dict[str, list[str]] = {}

    def find(self, server: servers.Server) -> sighting.Disk | None:
        site = self._lab.sites[server.zone]
        pool = site.site.vms_pool
        if site.name not in self._listed:
            self._listed[site.name] = site.images(pool)
        if server.disk not in self._listed[site.name]:
            return None
        parent = site.parent(pool, server.disk)
        return sighting.Disk(
            None if parent is None
            else f'{parent.pool}/{parent.image}@{parent.snapshot}')
