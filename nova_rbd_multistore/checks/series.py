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

"""All that is tried in one run, in its order."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import functools
from typing import TypeVar

from nova_rbd_multistore import exception
from nova_rbd_multistore.checks import balancer
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import conversion
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import options as options_mod
from nova_rbd_multistore.checks import pool
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import selfcheck
from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.checks import trial
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports

_T = TypeVar('_T')
_R = TypeVar('_R')

Add = Callable[[row.Row], None]


class Series:
    """Imports, deletes and conversions at the workers of a bench.

    :param add: takes each row as soon as it is known.
    :ivar down: the workers that went away meanwhile, and how that showed.
    """

    def __init__(
        self,
        bench: bench_mod.Bench,
        topology: worker_mod.Topology,
        options: options_mod.Options,
        add: Add,
    ) -> None:
        self._bench = bench
        self._topology = topology
        self._options = options
        self._trials = trial.Trials(bench, options)
        self._report = add
        self._found = False
        self.down: dict[str, exception.GlanceError] = {}

    def run(
        self, workers: Sequence[str], balanced: imports.Imports | None,
        found: bool,
    ) -> None:
        """Try everything, or what makes sense after something was found.

        :param workers: their names.
        :param balanced: Glance behind the load balancer, None for no such.
        :param found: whether something was found before.
        :raises GlanceError: when nobody can be asked what was staged where.
        :raises Cancelled: when the run is to end.
        """
        self._found = found
        staged = self._present(workers, self._stage)
        selves = self._present(
            staged, lambda name: self._identify(staged[name]))
        judged = list(selfcheck.judge(selves))
        for one in judged:
            self._add(one)
        bad = {one.workers[0] for one in judged if one.found}
        pairs = list(_pairs(selves, self._options.pairs))
        self._each(lambda name: self._try_worker(staged[name], [
            pair for pair in pairs if pair.first == name]),
            [name for name in selves if name not in bad])
        if len(workers) == 1:
            self._add(row.Row(row.IMPORT, tuple(workers), row.Verdict.NOTE,
                              'the only worker that can be used here, so '
                              'nothing can be forwarded'))
        # A load balancer leads to workers that cannot be used as well.
        found = self._found or len(workers) < len(self._topology.workers)
        ring = list(_pairs(selves, options_mod.Pairs.RING))
        last: tuple[tuple[str, Callable[[], None]], ...] = (
            (row.BALANCER, lambda: self._balance(list(selves), balanced)),
            (row.CONVERSION, lambda: self._convert(ring)))
        for check, work in last:
            if found or self.down:
                self._add(row.Row(check, (), row.Verdict.NOT_TRIED,
                                  'see what was found'))
            else:
                work()

    def _add(self, one: row.Row) -> None:
        # Several threads add; reading it first could lose what another found.
        if one.found:
            self._found = True
        self._report(one)

    def _each(
        self, work: Callable[[_T], _R], over: Iterable[_T],
    ) -> list[_R]:
        return pool.each(work, over, self._options.parallel)

    def _present(
        self, workers: Iterable[str], work: Callable[[str], _R],
    ) -> dict[str, _R]:
        """Return what comes of each worker that does not fail or go away."""
        names = list(workers)
        results = self._each(functools.partial(self._or_none, work), names)
        return {name: result[0] for name, result in
                zip(names, results, strict=True) if result}

    def _or_none(
        self, work: Callable[[str], _R], name: str,
    ) -> tuple[_R] | None:
        try:
            return (work(name),)
        except check_exception.WorkerDown as exc:
            self.down[exc.worker] = exc.answer
        except check_exception.NotStaged as exc:
            self._add(exc.row)
        return None

    def _stage(self, name: str) -> bench_mod.Specimen:
        try:
            return self._bench.stage(name, self._options.raw)
        except exception.GlanceError as exc:
            raise check_exception.NotStaged(
                trial.not_allowed(row.STAGE, exc, name)
                or finding.STAGE_FAILED.found(
                    row.STAGE, name, reason=str(exc))) from exc

    def _identify(
        self, specimen: bench_mod.Specimen,
    ) -> selfurl.Candidate | None:
        try:
            return selfcheck.identify(self._bench, specimen, self._topology)
        except exception.GlanceError:
            self._bench.check_up(specimen.worker)
            raise

    def _try_worker(
        self, specimen: bench_mod.Specimen, pairs: Sequence[trial.Pair],
    ) -> None:
        """Try what is staged at one worker with others, until one fails."""
        ended = ''
        for number, pair in enumerate(pairs):
            if ended:
                self._add(row.Row(row.IMPORT, pair.names,
                                  row.Verdict.NOT_TRIED, ended))
                continue
            try:
                if number:
                    specimen = self._stage(pair.first)
                found = self._try_pair(pair, specimen)
            except check_exception.NotStaged as exc:
                self._add(exc.row)
                found = True
            except check_exception.WorkerDown as exc:
                self.down[exc.worker] = exc.answer
                self._add(row.Row(
                    row.IMPORT, pair.names, row.Verdict.NOT_TRIED,
                    f'{exc.worker} does not answer any more'))
                found = exc.worker == pair.first
            ended = f'see {pair.first} and {pair.through}' if found else ''

    def _try_pair(
        self, pair: trial.Pair, specimen: bench_mod.Specimen,
    ) -> bool:
        """Import and delete; return whether something was found."""
        done = self._trials.imported(pair, specimen)
        self._add(done)
        if done.found:
            return True
        self._bench.discard(specimen)
        done = self._trials.deleted(pair, self._stage(pair.first))
        self._add(done)
        return done.found

    def _balance(
        self, workers: Sequence[str], balanced: imports.Imports | None,
    ) -> None:
        via = self._topology.via
        if via is None or balanced is None:
            self._add(row.Row(
                row.BALANCER, (), row.Verdict.NOT_TRIED,
                'no load balancer is known; --via names one'))
            return
        tried = balancer.Balanced(self._bench, self._options, balanced, via)
        done = self._present([via], lambda _url: tried.tried(workers))
        for one in done.values() or [row.Row(
                row.BALANCER, (), row.Verdict.NOT_TRIED,
                'a worker does not answer any more')]:
            self._add(one)

    def _convert(self, ring: Sequence[trial.Pair]) -> None:
        tried = conversion.Conversion(self._bench, self._options)
        pairs = {pair.first: pair for pair in ring}
        results = self._present(
            pairs, lambda name: tried.tried(pairs[name]))
        for _became, one in results.values():
            self._add(one)
        for one in conversion.differing({
                name: became for name, (became, _one) in results.items()}):
            self._add(one)


def _pairs(
    selves: selfcheck.Selves, wanted: options_mod.Pairs,
) -> Iterator[trial.Pair]:
    """Yield whom to ask for what is staged at whom."""
    names = list(selves)
    for index, first in enumerate(names):
        following = names[index + 1:] + names[:index]
        if wanted is options_mod.Pairs.RING:
            following = following[:1]
        for through in following:
            known = selves[first]
            # It takes for its own what is staged at the first one.
            if known is None or known.url != _url(selves, through):
                yield trial.Pair(first, through, known)


def _url(selves: Mapping[str, object], name: str) -> str | None:
    return getattr(selves[name], 'url', None)
