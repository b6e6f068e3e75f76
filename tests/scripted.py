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

"""An image service that shows what a script says, as time goes by."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing

HIDDEN = exception.Forbidden('show tasks', 'HTTP 403: Forbidden')


@dataclasses.dataclass(frozen=True)
class Row:
    """What Glance shows from a moment on.

    :ivar at: seconds since the script, or the submission that brought this
        row, began.
    :ivar record: the image, or how Glance answers in its place.
    :ivar tasks: its tasks, or how Glance answers in their place.
    """

    at: float
    record: Mapping[str, Any] | exception.GlanceError
    tasks: Sequence[Mapping[str, Any]] | exception.GlanceError = HIDDEN


@dataclasses.dataclass(frozen=True)
class Accepted:
    """A 202, and what Glance shows from then on; empty for no difference."""

    rows: Sequence[Row] = ()


@dataclasses.dataclass(frozen=True)
class Refused:
    """Any other answer, and what Glance shows from then on."""

    error: exception.GlanceError
    rows: Sequence[Row] = ()


class ScriptedGlance:
    """Plays rows by a clock.

    :param answers: to submissions, one after the other. One submission more
        than there are answers fails the test.
    :ivar looks: when the image was asked for.
    :ivar task_looks: when its tasks were asked for.
    :ivar posts: when a copy was asked for.
    :ivar accepted: how many of these had a 202.
    :ivar known: for each of these, the image and the tasks as last shown.
    """

    def __init__(
        self,
        clock: timing.Clock,
        rows: Iterable[Row],
        answers: Iterable[Accepted | Refused] = (),
        stores: Iterable[str] | exception.GlanceError = (
            'central', 'dcn0', 'dcn1'),
    ) -> None:
        self._clock = clock
        self.show(*rows)
        self._answers = list(answers)
        self._stores = stores
        self.looks: list[float] = []
        self.task_looks: list[float] = []
        self.store_looks: list[float] = []
        self.posts: list[float] = []
        self.accepted = 0
        self.known: list[tuple[
            image_mod.Image, tuple[image_mod.Task, ...]]] = []
        self._image: image_mod.Image | None = None
        self._tasks: tuple[image_mod.Task, ...] = ()

    def show(self, *rows: Row) -> None:
        """Play another script from now on."""
        self._rows = sorted(rows, key=lambda row: row.at)
        self._began = self._clock.monotonic()

    @property
    def row(self) -> Row:
        """What is shown now."""
        since = self._clock.monotonic() - self._began
        return [row for row in self._rows if row.at <= since][-1]

    def image(self, image_id: str) -> image_mod.Image:
        self.looks.append(self._clock.monotonic())
        record = self.row.record
        if isinstance(record, exception.GlanceError):
            raise record
        self._image = image_mod.Image.from_glance(record)
        return self._image

    def tasks(self, image_id: str) -> tuple[image_mod.Task, ...]:
        self.task_looks.append(self._clock.monotonic())
        tasks = self.row.tasks
        if isinstance(tasks, exception.GlanceError):
            if not isinstance(tasks, exception.GlanceUnavailable):
                self._tasks = ()
            raise tasks
        self._tasks = tuple(map(image_mod.Task.from_glance, tasks))
        return self._tasks

    def stores(self) -> frozenset[str]:
        self.store_looks.append(self._clock.monotonic())
        if isinstance(self._stores, exception.GlanceError):
            raise self._stores
        return frozenset(self._stores)

    def submit_copy(self, image_id: str, store: str) -> None:
        assert self._image is not None
        self.posts.append(self._clock.monotonic())
        self.known.append((self._image, self._tasks))
        if not self._answers:
            raise AssertionError('a submission that the script has not')
        answer = self._answers.pop(0)
        if answer.rows:
            self.show(*answer.rows)
        if isinstance(answer, Refused):
            raise answer.error
        self.accepted += 1
