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

"""The records of :class:`~.fixture.FakeGlance`: users, stores, images, tasks.

The dictionaries have the keys, types and order of Glance's own, which the
contract tests prove against recordings.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
import dataclasses
import datetime
import hashlib
from typing import Any

from nova_rbd_multistore import image as image_mod

DEACTIVATED = 'deactivated'

PENDING = 'pending'
PROCESSING = 'processing'
SUCCESS = 'success'
FAILURE = 'failure'

_TASK_LIFE = datetime.timedelta(hours=48)


def _identifier(*words: str) -> str:
    """Return 32 hexadecimal digits, as Keystone's ids have."""
    return hashlib.sha256('/'.join(words).encode()).hexdigest()[:32]


@dataclasses.dataclass(frozen=True)
class User:
    """A user of the fake, in a project of its own.

    :ivar roles: Keystone's; Glance knows ``admin`` and ``service``.
    """

    name: str
    roles: frozenset[str] = frozenset({'member'})

    @property
    def id(self) -> str:
        """The user's id."""
        return _identifier('user', self.name)

    @property
    def project(self) -> str:
        """The id of the user's project, which owns what the user makes."""
        return _identifier('project', self.name)

    @property
    def admin(self) -> bool:
        """Whether Glance sees an administrator."""
        return 'admin' in self.roles

    @property
    def reader(self) -> bool:
        """Whether the policies let the user read images that are visible.

        The role ``service`` implies no other, so it does not suffice.
        """
        return bool(self.roles & {'reader', 'member', 'manager', 'admin'})

    @property
    def token(self) -> str:
        """What to send as ``X-Auth-Token``."""
        return f'token-{self.id}'


@dataclasses.dataclass(frozen=True)
class Store:
    """An RBD store. The name tells the fsid, so that tests can tell it."""

    name: str
    pool: str = 'images'

    @property
    def fsid(self) -> str:
        """The id of the store's cluster."""
        digits = _identifier('store', self.name)
        return '-'.join((digits[:8], digits[8:12], digits[12:16],
                         digits[16:20], digits[20:]))

    def location(self, image_id: str) -> dict[str, Any]:
        """Return the location of an image as Glance shows it."""
        return {'url': f'rbd://{self.fsid}/{self.pool}/{image_id}/snap',
                'metadata': {'store': self.name}}


@dataclasses.dataclass
class Image:
    """An image of the fake.

    :ivar owner: id of a project.
    :ivar size: bytes.
    :ivar stores: that hold it, in the order in which they got it.
    :ivar members: ids of the projects that it is shared with.
    :ivar properties: Glance's own additional ones.
    :ivar strays: stores whose pool has an RBD image of this name that is not
        among the image's locations; it is in the way of a copy.
    :ivar unreadable: stores that have it and from which it cannot be read.
    """

    id: str
    owner: str
    created_at: datetime.datetime
    stores: list[str]
    size: int = 64 * 1024 * 1024
    disk_format: str = 'raw'
    visibility: str = 'shared'
    status: str = image_mod.ACTIVE
    deleted: bool = False
    members: set[str] = dataclasses.field(default_factory=set)
    properties: dict[str, str] = dataclasses.field(default_factory=dict)
    strays: set[str] = dataclasses.field(default_factory=set)
    unreadable: set[str] = dataclasses.field(default_factory=set)
    updated_at: datetime.datetime = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def lock(self) -> str | None:
        """Id of the task that holds the image."""
        return self.properties.get(image_mod.LOCK_PROPERTY)

    @lock.setter
    def lock(self, task_id: str | None) -> None:
        if task_id is None:
            self.properties.pop(image_mod.LOCK_PROPERTY, None)
        else:
            self.properties[image_mod.LOCK_PROPERTY] = task_id

    def add(self, list_property: str, stores: Iterable[str]) -> None:
        """Merge stores into one of Glance's comma-joined lists."""
        self._write(list_property, self._read(list_property) | set(stores))

    def remove(self, list_property: str, stores: Iterable[str]) -> None:
        """Take stores out of a list, which then exists, be it empty."""
        self._write(list_property, self._read(list_property) - set(stores))

    def forget(self, stores: Iterable[str]) -> None:
        """Take stores out of both lists, if they are in one of them."""
        names = (image_mod.IMPORTING_PROPERTY, image_mod.FAILED_PROPERTY)
        if any(self._read(name) & set(stores) for name in names):
            for name in names:
                self.remove(name, stores)

    def visible_to(self, user: User) -> bool:
        """Tell whether Glance shows the image at all."""
        return not self.deleted and (
            user.admin or self.visibility in ('public', 'community')
            or user.project == self.owner
            or self.visibility == 'shared' and user.project in self.members)

    def locations(
        self, user: User, stores: Collection[Store],
    ) -> list[dict[str, Any]]:
        """Return where Glance says that the image is.

        A deactivated image has no locations but for administrators, and
        hence no ``stores``.
        """
        if self.status == DEACTIVATED and not user.admin:
            return []
        by_name = {store.name: store for store in stores}
        return [by_name.get(name, Store(name)).location(self.id)
                for name in self.stores]

    def record(
        self, locations: list[dict[str, Any]], show_locations: bool,
    ) -> dict[str, Any]:
        """Return the body of ``GET /v2/images/{id}``."""
        body: dict[str, Any] = {
            **self.properties,
            'name': f'image-{self.id[:8]}',
            'disk_format': self.disk_format, 'container_format': 'bare',
            'visibility': self.visibility,
            'size': self.size, 'virtual_size': self.size,
            'status': self.status,
            'checksum': hashlib.md5(
                self.id.encode(), usedforsecurity=False).hexdigest(),
            'protected': False, 'min_ram': 0, 'min_disk': 0,
            'owner': self.owner, 'os_hidden': False,
            'os_hash_algo': 'sha512',
            'os_hash_value': hashlib.sha512(self.id.encode()).hexdigest(),
            'id': self.id,
            'created_at': f'{self.created_at:%Y-%m-%dT%H:%M:%SZ}',
            'updated_at': f'{self.updated_at:%Y-%m-%dT%H:%M:%SZ}',
        }
        if show_locations:
            body['locations'] = locations
            if locations:
                body['direct_url'] = locations[0]['url']
        body |= {'tags': [], 'self': f'/v2/images/{self.id}',
                 'file': f'/v2/images/{self.id}/file',
                 'schema': '/v2/schemas/image'}
        if locations:
            body['stores'] = ','.join(
                location['metadata']['store'] for location in locations)
        return body

    def _read(self, list_property: str) -> set[str]:
        return set(self.properties.get(list_property, '').split(',')) - {''}

    def _write(self, list_property: str, stores: set[str]) -> None:
        self.properties[list_property] = ','.join(sorted(stores))


@dataclasses.dataclass
class Task:
    """A task of the fake.

    :ivar stores: that the import writes to.
    :ivar request: body of the request that made it.
    """

    id: str
    image_id: str
    user: User
    request_id: str
    created_at: datetime.datetime
    stores: tuple[str, ...]
    request: dict[str, Any]
    status: str = PENDING
    message: str = ''
    updated_at: datetime.datetime = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at

    def change(
        self, at: datetime.datetime, status: str | None = None,
        message: str | None = None,
    ) -> None:
        """Save the task, with a new status or message if there is one."""
        self.updated_at = at
        if status is not None:
            self.status = status
        if message is not None:
            self.message = message

    def visible_to(self, user: User) -> bool:
        """Tell whether Glance shows the task to the user."""
        return user.admin or user.project == self.user.project

    def record(self) -> dict[str, Any]:
        """Return its element in ``GET /v2/images/{id}/tasks``."""
        ended = self.status in (SUCCESS, FAILURE)
        return {
            'id': self.id, 'type': 'api_image_import',
            'status': self.status, 'owner': self.user.project,
            'expires_at': _time(self.updated_at + _TASK_LIFE)
            if ended else None,
            'created_at': _time(self.created_at),
            'updated_at': _time(self.updated_at),
            'deleted_at': None, 'deleted': False,
            'image_id': self.image_id, 'request_id': self.request_id,
            'user_id': self.user.id,
            'input': {'image_id': self.image_id, 'import_req': self.request,
                      'backend': list(self.stores)},
            'result': {'image_id': self.image_id}
            if self.status == SUCCESS else None,
            'message': self.message,
        }


def _time(value: datetime.datetime) -> str:
    return f'{value:%Y-%m-%dT%H:%M:%S}.000000'
