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

"""Whether Glance's stores are those that a compute counts on."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from devstack.tools.verification import check
from nova_rbd_multistore import record as record_mod

FILE = 'file'
RBD = 'rbd'


@dataclasses.dataclass(frozen=True)
class Store:
    """A store of Glance's.

    :ivar fsid: of its cluster, '' where Glance tells none.
    """

    name: str
    kind: str
    default: bool
    fsid: str = ''


def stores_from_glance(body: object) -> tuple[Store, ...]:
    """Build from the body of ``GET /v2/info/stores/detail``.

    :raises InvalidRecord: when it is not of that shape.
    """
    return tuple(map(_store, record_mod.Record(body).elements('stores')))


def _store(element: object) -> Store:
    store = record_mod.Record(element)
    properties = store.value('properties')
    fsid = None
    if isinstance(properties, Mapping):
        fsid = record_mod.Record(properties).word('fsid')
    return Store(
        store.needed_word('id'), store.text('type') or '',
        store.value('default') in (True, 'true'), (fsid or '').lower())


def central(stores: Iterable[Store]) -> Store:
    """Return the default store.

    :raises Failed: when it is no file store.
    """
    found = next((one for one in stores if one.default), None)
    if found is None or found.kind != FILE:
        raise check.Failed(
            'the default store of Glance is '
            + (f'{found.name}, of type {found.kind}' if found else 'none')
            + ', not a file store',
            'Set default_backend in [glance_store] of glance-api.conf to the '
            'central store, a file store.')
    return found


def local(
    stores: Iterable[Store], named: str, configured: str, fsid: str,
) -> Store:
    """Return the store in the compute's own cluster.

    :param named: by the process of nova-compute.
    :param configured: in nova-cpu.conf.
    :param fsid: of the cluster in which it makes disks.
    :raises Failed: when that is not the one that the compute names.
    """
    known = list(stores)
    ours = [one.name for one in known if one.kind == RBD and one.fsid == fsid]
    setting = 'images_rbd_glance_store_name in [libvirt] of nova-cpu.conf'
    fix = (f'Set {setting} to {" or ".join(ours)} and restart devstack@n-cpu.'
           if ours else
           f'Give Glance a store in cluster {fsid}, in which the compute '
           f'makes disks, and set {setting} to its name.')
    found = next((one for one in known if one.name == named), None)
    if found is None:
        raise check.Failed(
            f'nova-compute copies to store {named or "(none)"}, which Glance '
            f'does not have: it has {", ".join(one.name for one in known)}, '
            f'in the cluster of the compute {" and ".join(ours) or "none"}',
            fix)
    if found.kind != RBD or found.fsid != fsid:
        raise check.Failed(
            f'nova-compute copies to store {named}, of type {found.kind} in '
            f'cluster {found.fsid or "(none)"}, and makes disks in cluster '
            f'{fsid}, where Glance has {" and ".join(ours) or "no store"}',
            fix)
    if configured != named:
        raise check.Failed(
            f'nova-compute was started with store {named}, and nova-cpu.conf '
            f'names {configured or "none"} now', 'Restart devstack@n-cpu.')
    return found


def other(
    stores: Iterable[Store], fsid: str, wanted: str | None,
) -> Store | str:
    """Return the RBD store in another cluster, or why there is none.

    :param fsid: of the compute's cluster.
    :param wanted: its name, None for any.
    """
    foreign = [one for one in stores
               if one.kind == RBD and one.fsid and one.fsid != fsid]
    if wanted is not None:
        foreign = [one for one in foreign if one.name == wanted]
    if foreign:
        return foreign[0]
    called = 'no RBD store' if wanted is None else f'no RBD store {wanted}'
    return f'Glance has {called} in another cluster than {fsid}'
