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

"""Show guests that boot at the edge from what is only at the hub."""

from __future__ import annotations

from collections.abc import Sequence
import pathlib
import secrets
from typing import NamedTuple

from lab import clients
from lab import cloud
from lab import commandline
from lab import compute
from lab import computing
from lab import copies
from lab import interrupt
from lab import narrator
from lab import observer
from lab import openstack
from lab import server_scenes
from lab import sighting
from lab import spectator
from lab import traces
from lab import upstream
from lab import waiting

USER = 'demo'

# Seconds for one scene. When Nova's own backend waits for a copy in vain, it
# does so for ten minutes.
_TIMEOUT = 900
# Lines of a console that are shown.
_CONSOLE = 3
_TELLING = ('size ', 'parent: ', 'overlap: ')
_NAMES = {compute.OURS: 'nova-rbd-multistore',
          compute.UPSTREAM: 'upstream\'s nova-compute on the same computes'}


def play(lab: cloud.Lab, mine: computing.Computing,
         scenes: Sequence[server_scenes.Scene], compare: bool,
         story: narrator.Narrator) -> list[server_scenes.Outcome]:
    """Play scenes as the tenant, and leave nothing behind.

    :param compare: whether to play them again with upstream's nova-compute
    :raises exception.LabError: when they cannot be played; what goes wrong
        with a server is in its outcome
    """
    outcomes = _Play(lab, mine, compute.OURS, story).run(scenes)
    if not compare:
        return outcomes
    nodes = [node for zone in dict.fromkeys(scene.zone for scene in scenes)
             for node in mine.at(zone)]
    with (upstream.served(lab, story),
          upstream.running(lab.state, nodes, story)):
        return outcomes + _Play(
            lab, mine, compute.UPSTREAM, story).run(scenes)


class _Image(NamedTuple):
    id: str
    name: str


class _Play:
    """All scenes with one backend."""

    def __init__(self, lab: cloud.Lab, mine: computing.Computing,
                 backend: str, story: narrator.Narrator) -> None:
        self._lab = lab
        self._mine = mine
        self._guest = mine.cloud.guest
        self._backend = backend
        self._story = story
        # Of all names, so that nothing of anybody else's is meant.
        self._prefix = f'demo-{secrets.token_hex(2)}'
        self._images: dict[str, _Image] = {}
        self._client = openstack.OpenStack(lab, USER, announce=story.quote)

    def run(self, scenes: Sequence[server_scenes.Scene],
            ) -> list[server_scenes.Outcome]:
        """Play them one after the other."""
        self._story.title(f'== {_NAMES[self._backend]} ==')
        left = traces.Traces(self._lab.state, USER, self._prefix)
        try:
            outcomes = []
            for number, scene in enumerate(scenes, start=1):
                self._story.title(f'{number}. {scene.title}')
                outcomes += self._scene(scene)
            self._story.title('All of them')
            self._story.quote(self._run(
                'server', 'list', '-c', 'Name', '-c', 'Status',
                '-c', 'Image', '-c', 'Flavor'))
            return outcomes
        finally:
            self._story.title('Removing servers, groups and images')
            with self._story.awaiting('the end of all of them'):
                interrupt.completed(left.remove)

    def _scene(self, scene: server_scenes.Scene,
               ) -> list[server_scenes.Outcome]:
        if scene.image not in self._images:
            self._images[scene.image] = self._upload(
                f'{self._prefix}-{scene.image}')
        image = self._images[scene.image]
        name = f'{self._prefix}-{scene.name}'
        placed = self._place(scene, name)
        before = copies.count(self._lab.state, image.id)
        with (spectator.Spectator(self._lab, image.id,
                                  self._story.say),
              observer.Observer(self._lab, self._mine, name,
                                self._story) as seen):
            self._run('server', 'create', '--nic', 'none',
                      '--image', image.name,
                      '--flavor', self._guest.flavor,
                      '--availability-zone', scene.zone, *placed, name)
            self._wait(seen, scene)
        self._show(scene, seen.sightings)
        made = copies.count(self._lab.state, image.id) - before
        return [server_scenes.Outcome(self._backend, scene, one, made)
                for one in seen.sightings]

    def _upload(self, name: str) -> _Image:
        """Upload the guest into the default store, which is the hub's."""
        self._run('image', 'create', '--disk-format', 'raw',
                  '--container-format', 'bare',
                  '--file', short_path(self._guest.raw), name)
        glance = clients.glance_for(self._lab.state, USER)
        found, = glance.images.list(filters={'name': name})
        return _Image(found.id, name)

    def _place(self, scene: server_scenes.Scene, name: str) -> list[str]:
        """Return the options that give each server a compute of its own."""
        if scene.count == 1:
            return []
        self._run('server', 'group', 'create', '--policy', 'anti-affinity',
                  name)
        count = str(scene.count)
        return ['--server-group', name, '--min', count, '--max', count]

    def _wait(self, seen: observer.Observer,
              scene: server_scenes.Scene) -> None:
        with self._story.awaiting('guests', lambda: seen.state):
            try:
                seen.wait(scene.count, _TIMEOUT)
            except waiting.TimedOut as exc:
                self._story.say(f'given up: {exc}')

    def _show(self, scene: server_scenes.Scene,
              sightings: Sequence[sighting.Sighting]) -> None:
        booted = [one.server.name for one in sightings
                  if one.marker is not None]
        # One is like the other, and the client takes its time.
        for name in booted[:1]:
            self._story.quote(last_lines(
                self._run('console', 'log', 'show', name), _CONSOLE))
        site = self._lab.sites[scene.zone]
        for one in sightings:
            # What is left of a failed one's disk may go at any moment.
            if one.disk is not None and not one.failed:
                info = ('rbd', 'info',
                        f'{site.site.vms_pool}/{one.server.disk}')
                self._story.quote(commandline.render(site.command(*info)))
                self._story.quote(telling(site.run(*info)))

    def _run(self, *arguments: str) -> str:
        with self._story.awaiting(f'openstack {" ".join(arguments[:2])}'):
            return self._client.run(*arguments)


def short_path(path: pathlib.Path) -> str:
    """Return a path as one types it in the current directory."""
    here = pathlib.Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def last_lines(text: str, count: int) -> str:
    """Return the last lines of a console that show something."""
    shown = (''.join(filter(str.isprintable, line)).strip()
             for line in text.splitlines())
    return '\n'.join([line for line in shown if line][-count:])


def telling(info: str) -> str:
    """Return what ``rbd info`` says about size and parent."""
    return '\n'.join(
        line.strip() for line in info.splitlines()
        if line.strip().startswith(_TELLING))
