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

"""Glance's dictionaries as its API gives them, for one image.

The shapes are those of Glance 33: lists of stores are comma-joined strings,
and the ``os_glance_*`` properties stand beside the image's own attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
import datetime
from typing import Any

from hypothesis import strategies

from tests import fake_time

IMAGE_ID = 'c2d5a3e0-6e0c-4d8e-9d43-5b8d39d7f6a1'
PROJECT_ID = '8fd0a3a0f7a24b6dbfa5d9c52e6c1f60'
MIB = 1024 * 1024

_PROPERTIES = {
    'lock': 'os_glance_import_task',
    'importing': 'os_glance_importing_to_stores',
    'failed': 'os_glance_failed_import',
}


# Not what Glance gives, but what an answer may hold all the same.
JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers()
    | strategies.floats() | strategies.text(),
    lambda inner: strategies.lists(inner, max_size=3)
    | strategies.dictionaries(strategies.text(), inner, max_size=3),
    max_leaves=8)


def broken(
    record: Mapping[str, Any], parts: int = 2,
) -> strategies.SearchStrategy[dict[str, Any]]:
    """Return records that have any JSON in some parts, or lack them."""
    def replace(changes: dict[str, Any], lost: set[str]) -> dict[str, Any]:
        return {name: value for name, value in {**record, **changes}.items()
                if name not in lost}

    names = strategies.sampled_from(sorted(record))
    return strategies.builds(
        replace, strategies.dictionaries(names, JSON, max_size=parts),
        strategies.sets(names, max_size=1))


def image(stores: str | None = 'central', **more: Any) -> dict[str, Any]:
    """Return the body of ``GET /v2/images/{id}``.

    :param more: attributes, and `lock`, `importing` and `failed` for the
        properties of an import. They are absent when not given.
    """
    record: dict[str, Any] = {
        'id': IMAGE_ID,
        'name': 'debian-12',
        'status': 'active',
        'disk_format': 'raw',
        'container_format': 'bare',
        'visibility': 'private',
        'owner': PROJECT_ID,
        'size': 64 * MIB,
        'virtual_size': 64 * MIB,
        'tags': [],
        'self': f'/v2/images/{IMAGE_ID}',
        'schema': '/v2/schemas/image',
    }
    if stores is not None:
        record['stores'] = stores
    for name, value in more.items():
        record[_PROPERTIES.get(name, name)] = value
    return record


def task(
    task_id: str = 't1', status: str = 'processing', updated: float = 0.0,
    **more: Any,
) -> dict[str, Any]:
    """Return an element of ``GET /v2/images/{id}/tasks``.

    :param updated: seconds after noon, when fake clocks begin.
    """
    moment = fake_time.NOON + datetime.timedelta(seconds=updated)
    return {
        'id': task_id,
        'status': status,
        'message': '',
        'owner': PROJECT_ID,
        'request_id': f'req-{task_id}',
        'updated_at': moment.strftime('%Y-%m-%dT%H:%M:%SZ'),
        'type': 'api_image_import',
        **more,
    }


def location(url: str, store: str | None = None) -> Mapping[str, Any]:
    """Return an element of an image's ``locations``."""
    return {'url': url, 'metadata': {'store': store} if store else {}}
