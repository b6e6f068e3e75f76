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

"""The check of a distributed import, from the first look to the clean-up."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import threading

from nova_rbd_multistore import exception
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import leftovers
from nova_rbd_multistore.checks import options as options_mod
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import series
from nova_rbd_multistore.checks import survey
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports


class ImportCheck:
    """Checks whether workers import what is staged at others.

    :param reach: returns Glance at a URL.
    :param tell: takes each row as soon as it is known; called from any
        thread.
    """

    def __init__(
        self,
        topology: worker_mod.Topology,
        reach: Callable[[str], imports.Imports],
        options: options_mod.Options,
        clock: timing.Clock,
        tell: Callable[[row.Row], None] = lambda one: None,
    ) -> None:
        self._topology = topology
        self._reach = reach
        self._options = options
        self._clock = clock
        self._tell = tell
        self._services = {worker.name: reach(worker.url)
                          for worker in topology.workers}
        self._stopping = threading.Event()
        self._rows: list[row.Row] = []

    def stop(self) -> None:
        """Have the run end soon; it removes what it has made."""
        self._stopping.set()

    def run(self) -> row.Report:
        """Return what was found; after a stop what was found until then.

        :raises GlanceError: when workers answer, but not what is needed to
            go on; what was made is removed then as well.
        """
        seen = survey.Survey(
            self._topology, self._services, self._options.parallel)
        self._add(*seen.rows(self._options.stores))
        if seen.known:
            self._left_overs(self._services[seen.known[0].worker.name])
        if seen.usable and not self._options.read_only:
            self._try(seen)
        return row.Report(tuple(self._rows), tuple(self._services))

    def _add(self, *rows: row.Row) -> None:
        for one in rows:
            self._rows.append(one)
            self._tell(one)

    def _left_overs(self, service: imports.Imports) -> None:
        images = leftovers.listed(service)
        if self._options.remove_left_overs and not self._options.read_only:
            self._add(*leftovers.removed(service, images))
        else:
            self._add(*leftovers.reported(images))

    def _try(self, seen: survey.Survey) -> None:
        workers = seen.usable
        bench = bench_mod.Bench(
            {name: self._services[name] for name in workers},
            self._clock, self._stopping.is_set)
        tried = series.Series(
            bench, self._topology, self._options, self._add)
        via = self._topology.via
        try:
            tried.run(
                workers, None if via is None else self._reach(via),
                any(one.found and one.check == row.WORKER
                    for one in self._rows))
        except exception.Cancelled:
            self._add(row.Row(row.RUN, (), row.Verdict.NOTE,
                              'stopped before its end'))
        finally:
            self._add(*(seen.down(name, answer)
                        for name, answer in tried.down.items()))
            self._sweep(bench)

    def _sweep(self, bench: bench_mod.Bench) -> None:
        down = {name for one in self._rows
                if one.code == finding.UNREACHABLE.code
                for name in one.workers}
        for specimen, answer in bench.sweep():
            left = finding.NOT_REMOVED.found(
                row.LEFT_OVERS, specimen.worker,
                image=specimen.image_id or specimen.name,
                reason=str(answer))
            if specimen.worker in down:
                # What is to be done has been said.
                left = dataclasses.replace(left, verdict=row.Verdict.NOTE)
            self._add(left)
