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

"""What can be seen of workers without changing anything."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_rbd_multistore import exception
from nova_rbd_multistore import info
from nova_rbd_multistore import version as version_mod
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports

# The one that needs staged data.
GLANCE_DIRECT = 'glance-direct'


@dataclasses.dataclass(frozen=True)
class Facts:
    """What a worker says of itself.

    :ivar stores: names, none without ``enabled_backends``.
    :ivar staging: the project's quota of staged data in MiB, None where
        there is none. How much space there really is nobody tells.
    """

    worker: worker_mod.Worker
    version: version_mod.Version | None
    methods: frozenset[str]
    stores: frozenset[str]
    default_store: str | None
    staging: info.Usage | None

    @property
    def row(self) -> row.Row:
        """Say that it can be used."""
        version = '.'.join(map(str, self.version or ('unknown',)))
        space = 'no quota' if self.staging is None else (
            f'{self.staging.used} of {self.staging.limit} MiB used')
        return row.Row(
            row.WORKER, (self.worker.name,), row.Verdict.OK,
            f'{self.worker.url}, API {version}, methods '
            f'{", ".join(sorted(self.methods))}, stores '
            f'{", ".join(sorted(self.stores)) or "(one, without a name)"}, '
            f'staging: {space}',
            facts={
                'url': self.worker.url,
                'aliases': sorted(self.worker.aliases),
                'api_version': version,
                'import_methods': sorted(self.methods),
                'stores': sorted(self.stores),
                'default_store': self.default_store,
                'staging_quota_mib': self.staging and self.staging.limit,
                'staging_used_mib': self.staging and self.staging.used})


def inspect(worker: worker_mod.Worker, service: imports.Imports) -> Facts:
    """Ask a worker what it says of itself.

    :raises GlanceError: when it does not.
    """
    return Facts(
        worker, service.newest_version(), service.methods(),
        service.stores(), service.default_store(),
        service.usage().get(info.STAGING))


def compare(
    known: Sequence[Facts], wanted: frozenset[str],
) -> Iterator[row.Row]:
    """Yield what is not the same at all workers, or not as asked for.

    :param wanted: names of stores.
    """
    methods = {facts.worker.name: facts.methods for facts in known}
    for method in sorted({GLANCE_DIRECT}.union(*methods.values())):
        yield from _missing(methods, method, finding.METHOD_DISABLED,
                            method=method)
    stores = {facts.worker.name: facts.stores for facts in known}
    for store in sorted(wanted.union(*stores.values())):
        yield from _missing(stores, store, finding.STORE_MISSING,
                            store=store)
    defaults = {facts.worker.name: facts.default_store for facts in known}
    if len(set(defaults.values())) > 1:
        yield finding.DEFAULT_STORE.found(
            row.WORKER, *defaults, defaults=row.joined(
                f'{store or "none"} at {name}'
                for name, store in defaults.items()))


def _missing(
    has: Mapping[str, frozenset[str]], name: str,
    problem: finding.Problem, **words: str,
) -> Iterator[row.Row]:
    lacking = [worker for worker, names in has.items() if name not in names]
    having = [worker for worker in has if worker not in lacking]
    if lacking:
        elsewhere = f', but is at {row.joined(having)}' if having else ''
        yield problem.found(row.WORKER, *lacking, elsewhere=elsewhere, **words)


def unusable(
    worker: worker_mod.Worker, answer: exception.GlanceError,
    images: Sequence[str],
) -> row.Row:
    """Say why a worker cannot be used.

    :param images: ids of those that are staged there.
    """
    if isinstance(answer, exception.UntrustedCertificate):
        return finding.UNTRUSTED.found(
            row.WORKER, worker.name, reason=str(answer), url=worker.url)
    waiting = (f' Staged there: {", ".join(images)}.' if images else '')
    return finding.UNREACHABLE.found(
        row.WORKER, worker.name, reason=str(answer), url=worker.url,
        images=waiting, staged=list(images))
