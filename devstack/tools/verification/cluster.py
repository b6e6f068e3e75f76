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

"""A Ceph cluster, looked at with Ceph's own bindings."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

import rados
import rbd

from devstack.tools.verification import check
from devstack.tools.verification import conf
from devstack.tools.verification.judging import disks

# Seconds to connect.
_TIMEOUT = 20


class Pool:
    """A pool for RBD images."""

    def __init__(self, where: conf.Pool) -> None:
        self.name = where.pool
        self._where = where

    def fsid(self) -> str:
        """Return the identity of the cluster, as it says itself."""
        with self._connected() as cluster:
            fsid = cluster.get_fsid()
        return str(fsid.decode() if isinstance(fsid, bytes) else fsid)

    def names(self) -> frozenset[str]:
        """Return the names of the images in the pool."""
        with self._opened() as ioctx:
            return frozenset(map(str, rbd.RBD().list(ioctx)))

    def parent(self, name: str) -> disks.Parent | None:
        """Return what an image is a clone of, None for nothing.

        :raises Failed: when there is no such image.
        """
        with self._opened() as ioctx:
            try:
                image = rbd.Image(ioctx, name, read_only=True)
            except rbd.ImageNotFound as exc:
                raise check.Failed(
                    f'there is no {name} in pool {self.name}') from exc
            with image:
                try:
                    return disks.Parent(*map(str, image.parent_info()))
                except rbd.ImageNotFound:
                    return None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        try:
            cluster = rados.Rados(
                conffile=self._where.ceph_conf, rados_id=self._where.user)
            cluster.connect(timeout=_TIMEOUT)
        except rados.Error as exc:
            raise check.Failed(
                f'no connection as client.{self._where.user} with '
                f'{self._where.ceph_conf}: {exc}',
                'Look whether the cluster runs (ceph -s) and whether this '
                'user may read the keyring.') from exc
        try:
            yield cluster
        finally:
            cluster.shutdown()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        with self._connected() as cluster:
            ioctx = cluster.open_ioctx(self.name)
            with contextlib.closing(ioctx):
                yield ioctx

