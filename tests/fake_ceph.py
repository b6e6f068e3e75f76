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

"""Ceph clusters in memory, behind modules that look like rados and rbd.

Only what Nova and this package use of the bindings is there. Errors are of
the same classes, and what librbd refuses is refused.
"""

from __future__ import annotations

import dataclasses
import datetime
import types
from typing import Any

import fixtures


class RadosError(Exception):
    """``rados.Error``."""


class ObjectNotFound(RadosError):
    """``rados.ObjectNotFound``."""


class TimedOut(RadosError):
    """``rados.TimedOut``."""


class RadosPermissionError(RadosError):
    """``rados.PermissionError``."""


class PermissionDeniedError(RadosError):
    """``rados.PermissionDeniedError``."""


class RadosNoSpace(RadosError):
    """``rados.NoSpace``."""


class RbdError(Exception):
    """``rbd.Error``."""


class ImageNotFound(RbdError):
    """``rbd.ImageNotFound``."""


class ImageExists(RbdError):
    """``rbd.ImageExists``."""


class PermissionDenied(RbdError):
    """``rbd.PermissionError``."""


class InvalidArgument(RbdError):
    """``rbd.InvalidArgument``."""


class Timeout(RbdError):
    """``rbd.Timeout``."""


class ConnectionShutdown(RbdError):
    """``rbd.ConnectionShutdown``."""


class RbdNoSpace(RbdError):
    """``rbd.NoSpace``."""


class DiskQuotaExceeded(RbdError):
    """``rbd.DiskQuotaExceeded``."""


@dataclasses.dataclass
class Volume:
    """An RBD image.

    :ivar protected: those of the snapshots that may be cloned.
    :ivar parent: pool, image and snapshot that it is a clone of.
    :ivar id: tells it from another of the same name.
    :ivar watchers: addresses of the clients that have it open for writing.
    :ivar broken: what opening it raises, None when that works.
    """

    snapshots: set[str] = dataclasses.field(default_factory=set)
    protected: set[str] = dataclasses.field(default_factory=set)
    parent: tuple[str, str, str] | None = None
    features: int = 0
    id: str = '1045a'
    watchers: list[str] = dataclasses.field(default_factory=list)
    broken: Exception | None = None


class Cluster:
    """A cluster, reached by the path of its ``ceph.conf``.

    :ivar pools: volumes by pool and name.
    :ivar writable: pools that the client may create volumes in.
    :ivar unreadable: pools that the client may not read.
    :ivar refusal: what connecting raises, None when that works.
    :ivar silent: whether the OSDs do not answer, and the client gives up.
    :ivar users: the client of each connection that was made.
    :ivar connected: connections that are open now.
    :ivar contexts: I/O contexts that are open now.
    :ivar fsids_told: how often the fsid was asked for.
    :ivar options: what the last connection has set of its configuration.
    """

    def __init__(self, fsid: str) -> None:
        self.fsid = fsid
        self.pools: dict[str, dict[str, Volume]] = {'images': {}, 'vms': {}}
        self.writable = {'vms'}
        self.unreadable: set[str] = set()
        self.features: str | None = '61'
        self.refusal: RadosError | None = None
        self.silent = False
        self.users: list[str | None] = []
        self.connected = 0
        self.contexts = 0
        self.fsids_told = 0
        self.options: dict[str, str] = {}

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return len(self.users)

    def add(self, pool: str, name: str, *snapshots: str) -> None:
        """Put an image there, with snapshots that are protected."""
        self.pools[pool][name] = Volume(set(snapshots), set(snapshots))


RBD_FEATURE_LAYERING = 1


class IoCtx:
    """``rados.Ioctx``."""

    def __init__(self, cluster: Cluster, pool: str) -> None:
        self.cluster = cluster
        self.pool = pool
        self.open = True
        cluster.contexts += 1

    @property
    def volumes(self) -> dict[str, Volume]:
        if not self.open or not self.cluster.connected:
            raise RadosError('used after it was closed')
        return self.cluster.pools[self.pool]

    def close(self) -> None:
        if self.open:
            self.open = False
            self.cluster.contexts -= 1


class Rados:
    """``rados.Rados``."""

    def __init__(
        self, clusters: dict[str | None, Cluster], rados_id: str | None,
        conffile: str | None,
    ) -> None:
        self._cluster = clusters[conffile]
        self._user = rados_id
        self._connected = False
        self._options: dict[str, str] = {}

    def connect(self, timeout: int = 0) -> None:
        if self._cluster.refusal is not None:
            raise self._cluster.refusal
        self._connected = True
        self._cluster.options = self._options
        self._cluster.connected += 1
        self._cluster.users.append(self._user)

    def conf_set(self, option: str, value: str) -> None:
        self._options[option] = value

    def shutdown(self) -> None:
        if self._connected:
            self._connected = False
            self._cluster.connected -= 1

    def get_fsid(self) -> str:
        self._require_connection()
        self._cluster.fsids_told += 1
        return self._cluster.fsid

    def conf_get(self, option: str) -> str | None:
        self._require_connection()
        assert option == 'rbd_default_features', option
        return self._cluster.features

    def open_ioctx(self, pool: str) -> IoCtx:
        self._require_connection()
        if pool not in self._cluster.pools:
            raise ObjectNotFound(f'error opening pool {pool!r}')
        return IoCtx(self._cluster, pool)

    def _require_connection(self) -> None:
        if not self._connected:
            raise RadosError('not connected')


class RBD:
    """``rbd.RBD``."""

    def clone(
        self, p_ioctx: IoCtx, p_name: str, p_snapname: str, c_ioctx: IoCtx,
        c_name: str, features: int | None = None,
    ) -> None:
        if p_ioctx.cluster is not c_ioctx.cluster:
            raise RbdError('parent and clone are in two clusters')
        if p_ioctx.pool in p_ioctx.cluster.unreadable or \
                c_ioctx.pool not in c_ioctx.cluster.writable:
            raise PermissionDenied('error creating clone')
        parent = p_ioctx.volumes.get(p_name)
        if p_ioctx.cluster.silent:
            raise Timeout('error creating clone')
        if parent is None or p_snapname not in parent.snapshots:
            raise ImageNotFound('error creating clone')
        if parent.broken is not None:
            raise parent.broken
        if p_snapname not in parent.protected:
            raise InvalidArgument('error creating clone')
        if not features or not features & RBD_FEATURE_LAYERING:
            raise InvalidArgument('error creating clone')
        if c_name in c_ioctx.volumes:
            raise ImageExists('error creating clone')
        c_ioctx.volumes[c_name] = Volume(
            parent=(p_ioctx.pool, p_name, p_snapname), features=features or 0)


class Image:
    """``rbd.Image``."""

    def __init__(
        self, ioctx: IoCtx, name: str, snapshot: str | None = None,
        read_only: bool = False,
    ) -> None:
        if ioctx.pool in ioctx.cluster.unreadable:
            raise PermissionDenied(f'error opening image {name}')
        if ioctx.cluster.silent:
            raise Timeout(f'error opening image {name}')
        volume = ioctx.volumes.get(name)
        if volume is None or snapshot not in {None, *volume.snapshots}:
            raise ImageNotFound(f'error opening image {name}')
        if volume.broken is not None:
            raise volume.broken
        self._volume = volume

    def close(self) -> None:
        """Nothing is held open."""

    def id(self) -> str:
        return self._volume.id

    def parent_info(self) -> tuple[str, str, str]:
        if self._volume.parent is None:
            raise ImageNotFound('error getting parent info')
        return self._volume.parent

    def create_timestamp(self) -> datetime.datetime:
        return datetime.datetime(2026, 1, 1, 12)

    def watchers_list(self) -> list[dict[str, Any]]:
        return [{'addr': address, 'id': 4711, 'cookie': 1}
                for address in self._volume.watchers]

    def list_snaps(self) -> list[dict[str, Any]]:
        return [{'id': 4, 'name': name}
                for name in sorted(self._volume.snapshots)]

    def is_protected_snap(self, name: str) -> bool:
        return name in self._volume.protected


class FakeCeph(fixtures.Fixture):
    """Nova's bindings, and the clusters that they reach.

    :ivar clusters: by path of ``ceph.conf``.
    """

    def __init__(self, **fsids: str) -> None:
        """Take the fsid of each cluster by its name."""
        super().__init__()
        self.clusters: dict[str | None, Cluster] = {
            f'/etc/ceph/{name}.conf': Cluster(fsid)
            for name, fsid in fsids.items()}

    def __getitem__(self, name: str) -> Cluster:
        return self.clusters[f'/etc/ceph/{name}.conf']

    def _setUp(self) -> None:
        rados = types.SimpleNamespace(
            Rados=lambda rados_id, conffile: Rados(
                self.clusters, rados_id, conffile),
            Error=RadosError, ObjectNotFound=ObjectNotFound,
            TimedOut=TimedOut, PermissionError=RadosPermissionError,
            PermissionDeniedError=PermissionDeniedError,
            NoSpace=RadosNoSpace)
        rbd = types.SimpleNamespace(
            RBD=RBD, Image=Image, Error=RbdError, ImageNotFound=ImageNotFound,
            ImageExists=ImageExists, PermissionError=PermissionDenied,
            InvalidArgument=InvalidArgument, Timeout=Timeout,
            ConnectionShutdown=ConnectionShutdown, NoSpace=RbdNoSpace,
            DiskQuotaExceeded=DiskQuotaExceeded,
            RBD_FEATURE_LAYERING=RBD_FEATURE_LAYERING)
        self.useFixture(fixtures.MonkeyPatch(
            'nova.storage.rbd_utils.rados', rados))
        self.useFixture(fixtures.MonkeyPatch(
            'nova.storage.rbd_utils.rbd', rbd))
