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

"""Show root disks that are made at the edge, without guests."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import dataclasses
import functools
import pathlib
import tempfile
import time
from typing import Any

from lab import boot
from lab import clients
from lab import cloud
from lab import compute
from lab import copies
from lab import exception
from lab import images
from lab import interrupt
from lab import narrator
from lab import spectator
from lab import traces
from lab import upstream


@dataclasses.dataclass(frozen=True)
class Settings:
    """How large the demonstration is.

    :ivar size_mib: of each image; a quarter of it is data.
    :ivar crowd: computes that boot one new image at once.
    :raises exception.InvalidSettings: when one of them is less than 1
    """

    size_mib: int = 256
    crowd: int = 4
    user: str = 'demo'

    def __post_init__(self) -> None:
        if self.size_mib < 1:
            raise exception.InvalidSettings(
                f'an image has at least 1 MiB, not {self.size_mib}')
        if self.crowd < 1:
            raise exception.InvalidSettings(
                f'a crowd has at least 1 compute, not {self.crowd}')


@dataclasses.dataclass(frozen=True)
class Scene:
    """One thing to show.

    :ivar fresh: whether it needs an image that no edge site has.
    :ivar boots: site and number of computes, all at the same moment.
    """

    title: str
    fresh: bool
    boots: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        """How many disks are made."""
        return sum(computes for _, computes in self.boots)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one scene went with one backend.

    :ivar seconds: until the last disk was made.
    :ivar copies: imports that Glance ran for it.
    """

    scene: Scene
    backend: str
    seconds: float
    copies: int
    disks: tuple[boot.Disk, ...]

    def count(self, result: str) -> int:
        """Return how many disks came out like that."""
        return sum(disk.result == result for disk in self.disks)

    def row(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            'backend': self.backend,
            'scene': self.scene.title,
            'seconds': self.seconds,
            'copies': self.copies,
            'disks': [dataclasses.asdict(disk) for disk in self.disks],
        }


def proved(played: Sequence[Scene], outcomes: Sequence[Outcome]) -> bool:
    """Tell whether all disks of ours are there, and are clones."""
    ours = {one.scene: (one.count(boot.COW), len(one.disks))
            for one in outcomes if one.backend == compute.OURS}
    return all(ours.get(scene) == (scene.count, scene.count)
               for scene in played)


def scenes(sites: Sequence[str], crowd: int) -> tuple[Scene, ...]:
    """Return what is shown in a lab of these sites, the hub first.

    :raises exception.InvalidSettings: when there is no edge site
    """
    hub, *edges = sites
    if not edges:
        raise exception.InvalidSettings(
            'this lab has no edge site; start one with --sites central,dcn0')
    first = edges[0]
    told = [
        Scene(f'boot at {first}, the image is only at {hub}', True,
              ((first, 1),)),
        Scene(f'boot again at {first}', False, ((first, 1),)),
    ]
    told += [Scene(f'boot at {edge}', False, ((edge, 1),))
             for edge in edges[1:]]
    told.append(Scene(f'{crowd} computes at {first} boot a new image at once',
                      True, ((first, crowd),)))
    if len(edges) > 1:
        told.append(Scene(
            f'{first} and {edges[1]} boot a new image at once', True,
            ((first, 1), (edges[1], 1))))
    return tuple(told)


def play(
    lab: cloud.Lab, settings: Settings, played: Sequence[Scene],
    compare: bool, story: narrator.Narrator,
) -> list[Outcome]:
    """Play scenes, and leave nothing behind.

    :param compare: whether to play them again with upstream's backend
    """
    backends = [compute.OURS, *([compute.UPSTREAM] if compare else [])]
    outcomes = []
    with contextlib.ExitStack() as stack:
        for backend in backends:
            story.title(f'== {_NAMES[backend]} ==')
            if backend == compute.UPSTREAM:
                stack.enter_context(upstream.served(lab, story))
            image_id = ''
            for number, scene in enumerate(played, start=1):
                story.title(f'{number}. {scene.title}')
                if scene.fresh:
                    image_id = stack.enter_context(
                        _image(lab, settings, story))
                outcome = _play(lab, scene, backend, image_id, story)
                stack.callback(interrupt.completed, functools.partial(
                    boot.remove, lab, outcome.disks))
                outcomes.append(outcome)
        story.title('Removing disks and images')
    return outcomes


_NAMES = {compute.OURS: 'nova-rbd-multistore',
          compute.UPSTREAM: 'upstream\'s backend in the same lab'}


@contextlib.contextmanager
def _image(
    lab: cloud.Lab, settings: Settings, story: narrator.Narrator,
) -> Iterator[str]:
    """Upload an image as the tenant, into Glance's default store."""
    glance = clients.glance_for(lab.state, settings.user)
    with tempfile.TemporaryDirectory() as scratch:
        # A seed of its own for each: equal data would say nothing.
        path = images.make_raw(
            pathlib.Path(scratch) / 'image.raw', settings.size_mib,
            settings.size_mib // 4, seed=time.monotonic_ns())
        image = glance.images.create(
            name=f'demo-{time.monotonic_ns()}', disk_format='raw',
            container_format='bare')
        try:
            with path.open('rb') as data:
                glance.images.upload(image.id, data)
            story.say(f'{settings.user} uploaded image {image.id} '
                      f'({settings.size_mib} MiB)')
            yield image.id
        finally:
            with story.awaiting('the end of all imports'):
                interrupt.completed(functools.partial(
                    traces.remove_image, glance, image.id))


def _play(
    lab: cloud.Lab, scene: Scene, backend: str, image_id: str,
    story: narrator.Narrator,
) -> Outcome:
    before = copies.count(lab.state, image_id)
    requests = [
        boot.Request(image_id=image_id, site=site, hosts=hosts, count=hosts,
                     backend=backend)
        for site, hosts in scene.boots]
    story.say('starting Nova')
    with (spectator.Spectator(lab, image_id, story.say),
          story.awaiting('root disks')):
        disks = boot.boot(lab, requests,
                          done=lambda disk: story.say(_describe(disk)))
    return Outcome(scene, backend, max(disk.seconds for disk in disks),
                   copies.count(lab.state, image_id) - before, tuple(disks))


def _describe(disk: boot.Disk) -> str:
    took = f'{disk.seconds:.1f} s'
    if disk.copy_seconds:
        took += f', {disk.copy_seconds:.1f} s of it waiting for the copy'
    if disk.error is not None:
        return f'{disk.host}: ERROR {disk.why} ({took})'
    made = 'FLAT disk' if disk.parent is None else f'clone of {disk.parent}'
    return f'{disk.host}: {made} in the cluster of {disk.site} ({took})'


def table(outcomes: Sequence[Outcome]) -> str:
    """Render all outcomes, the backends of a scene below each other."""
    lines = [f'{"scene":<48} {"backend":<9} {"seconds":>7} {"copies":>6} '
             f'{"clones":>6} {"flat":>5} {"errors":>6}']
    titles = dict.fromkeys(outcome.scene.title for outcome in outcomes)
    for title in titles:
        shown = title
        for outcome in outcomes:
            if outcome.scene.title == title:
                lines.append(
                    f'{shown:<48} {outcome.backend:<9} '
                    f'{outcome.seconds:>7.1f} {outcome.copies:>6} '
                    f'{outcome.count(boot.COW):>6} '
                    f'{outcome.count(boot.FLAT):>5} '
                    f'{outcome.count(boot.ERROR):>6}')
                shown = ''
    return '\n'.join(lines)
