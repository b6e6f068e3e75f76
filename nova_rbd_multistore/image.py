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

import dataclasses
import datetime
import re
import urllib.parse
import uuid

from nova_rbd_multistore import exception
from nova_rbd_multistore import record as record_mod

ACTIVE = 'active'
# Shown for a moment while an image is being removed, then no more.
_DELETED = frozenset(('deleted', 'pending_delete'))

# https://docs.openstack.org/api-ref/image/v2/#import-an-image
LOCK_PROPERTY = 'os_glance_import_task'
IMPORTING_PROPERTY = 'os_glance_importing_to_stores'
FAILED_PROPERTY = 'os_glance_failed_import'

_RBD_SCHEME = 'rbd://'

# A part of a path in RFC 3986. The pattern matters for what urllib lets pass:
# escapes that are none, a query, a fragment.
_SEGMENT = re.compile(r"(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-F]{2})*",
                      re.ASCII | re.IGNORECASE)

# No object in RADOS has a longer name, and Glance's API takes 255 characters.
_LONGEST_URL = 2048


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

        :raises ForeignLocation: when the URL has another scheme.
        :raises InvalidLocation: when it is anything else.
        """
        parts = cls._split(url)
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
        fsid = fsid.lower()
        if not _is_uuid(fsid):
            raise exception.InvalidLocation(url, 'its fsid is not a UUID')
        return cls(fsid, pool, image, snapshot)

    @staticmethod
    def _split(url: str) -> list[str]:
        """Return the parts, still encoded."""
        if not url.startswith(_RBD_SCHEME):
            if '://' in url:
                raise exception.ForeignLocation(url, 'its scheme is not rbd')
            raise exception.InvalidLocation(url, 'it has no scheme')
        if len(url) > _LONGEST_URL:
            raise exception.InvalidLocation(
                url, f'it has {len(url)} characters, more than '
                     f'{_LONGEST_URL}')
        parts = url[len(_RBD_SCHEME):].split('/')
        if not all(map(_SEGMENT.fullmatch, parts)):
            raise exception.InvalidLocation(
                url, 'it has a query, a fragment, or a character that has to '
                     'be escaped')
        return parts

    def __str__(self) -> str:
        return f'{self.pool}/{self.image}@{self.snapshot}'


def _is_uuid(text: str) -> bool:
    """Tell whether this is a UUID as clusters write it, and nothing else."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


@dataclasses.dataclass(frozen=True)
class Location:
    """One place that holds the data of an image.

    :ivar url: as Glance gives it, '' where it gives none.
    :ivar store: name of the Glance store, None when Glance does not say.
    """

    url: str
    store: str | None = None

    @classmethod
    def from_glance(cls, record: object) -> Location:
        """Build from an element of an image's ``locations``.

        One that is no location at all has no URL, so that it is passed over
        where it would be used, and the others are not.
        """
        try:
            read = record_mod.Record(record)
        except exception.InvalidRecord:
            return cls(url='')
        return cls(url=read.text('url') or '',
                   store=_store_of(read.value('metadata')))


def _store_of(metadata: object) -> str | None:
    """Return the store that a location's metadata name, if they name one."""
    try:
        return record_mod.Record(metadata).word('store')
    except exception.InvalidRecord:
        return None


def locations_from_glance(body: object) -> tuple[Location, ...]:
    """Build from the body of ``GET /v2/images/{id}/locations``.

    :raises InvalidRecord: when it is no list.
    """
    return tuple(map(
        Location.from_glance, record_mod.elements(body, 'locations')))


def stores_from_glance(body: object) -> frozenset[str]:
    """Return the names in the body of ``GET /v2/info/stores``.

    :raises InvalidRecord: when it is not of that shape.
    """
    return frozenset(
        record_mod.Record(store).needed_word('id')
        for store in record_mod.Record(body).elements('stores'))


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
    :ivar created_at: UTC.
    :ivar updated_at: UTC; also moves when an import has staged the image.
    :ivar hash_algo: of hashlib's, for example sha512.
    :ivar hash_value: of the data, hexadecimal.
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
    created_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None
    hash_algo: str | None = None
    hash_value: str | None = None

    @classmethod
    def from_glance(cls, body: object) -> Image:
        """Build from the body of ``GET /v2/images/{id}``.

        :raises InvalidRecord: when it is not of that shape.
        """
        record = record_mod.Record(body)
        locations: tuple[Location, ...] = ()
        if record.value('locations') is not None:
            locations = locations_from_glance(record.value('locations'))
        direct_url = record.text('direct_url')
        if direct_url and direct_url not in {loc.url for loc in locations}:
            locations += (Location(url=direct_url),)
        return cls(
            id=record.needed_word('id'),
            status=record.needed_word('status'),
            name=record.text('name'),
            disk_format=record.word('disk_format'),
            size=record.size('size'),
            owner=record.word('owner'),
            stores=record.names('stores'),
            lock=record.word(LOCK_PROPERTY),
            importing=record.names(IMPORTING_PROPERTY),
            failed=record.names(FAILED_PROPERTY),
            locations=locations,
            created_at=record.time('created_at'),
            updated_at=record.time('updated_at'),
            hash_algo=record.text('os_hash_algo'),
            hash_value=record.text('os_hash_value'))

    @property
    def active(self) -> bool:
        """Whether the image can be used at all."""
        return self.status == ACTIVE

    @property
    def deleted(self) -> bool:
        """Whether somebody has removed the image."""
        return self.status in _DELETED


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
    def from_glance(cls, body: object) -> Task:
        """Build from an element of ``GET /v2/images/{id}/tasks``.

        :raises InvalidRecord: when it is not of that shape.
        """
        record = record_mod.Record(body)
        return cls(
            id=record.needed_word('id'),
            status=record.needed_word('status'),
            message=exception.in_one_line(record.text('message') or '')
            or None,
            owner=record.word('owner'),
            request_id=record.word('request_id'),
            updated_at=record.time('updated_at'))


def tasks_from_glance(body: object) -> tuple[Task, ...]:
    """Build from the body of ``GET /v2/images/{id}/tasks``.

    :raises InvalidRecord: when it is not of that shape.
    """
    return tuple(map(
        Task.from_glance, record_mod.Record(body).elements('tasks')))
