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

"""Look at all workers, and compare what they say."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib

from nova_rbd_multistore import exception
from nova_rbd_multistore.checks import inspection
from nova_rbd_multistore.checks import pool
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports


class Survey:
    """One look at each worker.

    :param services: by the name of the worker.
    :param at_once: how many are asked at the same time.
    :ivar known: what those say that answer.
    """

    def __init__(
        self,
        topology: worker_mod.Topology,
        services: Mapping[str, imports.Imports],
        at_once: int,
    ) -> None:
        self._topology = topology
        self._services = services
        looks = pool.each(self._look, topology.workers, at_once)
        self.known = [look for look in looks
                      if isinstance(look, inspection.Facts)]
        self._silent = [
            (worker, look) for worker, look in
            zip(topology.workers, looks, strict=True)
            if not isinstance(look, inspection.Facts)]

    @property
    def usable(self) -> list[str]:
        """The names of the workers at which staged data can be imported."""
        return [facts.worker.name for facts in self.known
                if inspection.GLANCE_DIRECT in facts.methods]

    def rows(self, stores: frozenset[str]) -> Iterator[row.Row]:
        """Yield what was seen and what is wrong with it.

        :param stores: names of those that are wanted.
        """
        for worker, answer in self._silent:
            yield self.down(worker.name, answer)
        for facts in self.known:
            yield facts.row
        yield from inspection.compare(self.known, stores)

    def down(
        self, name: str, answer: exception.GlanceError,
    ) -> row.Row:
        """Say that a worker has gone, and what waits there if one tells.

        :param answer: why it cannot be used.
        """
        worker = next(one for one in self._topology.workers
                      if one.name == name)
        self.known = [facts for facts in self.known
                      if facts.worker is not worker]
        return inspection.unusable(worker, answer, self._waiting(worker))

    def _look(
        self, worker: worker_mod.Worker,
    ) -> inspection.Facts | exception.GlanceError:
        try:
            return inspection.inspect(worker, self._services[worker.name])
        except exception.GlanceError as exc:
            return exc

    def _waiting(self, silent: worker_mod.Worker) -> list[str]:
        """Return the images whose data are staged at a silent worker."""
        urls = [candidate.url
                for candidate in selfurl.candidates(silent, self._topology)
                if candidate.owner == silent.name]
        for facts in self.known:
            asked = self._services[facts.worker.name]
            # This one may have gone as well.
            with contextlib.suppress(exception.GlanceError):
                # A database may ignore case, so that two URLs find the same.
                return list(dict.fromkeys(
                    image.id for url in urls
                    for image in asked.staged_at(url)))
        return []
