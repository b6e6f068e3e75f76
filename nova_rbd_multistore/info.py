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

"""What a Glance says of itself: how it imports, and a project's quotas."""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses

from nova_rbd_multistore import exception
from nova_rbd_multistore import record as record_mod

# That of the area in which data wait to be imported.
STAGING = 'image_stage_total'


@dataclasses.dataclass(frozen=True)
class Usage:
    """What a project has used of a quota.

    :ivar limit: MiB or images, -1 for no limit.
    :ivar used: the same.
    """

    limit: int
    used: int


def methods_from_glance(body: object) -> frozenset[str]:
    """Return the import methods in the body of ``GET /v2/info/import``.

    :raises InvalidRecord: when it is not of that shape.
    """
    described = record_mod.Record(record_mod.Record(body).value(
        'import-methods'))
    return frozenset(
        record_mod.Record({'method': method}).needed_word('method')
        for method in described.elements('value'))


def default_store_from_glance(body: object) -> str | None:
    """Return the default in the body of ``GET /v2/info/stores``.

    :raises InvalidRecord: when it is not of that shape.
    """
    stores = map(record_mod.Record,
                 record_mod.Record(body).elements('stores'))
    return next((store.needed_word('id') for store in stores
                 if store.value('default') in (True, 'true')), None)


def usage_from_glance(body: object) -> dict[str, Usage]:
    """Build from the body of ``GET /v2/info/usage``, by quota.

    Empty where Glance counts no quotas.

    :raises InvalidRecord: when it is not of that shape.
    """
    usage = record_mod.Record(body).value('usage')
    record_mod.Record(usage)
    assert isinstance(usage, dict)
    return dict(_usages(usage))


def _usages(usage: dict[str, object]) -> Iterator[tuple[str, Usage]]:
    for quota, value in usage.items():
        counts = record_mod.Record(value)
        limit, used = counts.value('limit'), counts.value('usage')
        if not isinstance(limit, int) or not isinstance(used, int):
            raise exception.InvalidRecord(
                quota, 'its limit or its usage is no number')
        yield quota, Usage(limit, used)
