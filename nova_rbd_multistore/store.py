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

"""What Glance tells an administrator about its stores."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from nova_rbd_multistore import record as record_mod

_RBD = 'rbd'


@dataclasses.dataclass(frozen=True)
class RbdPool:
    """Where a store has its RBD images.

    :ivar fsid: of the cluster.
    """

    fsid: str
    pool: str


def rbd_pools_from_glance(body: object) -> dict[str, RbdPool]:
    """Build from the body of ``GET /v2/info/stores/detail``, by store.

    Stores of other types are not in it. Nor are those without an fsid: older
    releases of Glance do not tell it, nor does one that could not reach the
    cluster when it started.

    :raises InvalidRecord: when it is not of that shape.
    """
    return dict(_pools(body))


def _pools(body: object) -> Iterator[tuple[str, RbdPool]]:
    for element in record_mod.Record(body).elements('stores'):
        store = record_mod.Record(element)
        properties = store.value('properties')
        if store.text('type') != _RBD or not isinstance(properties, Mapping):
            continue
        of_rbd = record_mod.Record(properties)
        fsid, pool = of_rbd.word('fsid'), of_rbd.word('pool')
        if fsid and pool:
            yield store.needed_word('id'), RbdPool(fsid.lower(), pool)
