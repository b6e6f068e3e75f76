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

"""Imports and deletions of what another worker of Glance has staged."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import itertools
import pathlib
import uuid

from devstack.tools.verification import bench as bench_mod
from devstack.tools.verification import check
from devstack.tools.verification import images
from devstack.tools.verification import logline
from devstack.tools.verification import waiting
from devstack.tools.verification.judging import forwarding
from devstack.tools.verification.judging import rows
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore.checks import discovery
from nova_rbd_multistore.checks import importcheck
from nova_rbd_multistore.checks import material
from nova_rbd_multistore.checks import options
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports

_Pair = tuple[bench_mod.Worker, bench_mod.Worker]


def imports_between(bench: bench_mod.Bench) -> str:
    """Run the library's own check of a distributed import."""
    access = bench.access

    def reach(url: str) -> imports.Imports:
        return imports.Imports(glance.Access(
            access.session, access.auth, (url,), access.adapter), retries=1)

    def tell(one: row.Row) -> None:
        bench.say(f'{one.check} {one.where}: {one.verdict.value}')

    topology = discovery.topology(
        discovery.Wanted(), access, discovery.Resolver.system())
    topology = dataclasses.replace(topology, workers=tuple(
        dataclasses.replace(one, name=_name(bench, one.url))
        for one in topology.workers))
    # One after the other: with API_WORKERS=1 a worker of DevStack carries out
    # one request at a time, and two that forward to each other at once wait
    # for each other.
    chosen = options.Options(
        timeout=bench.settings.import_timeout, parallel=1)
    report = importcheck.ImportCheck(
        topology, reach, chosen, bench.clock, tell).run()
    return rows.judge(report.rows, [one.name for one in topology.workers])


def _name(bench: bench_mod.Bench, url: str) -> str:
    """Return what DevStack calls a worker."""
    return next((one.name for one in bench.workers
                 if worker_mod.check_url(one.url) == url), url)


def forwarded(bench: bench_mod.Bench) -> str:
    """Import through each worker what is staged at the other one."""
    return _both_ways(bench, _import)


def deleted(bench: bench_mod.Bench) -> str:
    """Delete through each worker what is staged at the other one."""
    return _both_ways(bench, _delete)


def _both_ways(
    bench: bench_mod.Bench, work: Callable[[bench_mod.Bench, _Pair], str],
) -> str:
    """Return what was seen in both directions.

    :raises Failed: with all that is wrong, after both were tried.
    """
    seen, faults = [], []
    for pair in itertools.permutations(bench.workers, 2):
        try:
            seen.append(work(bench, (pair[0], pair[1])))
        except check.Failed as exc:
            faults.append(exc)
    if faults:
        raise check.Failed('; '.join(one.reason for one in faults), ' '.join(
            dict.fromkeys(one.remedy for one in faults if one.remedy)))
    return '; '.join(seen)


def _import(bench: bench_mod.Bench, pair: _Pair) -> str:
    first, through = pair
    marks = {one.name: one.journal.mark() for one in pair}
    image_id, staged = _staged(bench, pair, marks, 'import')
    request = _ask(bench.at(through), 'POST', image_id)
    host = _judged(bench, pair, marks, request)
    bench.workshop.imported(bench.at(first), image_id)
    count = waiting.settled(lambda: forwarding.carried_out(
        first.journal.since(marks[first.name]), request, first.words),
        bench.clock)
    _check_absent(bench, pair, image_id)
    return (f'staged at {first.name} ({staged}), asked of {through.name}, '
            f'which called {host}; {first.name} imported it as '
            f'{request.answered} ({count} lines); nothing staged is left')


def _delete(bench: bench_mod.Bench, pair: _Pair) -> str:
    first, through = pair
    marks = {one.name: one.journal.mark() for one in pair}
    image_id, staged = _staged(bench, pair, marks, 'delete')
    request = _ask(bench.at(through), 'DELETE', image_id)
    host = _judged(bench, pair, marks, request)
    _check_absent(bench, pair, image_id)
    return (f'staged at {first.name} ({staged}), deleted through '
            f'{through.name}, which called {host}; the file is gone')


def _staged(
    bench: bench_mod.Bench, pair: _Pair, marks: dict[str, str], name: str,
) -> tuple[str, str]:
    """Stage an image at one of two workers, and see that it is there only.

    Returns its id, and what was seen.
    """
    first, through = pair
    sent = _request_id()
    image_id = bench.workshop.stage(
        bench.at(first, sent), f'{name}-{first.name}', material.RawData(1))
    path = first.staging / image_id
    # What Glance leaves there when the other worker deletes the image.
    bench.ledger.add(f'staged file {path}', lambda: _unlink(path))
    if not path.exists():
        raise check.Failed(
            f'what was staged at {first.name} (request {sent}) is not in '
            f'{first.staging}')
    _check_not_at(through, image_id)
    waiting.settled(lambda: forwarding.staged(
        first.journal.since(marks[first.name]),
        through.journal.since(marks[through.name]), image_id, sent),
        bench.clock)
    return image_id, f'request {sent}, {path.stat().st_size} bytes'


def _unlink(path: pathlib.Path) -> None:
    path.unlink(missing_ok=True)


def _request_id() -> str:
    return f'req-{uuid.uuid4()}'


def _ask(
    worker: images.Images, method: str, image_id: str,
) -> forwarding.Request:
    """Ask a worker for something, and return the request with its answer."""
    sent = _request_id()
    try:
        answered = worker.send(method, image_id, sent)
    except exception.GlanceError as exc:
        return forwarding.Request(method, image_id, sent, None, str(exc))
    return forwarding.Request(method, image_id, sent, answered)


def _judged(
    bench: bench_mod.Bench, pair: _Pair, marks: dict[str, str],
    request: forwarding.Request,
) -> str:
    """Return to whom the second worker has forwarded a request."""
    first, through = pair

    def judge() -> str:
        lines: Sequence[logline.Line] = through.journal.since(
            marks[through.name])
        return forwarding.forwarded(
            lines, request, first.words, through.words)

    return waiting.settled(judge, bench.clock)


def _check_absent(
    bench: bench_mod.Bench, pair: _Pair, image_id: str,
) -> None:
    def judge() -> None:
        for one in pair:
            _check_not_at(one, image_id)

    waiting.settled(judge, bench.clock)


def _check_not_at(worker: bench_mod.Worker, image_id: str) -> None:
    found = [name for name in _listed(worker) if name.startswith(image_id)]
    if found:
        raise check.Failed(
            f'{", ".join(found)} is in {worker.staging}, the staging '
            f'directory of {worker.name}')


def _listed(worker: bench_mod.Worker) -> list[str]:
    return [path.name for path in worker.staging.iterdir()]
