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

"""Glance's dictionaries, turned into what the rest of the package works on.

Raw records end here: ``stores`` and the ``os_glance_*`` properties are
comma-joined strings on the wire and sets from here on, so that store names
compare exactly (``dcn1`` is not in ``central,dcn10``).
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any
import urllib.parse
import uuid

from nova_rbd_multistore import exception

ACTIVE = 'active'

# https://docs.openstack.org/api-ref/image/v2/#import-an-image
LOCK_PROPERTY = 'os_glance_import_task'
IMPORTING_PROPERTY = 'os_glance_importing_to_stores'
FAILED_PROPERTY = 'os_glance_failed_import'

_RBD_SCHEME = 'rbd://'


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _names(value: object) -> frozenset[str]:
    """Split a comma-joined list of store names; None and '' hold none."""
    if not isinstance(value, str):
        return frozenset()
    return frozenset(
        name for name in map(str.strip, value.split(',')) if name)


def _when(value: object) -> datetime.datetime | None:
    """Parse a time as Glance writes it, for example 2026-01-31T12:00:00Z."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            return parsed.replace(tzinfo=datetime.UTC)
        return parsed.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


@dataclasses.dataclass(frozen=True)
class RbdSnapshot:
    """An RBD snapshot in a cluster, the parent of copy-on-write clones."""

    fsid: str
    pool: str
    image: str
    snapshot: str

    @classmethod
    def parse(cls, url: str) -> RbdSnapshot:
        """Parse ``rbd://<fsid>/<pool>/<image>/<snapshot>``.

        Each part is percent-encoded by glance_store (``StoreLocation`` of its
        RBD driver). A decoded part never holds ``/`` or ``@``, because Ceph's
        own tools would read ``pool/image@snapshot`` differently than we do.

        :raises InvalidLocation: when the URL is anything else.
        """
        if not url.startswith(_RBD_SCHEME):
            raise exception.InvalidLocation(url, 'its scheme is not rbd')
        parts = url[len(_RBD_SCHEME):].split('/')
        if len(parts) != 4:
            raise exception.InvalidLocation(
                url, f'it has {len(parts)} parts, not fsid, pool, image and '
                     f'snapshot')
        try:
            decoded = [urllib.parse.unquote(part, errors='strict')
                       for part in parts]
        except UnicodeDecodeError as exc:
            raise exception.InvalidLocation(
                url, 'an escape in it is not UTF-8') from exc
        for name, part in zip(('fsid', 'pool', 'image', 'snapshot'),
                              decoded, strict=True):
            if not part:
                raise exception.InvalidLocation(url, f'its {name} is empty')
            if not part.isprintable() or set(part) & set('/@'):
                raise exception.InvalidLocation(
                    url, f'its {name} has a character that no {name} has')
        fsid, pool, image, snapshot = decoded
        try:
            fsid = str(uuid.UUID(fsid))
        except ValueError as exc:
            raise exception.InvalidLocation(
                url, 'its fsid is not a UUID') from exc
        return cls(fsid, pool, image, snapshot)

    def __str__(self) -> str:
        return f'{self.pool}/{self.image}@{self.snapshot}'


@dataclasses.dataclass(frozen=True)
class Location:
    """One place that holds the data of an image.

    :ivar url: as Glance gives it.
    :ivar store: name of the Glance store, None when Glance does not say.
    """

    url: str
    store: str | None = None

    @classmethod
    def from_glance(cls, record: Mapping[str, Any]) -> Location:
        """Build from an element of an image's ``locations``."""
        metadata = record.get('metadata')
        store = metadata.get('store') if isinstance(metadata, Mapping) else ''
        return cls(url=_text(record.get('url')) or '', store=_text(store))


def locations_from_glance(records: object) -> tuple[Location, ...]:
    """Build locations from a list of records; anything else holds none."""
    if isinstance(records, str) or not isinstance(records, Iterable):
        return ()
    return tuple(Location.from_glance(record) for record in records
                 if isinstance(record, Mapping))


@dataclasses.dataclass(frozen=True)
class Image:
    """An image as Glance showed it at one moment.

    :ivar size: bytes, None while Glance does not know.
    :ivar stores: names of the stores that hold the image.
    :ivar lock: id of the task whose import holds the image, None when free.
    :ivar importing: stores that an import has yet to write to.
    :ivar failed: stores that an import could not write to. Like `importing`
        this keeps the values of an earlier run until the task of the present
        lock has started.
    :ivar locations: empty when Glance hides them.
    :ivar updated_at: UTC; also moves when an import has staged the image.
    """

    id: str
    status: str
    name: str | None = None
    disk_format: str | None = None
    size: int | None = None
    owner: str | None = None
    stores: frozenset[str] = frozenset()
    lock: str | None = None
    importing: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    locations: tuple[Location, ...] = ()
    updated_at: datetime.datetime | None = None

    @classmethod
    def from_glance(cls, record: Mapping[str, Any]) -> Image:
        """Build from the body of ``GET /v2/images/{id}``."""
        size = record.get('size')
        locations = locations_from_glance(record.get('locations'))
        direct_url = _text(record.get('direct_url'))
        if direct_url and direct_url not in {loc.url for loc in locations}:
            locations += (Location(url=direct_url),)
        return cls(
            id=str(record.get('id', '')),
            status=str(record.get('status', '')),
            name=_text(record.get('name')),
            disk_format=_text(record.get('disk_format')),
            size=size if isinstance(size, int) else None,
            owner=_text(record.get('owner')),
            stores=_names(record.get('stores')),
            lock=_text(record.get(LOCK_PROPERTY)),
            importing=_names(record.get(IMPORTING_PROPERTY)),
            failed=_names(record.get(FAILED_PROPERTY)),
            locations=locations,
            updated_at=_when(record.get('updated_at')))

    @property
    def active(self) -> bool:
        """Whether the image can be used at all."""
        return self.status == ACTIVE


@dataclasses.dataclass(frozen=True)
class Task:
    """A task of an image, where Glance lets the credential see it.

    :ivar status: ``pending``, ``processing``, ``success`` or ``failure``.
    :ivar message: Glance's words in one line, for example
        ``Copied 15 MiB``.
    :ivar owner: id of the project that asked for it.
    :ivar updated_at: UTC; Glance counts the expiry of a lock from here.
    """

    id: str
    status: str
    message: str | None = None
    owner: str | None = None
    request_id: str | None = None
    updated_at: datetime.datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in ('pending', 'processing')

    @classmethod
    def from_glance(cls, record: Mapping[str, Any]) -> Task:
        """Build from an element of ``GET /v2/images/{id}/tasks``."""
        return cls(
            id=str(record.get('id', '')),
            status=str(record.get('status', '')),
            message=' '.join((_text(record.get('message')) or '').split())
            or None,
            owner=_text(record.get('owner')),
            request_id=_text(record.get('request_id')),
            updated_at=_when(record.get('updated_at')))
