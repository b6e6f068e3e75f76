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

"""Import through the load balancer what is staged at all workers at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent import futures
import functools

from nova_rbd_multistore import exception
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import options as options_mod
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import trial
from nova_rbd_multistore.glance import imports

# So that a load balancer which takes turns hits other workers than those at
# which the data are.
_EACH = 2

# They are much the same.
_MOST_REASONS = 3


class Balanced:
    """Imports through the load balancer.

    :param via: Glance, as clients see it.
    :param url: of that.
    """

    def __init__(
        self, bench: bench_mod.Bench, options: options_mod.Options,
        via: imports.Imports, url: str,
    ) -> None:
        self._bench = bench
        self._options = options
        self._trials = trial.Trials(bench, options)
        self._via = via
        self._url = url

    def tried(self, workers: Sequence[str]) -> row.Row:
        """Stage and import several images at the same time.

        :raises WorkerDown: when one does not answer any more.
        :raises Cancelled: when the run is to end.
        """
        budget = self._bench.budget(self._options.timeout)
        wanted = [name for name in workers for _ in range(_EACH)]
        with futures.ThreadPoolExecutor(len(wanted)) as pool:
            staged = [pool.submit(self._bench.stage, name, self._options.raw)
                      for name in wanted]
            # All are staged before the first one is imported.
            futures.wait(staged)
            results = list(pool.map(
                functools.partial(self._imported, workers), staged))
        failures = [result for result in results if isinstance(result, str)]
        if failures:
            told = failures[:_MOST_REASONS]
            if len(failures) > len(told):
                told.append(f'and {len(failures) - len(told)} more')
            return finding.BALANCER_FAILED.found(
                row.BALANCER, *workers, url=self._url,
                reason='; '.join(told))
        forwarded = sum(result is True for result in results)
        return row.Row(
            row.BALANCER, tuple(workers), row.Verdict.OK,
            f'{len(wanted)} images staged at all workers at once, imported '
            f'through {self._url}: {forwarded} forwarded, '
            f'{len(wanted) - forwarded} where they were staged',
            seconds=budget.elapsed,
            facts={'url': self._url, 'images': len(wanted),
                   'forwarded': forwarded})

    def _imported(
        self, workers: Sequence[str],
        staged: futures.Future[bench_mod.Specimen],
    ) -> bool | str | None:
        """Import one; return whether it was forwarded, or what failed."""
        try:
            specimen = staged.result()
            receipt = self._via.import_staged(
                specimen.image_id, self._options.stores)
            image = self._bench.wait(
                specimen, self._options.stores, self._options.timeout)
            different = self._trials.compared(
                trial.Pair(specimen.worker, specimen.worker, None),
                specimen, image)
            if different is not None:
                return different.detail
            self._bench.discard(specimen)
            return receipt.forwarded
        except (exception.GlanceError, check_exception.ImportFailed,
                check_exception.ImportTimedOut) as exc:
            self._bench.check_up(*workers)
            return str(exc)
