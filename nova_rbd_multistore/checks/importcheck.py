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
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import enum
import threading
from typing import TypeVar

from nova_rbd_multistore import exception
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import balancer
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import conversion
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import leftovers
from nova_rbd_multistore.checks import material as material_mod
from nova_rbd_multistore.checks import pool
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import selfcheck
from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.checks import survey
from nova_rbd_multistore.checks import trial
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports

_T = TypeVar('_T')
_R = TypeVar('_R')


class Pairs(enum.Enum):
    """Which workers are tried with which others."""

    RING = 'ring'
    ALL = 'all'


@dataclasses.dataclass(frozen=True)
class Options:
    """What an operator may choose.

    :ivar raw: what is uploaded to try imports.
    :ivar qcow2: what is uploaded to try a conversion.
    :ivar read_only: make nothing, only look.
    :ivar remove_left_overs: of earlier runs.
    :ivar parallel: how many workers are tried at the same time.
    """

    terms: trial.Terms = trial.Terms()
    raw: material_mod.Material = material_mod.RawData(4)
    qcow2: material_mod.Material = material_mod.SmallQcow2()
    pairs: Pairs = Pairs.ALL
    read_only: bool = False
    remove_left_overs: bool = False
    parallel: int = 4


class ImportCheck:
    """Checks whether workers import what is staged at others.

    :param reach: returns Glance at a URL.
    :param tell: takes each row as soon as it is known.
    """

    def __init__(
        self,
        topology: worker_mod.Topology,
        reach: Callable[[str], imports.Imports],
        options: Options,
        clock: timing.Clock,
        tell: Callable[[row.Row], None] = lambda one: None,
    ) -> None:
        self._topology = topology
        self._options = options
        self._tell = tell
        self._reach = reach
        self._services = {worker.name: reach(worker.url)
                          for worker in topology.workers}
        self._stopping = threading.Event()
        self._rows: list[row.Row] = []
        self._lock = threading.Lock()
        self._clock = clock

    def stop(self) -> None:
        """Have the run end soon; it removes what it has made."""
        self._stopping.set()

    def run(self) -> row.Report:
        """Return what was found; after a stop what was found until then.

        :raises GlanceError: when no worker tells what earlier runs left.
        """
        seen = survey.Survey(
            self._topology, self._services, self._options.parallel)
        self._add(*seen.rows(self._options.terms.stores))
        if seen.known:
            self._left_overs(seen.known[0].worker.name)
        usable = seen.usable
        if usable and not self._options.read_only:
            bench = bench_mod.Bench(
                {name: self._services[name] for name in usable},
                self._clock, self._stopping.is_set)
            try:
                self._try(bench, usable)
            except exception.Cancelled:
                self._add(row.Row(row.RUN, (), row.Verdict.NOTE,
                                  'stopped before its end'))
            finally:
                self._sweep(bench)
        return row.Report(tuple(self._rows))

    def _add(self, *rows: row.Row) -> None:
        for one in rows:
            with self._lock:
                self._rows.append(one)
            self._tell(one)

    def _left_overs(self, asked: str) -> None:
        service = self._services[asked]
        images = leftovers.listed(service)
        if self._options.remove_left_overs and not self._options.read_only:
            self._add(*leftovers.removed(service, images))
        else:
            self._add(*leftovers.reported(images))

    def _try(self, bench: bench_mod.Bench, usable: Sequence[str]) -> None:
        staged = self._stage(bench, usable)
        selves = self._identify(bench, staged)
        judged = list(selfcheck.judge(selves))
        self._add(*judged)
        bad = {name for one in judged if one.found
               for name in one.workers[:1]}
        trials = trial.Trials(bench, self._options.terms)
        self._each(
            lambda name: self._try_worker(trials, bench, staged[name], [
                pair for pair in self._pairs(selves)
                if pair.first == name]),
            [name for name in staged if name not in bad])
        if any(one.found and one.check != row.LEFT_OVERS
               for one in self._rows):
            self._add(*(row.Row(check, (), row.Verdict.NOT_TRIED,
                                'see what was found')
                        for check in (row.BALANCER, row.CONVERSION)))
            return
        self._balance(bench, usable)
        self._convert(bench, selves)

    def _stage(
        self, bench: bench_mod.Bench, usable: Sequence[str],
    ) -> dict[str, bench_mod.Specimen]:
        """Stage an image at each worker, all at once."""
        results = self._each(
            lambda name: self._staged(bench, name), usable)
        return {name: result for name, result in
                zip(usable, results, strict=True) if result is not None}

    def _staged(
        self, bench: bench_mod.Bench, name: str,
    ) -> bench_mod.Specimen | None:
        try:
            return bench.stage(name, self._options.raw)
        except exception.GlanceError as exc:
            self._add(trial.not_allowed(row.STAGE, exc, name)
                      or finding.STAGE_FAILED.found(
                          row.STAGE, name, reason=str(exc)))
            return None

    def _identify(
        self, bench: bench_mod.Bench,
        staged: dict[str, bench_mod.Specimen],
    ) -> selfcheck.Selves:
        return dict(zip(staged, self._each(
            lambda one: selfcheck.identify(bench, one, self._topology),
            staged.values()), strict=True))

    def _pairs(self, selves: selfcheck.Selves) -> Iterator[trial.Pair]:
        """Yield whom to ask for what is staged at whom."""
        names = list(selves)
        for index, first in enumerate(names):
            following = names[index + 1:] + names[:index]
            if self._options.pairs is Pairs.RING:
                following = following[:1]
            for through in following:
                known = selves[first]
                # It takes for its own what is staged at the first one.
                if known is None or known.url != _url(selves[through]):
                    yield trial.Pair(first, through, known)

    def _try_worker(
        self, trials: trial.Trials, bench: bench_mod.Bench,
        specimen: bench_mod.Specimen, pairs: Sequence[trial.Pair],
    ) -> None:
        """Try imports of what is staged at one worker until one fails."""
        for number, pair in enumerate(pairs):
            if number:
                again = self._staged(bench, pair.first)
                if again is None:
                    return
                specimen = again
            done = trials.imported(pair, specimen)
            self._add(done)
            if done.found or not self._deletes(trials, bench, pair):
                self._add(*(row.Row(
                    row.IMPORT, other.names, row.Verdict.NOT_TRIED,
                    f'see {pair.first} and {pair.through}')
                    for other in pairs[number + 1:]))
                return
            bench.remove(specimen)

    def _deletes(
        self, trials: trial.Trials, bench: bench_mod.Bench,
        pair: trial.Pair,
    ) -> bool:
        specimen = self._staged(bench, pair.first)
        if specimen is None:
            return False
        done = trials.deleted(pair, specimen)
        self._add(done)
        return not done.found

    def _balance(
        self, bench: bench_mod.Bench, usable: Sequence[str],
    ) -> None:
        via = self._topology.via
        if via is None:
            self._add(row.Row(
                row.BALANCER, (), row.Verdict.NOT_TRIED,
                'no load balancer is known; --via names one'))
            return
        self._add(balancer.Balanced(
            bench, self._options.terms, self._reach(via), via,
        ).tried(usable, self._options.raw))

    def _convert(
        self, bench: bench_mod.Bench, selves: selfcheck.Selves,
    ) -> None:
        ring = dict(reversed([(pair.first, pair)
                              for pair in self._pairs(selves)]))
        tried = conversion.Conversion(
            bench, self._options.terms, self._options.qcow2)
        results = self._each(tried.tried, list(ring.values()))
        self._add(*(one for _became, one in results))
        self._add(*conversion.differing({
            name: became for name, (became, _one) in
            zip(ring, results, strict=True)}))

    def _sweep(self, bench: bench_mod.Bench) -> None:
        down = {name for one in self._rows
                if one.code == finding.UNREACHABLE.code
                for name in one.workers}
        for specimen, answer in bench.sweep():
            found = finding.NOT_REMOVED.found(
                row.LEFT_OVERS, specimen.worker,
                image=specimen.image_id or specimen.name,
                reason=str(answer))
            if specimen.worker in down:
                # What is to be done has been said.
                found = dataclasses.replace(
                    found, verdict=row.Verdict.NOTE)
            self._add(found)

    def _each(
        self, work: Callable[[_T], _R], over: Iterable[_T],
    ) -> list[_R]:
        return pool.each(work, over, self._options.parallel)


def _url(known: selfurl.Candidate | None) -> str | None:
    return None if known is None else known.url
