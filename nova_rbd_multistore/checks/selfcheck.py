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

"""Find out what workers call themselves, and whether that can work."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping

from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.checks import worker as worker_mod

# What a worker calls itself, None where no candidate is it.
Selves = Mapping[str, selfurl.Candidate | None]

_BY_KIND = {
    selfurl.Kind.OTHER_WORKER: finding.OTHER_WORKER,
    selfurl.Kind.OTHER_SCHEME: finding.OTHER_WORKER,
    selfurl.Kind.LOAD_BALANCER: finding.LOAD_BALANCER,
    selfurl.Kind.NO_SCHEME: finding.NO_SCHEME,
    selfurl.Kind.PATH: finding.PATH,
    selfurl.Kind.STALE: finding.STALE,
}


def identify(
    bench: bench_mod.Bench, specimen: bench_mod.Specimen,
    topology: worker_mod.Topology,
) -> selfurl.Candidate | None:
    """Return what the worker calls itself at which an image is staged.

    :raises GlanceError: when it cannot be asked for.
    """
    asked = bench.at(specimen.worker)
    worker = next(one for one in topology.workers
                  if one.name == specimen.worker)
    for candidate in selfurl.candidates(worker, topology):
        bench.check()
        if any(image.id == specimen.image_id
               for image in asked.staged_at(candidate.url)):
            return candidate
    return None


def judge(selves: Selves) -> Iterator[row.Row]:
    """Yield a row for each self URL, a finding if it is known and bad.

    What other workers can make of one that is good, or of one that is
    unknown, imports have to show.
    """
    for name, known in selves.items():
        if known is None:
            yield row.Row(row.SELF_URL, (name,), row.Verdict.NOTE,
                          'none of the URLs that are known here, or unset')
        elif known.kind is selfurl.Kind.OWN or (
                known.kind is selfurl.Kind.OTHER_SCHEME
                and known.owner == name):
            yield row.Row(row.SELF_URL, (name,), row.Verdict.OK, known.url,
                          facts={'self_url': known.url})
        elif known.owner is not None and _same(
                selves.get(known.owner), known):
            yield finding.DUPLICATE.found(
                row.SELF_URL, name, known.owner, url=known.url)
        else:
            owner = f'that of {known.owner}'
            yield _BY_KIND[known.kind].found(
                row.SELF_URL, name, url=known.url, owner=owner)


def _same(
    one: selfurl.Candidate | None, other: selfurl.Candidate,
) -> bool:
    return (one is not None and one.url == other.url
            and other.kind is selfurl.Kind.OTHER_WORKER)
