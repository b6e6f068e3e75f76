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

"""Servers, and what their disks are made of."""

from __future__ import annotations

from collections.abc import Sequence
import concurrent.futures

from devstack.tools.verification import bench as bench_mod
from devstack.tools.verification import check
from devstack.tools.verification import servers
from devstack.tools.verification import waiting
from devstack.tools.verification.judging import copying
from devstack.tools.verification.judging import disks
from nova_rbd_multistore import image as image_mod


def first(bench: bench_mod.Bench) -> str:
    """Boot an image that the local cluster has not got."""
    image = bench.workshop.upload(bench.user, 'boots', bench.material)
    seen = _copied(bench, image, ['first'])
    bench.booted = image.id
    return seen


def second(bench: bench_mod.Bench) -> str:
    """Boot the image again."""
    if bench.booted is None:
        raise check.Failed('there is no image that was booted')
    before = bench.admin.image(bench.booted)
    tasks = bench.admin.copies(before.id)
    mark = bench.journal.mark()
    server, = _boot(bench, before.id, ['second'])
    parent = _parents(bench, before.id, [server])[0]
    count = copying.none_new(tasks, bench.admin.copies(before.id))
    after = bench.admin.image(before.id)
    if (after.stores, after.updated_at) != (before.stores, before.updated_at):
        raise check.Failed(
            f'image {before.id} has changed: it was in '
            f'{sorted(before.stores)} at {before.updated_at}, and is in '
            f'{sorted(after.stores)} at {after.updated_at}')
    copying.silent(bench.journal.since(mark), before.id)
    _release(bench, [server])
    return (f'active; its disk is a clone of {parent}; no new task ({count} '
            f'as before), nothing copied')


def crowd(bench: bench_mod.Bench) -> str:
    """Boot a new image several times at once."""
    image = bench.workshop.upload(bench.user, 'crowd', bench.material)
    names = [f'crowd-{number}'
             for number in range(1, bench.settings.crowd + 1)]
    return _copied(bench, image, names)


def other(bench: bench_mod.Bench) -> str:
    """Boot an image that is only in another cluster."""
    store = bench.other_store
    if isinstance(store, str):
        raise check.Failed(store)
    image = bench.workshop.upload(
        bench.user, 'other', bench.material, [store.name])
    if image.stores != {store.name}:
        raise check.Failed(
            f'the image was imported into {sorted(image.stores)}, not into '
            f'{store.name} alone')
    return (f'from {store.name}, cluster {store.fsid}: '
            + _copied(bench, image, ['other']))


def without_other(bench: bench_mod.Bench) -> str | None:
    """Return why there is no other cluster, None when there is one."""
    store = bench.other_store
    return store if isinstance(store, str) else None


def _copied(
    bench: bench_mod.Bench, image: image_mod.Image, names: Sequence[str],
) -> str:
    """Boot an image for the first time, and return what was seen."""
    store = bench.local_store
    if store in image.stores:
        raise check.Failed(
            f'image {image.id} is in {store} before it was booted')
    mark = bench.journal.mark()
    made = _boot(bench, image.id, names)
    stores = bench.user.image(image.id).stores
    if store not in stores:
        raise check.Failed(
            f'the image is in {", ".join(sorted(stores))} after the boot, '
            f'not in {store or "(no store)"}')
    parents = _parents(bench, image.id, made)
    task = waiting.settled(
        lambda: copying.one_copy(bench.admin.copies(image.id)), bench.clock)
    told = '(Nova\'s own class logs no copy)' if bench.upstream else (
        waiting.settled(lambda: copying.told(
            bench.journal.since(mark), image.id, store), bench.clock))
    _release(bench, made)
    disks_are = 'its disk is a clone' if len(made) == 1 else (
        f'all {len(made)} disks are clones')
    return (f'active; {disks_are} of {parents[0]}; one copy-image task '
            f'{task.id}; log: {told}')


def _release(
    bench: bench_mod.Bench, made: Sequence[servers.Server],
) -> None:
    """Make room on the compute for the servers of the next check."""
    if bench.settings.keep:
        return
    for one in made:
        bench.say(f'removing server {one.id}')
        bench.ledger.remove(_thing(one.id))


def _thing(server_id: str) -> str:
    return f'server {server_id}'


def _boot(
    bench: bench_mod.Bench, image_id: str, names: Sequence[str],
) -> list[servers.Server]:
    """Return servers that were asked for at once, when all are active."""
    # Not in the threads, so that it is looked for once.
    flavor = bench.flavor
    mark = bench.journal.mark()
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        asked = [pool.submit(_create, bench, image_id, flavor, name)
                 for name in names]
    ids = [one.result() for one in asked]
    try:
        return [bench.servers.active(
            server_id, bench.settings.boot_timeout, bench.say)
            for server_id in ids]
    except check.Failed as exc:
        why = copying.complaint(bench.journal.since(mark), image_id)
        if not why:
            raise
        raise check.Failed(
            f'{exc.reason} The library told operators: {why}',
            exc.remedy) from exc


def _create(
    bench: bench_mod.Bench, image_id: str, flavor: servers.Flavor, name: str,
) -> str:
    server_id = bench.servers.create(
        f'{bench.workshop.prefix}-{name}', image_id, flavor)
    bench.ledger.add(_thing(server_id),
                     lambda: bench.servers.remove(server_id))
    return server_id


def _parents(
    bench: bench_mod.Bench, image_id: str, made: Sequence[servers.Server],
) -> list[str]:
    """Return what the disks of servers are clones of.

    :raises Failed: for the first that is not one of the local copy.
    """
    expected = disks.local(bench.admin.locations(image_id),
                           bench.local_store, bench.fsid)
    return [disks.clone(one.disk, bench.disks.parent(one.disk), expected)
            for one in made]
