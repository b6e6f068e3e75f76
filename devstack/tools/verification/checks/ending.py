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

"""What is left when everything was removed."""

from __future__ import annotations

from devstack.tools.verification import bench as bench_mod
from devstack.tools.verification import check
from devstack.tools.verification import traces
from devstack.tools.verification import waiting
from nova_rbd_multistore import exception


def nothing_left(bench: bench_mod.Bench) -> str:
    """Remove everything, and look whether that is so."""
    left = bench.clean()
    if left:
        raise check.Failed(f'not removed: {"; ".join(left)}')

    def look() -> int:
        return _nothing_new(bench)

    seen = waiting.settled(look, bench.clock)
    return (f'{bench.ledger.made} things of this run removed; nothing of it '
            f'among the {seen} names in staging directories, stores and pools')


def without(bench: bench_mod.Bench) -> str | None:
    """Return why nothing is removed, None when it is."""
    return 'what was made is kept' if bench.settings.keep else None


def _nothing_new(bench: bench_mod.Bench) -> int:
    """Return how many files and RBD images there are.

    :raises Failed: for those that came with this run.
    """
    images = [image.id for image in bench.admin.tagged(bench.workshop.prefix)]
    servers = bench.servers.named(bench.workshop.prefix)
    if images or servers:
        raise check.Failed(
            f'left in Glance or Nova: {", ".join([*images, *servers])}')
    now = bench.seen()
    new = [trace for trace in now - bench.before
           if not _belongs_to_others(bench, trace)]
    if new:
        raise check.Failed(
            'new since the beginning, and of no image or server that there '
            'is: ' + ', '.join(sorted(map(str, new))))
    return len(now)


def _belongs_to_others(bench: bench_mod.Bench, trace: traces.Trace) -> bool:
    """Tell whether somebody else has made it meanwhile.

    Files and RBD images are named after an image or a server.
    """
    owner = trace.name[:_UUID]
    if bench.anybodys.show(owner) is not None:
        return True
    try:
        bench.admin.image(owner)
    except exception.GlanceError:
        return False
    return True


# Characters.
_UUID = 36
