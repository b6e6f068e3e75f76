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

"""How far copies are, for people: one line that changes, or plain lines."""

from __future__ import annotations

from collections.abc import Mapping
import re
import time

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore.cmd import screen as screen_mod
from nova_rbd_multistore.placing import placement
from nova_rbd_multistore.placing import running

# Seconds between two lines about the same wait, unless what is waited for is
# another thing.
_AGAIN_AFTER = 30.0

# On one line, what comes behind an id matters more than the whole of it.
_UUID = re.compile(r'\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')


class Progress:
    """Tells how far a run is.

    :param names: of images, by id.
    :param total: how many outcomes there will be.
    """

    def __init__(
        self, screen: screen_mod.Screen, names: Mapping[str, str], total: int,
    ) -> None:
        self._screen = screen
        # Anybody names images.
        self._names = {image_id: exception.in_one_line(name, longest=60)
                       for image_id, name in names.items()}
        self._total = total
        self._done = 0
        self._waiting: dict[str, _Waiting] = {}

    def tell(self, news: running.News) -> None:
        """Take in what has changed, None for the time alone."""
        match news:
            case copier.Progress():
                self._look(news)
            case placement.Outcome():
                self._ended(news)
        self._screen.show(self._live())

    def _look(self, news: copier.Progress) -> None:
        before = self._waiting.get(news.image_id)
        now = _Waiting(news, self._where(news.image_id, news.store))
        if before is not None and before.of_the_same(now):
            now.told_at = before.told_at
        self._waiting[news.image_id] = now
        changed = before is None or not before.like(now)
        if changed and not self._screen.live and (
                now.told_at is None
                or now.read_at >= now.told_at + _AGAIN_AFTER):
            now.told_at = now.read_at
            self._screen.line(now.line())

    def _ended(self, outcome: placement.Outcome) -> None:
        self._done += 1
        self._waiting.pop(outcome.image.id, None)
        where = self._where(outcome.image.id, outcome.store)
        said = f'{where}: {outcome.result.value} after {outcome.seconds:.1f} s'
        self._screen.line(f'{said}: {outcome.error.reason}'
                          if outcome.error else said)

    def _where(self, image_id: str, store: str) -> str:
        return f'{self._names.get(image_id, image_id)} to {store}'

    def _live(self) -> str:
        waiting = list(self._waiting.values())
        if not waiting:
            return ''
        counted = f'{self._done} of {self._total} done' \
            if self._total > 1 else ''
        return _UUID.sub(r'\1', '; '.join(filter(None, (
            counted, *(one.short() for one in waiting)))))


class _Waiting:
    """A wait as it was last told about.

    :ivar read_at: monotonic seconds.
    :ivar told_at: likewise, of the last line about what is waited for now;
        None for none.
    """

    def __init__(self, news: copier.Progress, where: str) -> None:
        self._news = news
        self._where = where
        self.read_at = time.monotonic()
        self.told_at: float | None = None

    def of_the_same(self, other: _Waiting) -> bool:
        """Tell whether the same thing is waited for."""
        return (self._where, self._news.phase) == (
            other._where, other._news.phase)

    def like(self, other: _Waiting) -> bool:
        """Tell whether there is nothing new."""
        return self.of_the_same(other) and \
            self._news.state == other._news.state

    def line(self) -> str:
        """Say it, with the seconds until now."""
        return f'{self._where}: {self._seconds:.0f} s, {self._news.state}'

    def short(self) -> str:
        """Say it in few words, the ones that change as early as can be."""
        phase, state = self._news.phase, self._news.state
        if phase is None or not state.startswith(phase.value):
            return self.line()
        return (f'{self._where}: {phase.name.lower()} {self._seconds:.0f} s'
                f'{state.removeprefix(phase.value)}')

    @property
    def _seconds(self) -> float:
        return self._news.seconds + time.monotonic() - self.read_at
