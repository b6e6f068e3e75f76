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

"""The RADOS side: this compute's cluster, and clones made in it.

Its methods raise what Ceph's bindings raise, for :func:`translate` at the
boundary to Nova. What is wrong with one location only is a flaw of that one,
and the next one gets its turn.
"""

from __future__ import annotations

from collections.abc import Iterable
import types
from typing import Any

from nova import exception as nova_exception
from nova.storage import rbd_utils
from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.compute import flaws as flaws_mod

LOG = logging.getLogger(__name__)

# A cluster keeps its fsid for life, so each is asked once in a process. By
# path of ceph.conf and name of the client.
_FSIDS: dict[tuple[str, str], str] = {}

# Each costs a request to the cluster. Glance has ten unless told otherwise.
_MOST_PARENTS = 100


class Cluster:
    """This compute's cluster, for the time of a ``with`` block.

    Connects when first needed and once for all steps: connecting costs more
    than anything else but the clone itself. At the end of the block it warns
    of the locations that were of no use.

    :param driver: Nova's, which knows how to connect and the pool of the
        instances' disks.
    :param flaws: of the image's locations, to be added to.
    """

    def __init__(
        self, driver: rbd_utils.RBDDriver, flaws: flaws_mod.Flaws,
    ) -> None:
        self._driver = driver
        self._flaws = flaws
        self._stores: dict[image_mod.RbdSnapshot, str | None] = {}
        self._client: Any = None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.__exit__(kind, value, traceback)
            self._client = None
        self._flaws.warn()

    @property
    def fsid(self) -> str:
        """The cluster's identity, as Glance's locations name it."""
        key = (self._driver.ceph_conf, self._driver.rbd_user)
        if key not in _FSIDS:
            fsid = self._connected().cluster.get_fsid()
            _FSIDS[key] = fsid.decode() if isinstance(fsid, bytes) else fsid
        return _FSIDS[key]

    def parents(
        self,
        image: image_mod.Image,
        locations: Iterable[image_mod.Location],
        store: str | None,
    ) -> list[image_mod.RbdSnapshot]:
        """Return the snapshots in this cluster that hold the image.

        Each is there once, and at most a hundred are. What cannot be one is
        passed over.

        :param store: whose location comes first; None for no preference.
        """
        found: dict[image_mod.RbdSnapshot, str | None] = {}
        for location in sorted(locations,
                               key=lambda location: location.store != store):
            try:
                snapshot = image_mod.RbdSnapshot.parse(location.url)
                if snapshot.fsid != self.fsid:
                    LOG.debug('Image %s: location %s is in cluster %s, not '
                              'in ours, %s', image.id, location.url,
                              snapshot.fsid, self.fsid)
                    continue
                self._check(image, location.url, snapshot, len(found))
            except exception.ForeignLocation as exc:
                LOG.debug('Image %s: %s', image.id, exc)
            except exception.InvalidLocation as exc:
                self._flaws.refused(exc, location.store)
            else:
                found.setdefault(snapshot, location.store)
        self._stores.update(found)
        return list(found)

    def _check(
        self, image: image_mod.Image, url: str,
        snapshot: image_mod.RbdSnapshot, before: int,
    ) -> None:
        """Refuse what is named otherwise in the pool of instance disks.

        Anything but the image's own there is somebody's disk.
        """
        if snapshot.pool == self._driver.pool and snapshot.image != image.id:
            raise exception.InvalidLocation(
                url, 'it is in the pool of instance disks and not the '
                     'image\'s own')
        if before >= _MOST_PARENTS:
            raise exception.InvalidLocation(
                url, f'there are {_MOST_PARENTS} before it')

    def can_read(self, snapshot: image_mod.RbdSnapshot) -> bool:
        """Tell whether a snapshot is there and the client may read it."""
        source = self._open_pool(snapshot)
        if source is None:
            return False
        try:
            return self._may_read(source, snapshot)
        finally:
            source.close()

    def has_disk(self, name: str) -> bool:
        """Tell whether there is a disk of that name in the pool for disks."""
        rbd = rbd_utils.rbd
        try:
            rbd.Image(self._connected().ioctx, name, read_only=True).close()
        except rbd.ImageNotFound:
            return False
        return True

    def clone(self, parent: image_mod.RbdSnapshot, name: str) -> bool:
        """Make a copy-on-write clone of a snapshot, in the pool for disks.

        :returns: False when there is no such snapshot after all, or it cannot
            be cloned, or the client may not read it.
        :raises nova.exception.Forbidden: when the client may not write.
        """
        client = self._connected()
        source = self._open_pool(parent)
        if source is None:
            return False
        rbd = rbd_utils.rbd
        try:
            rbd_utils.RbdProxy().clone(
                source, parent.image, parent.snapshot, client.ioctx, name,
                features=client.features)
        except rbd.ImageNotFound:
            self._missing('snapshot', parent)
            return False
        except rbd.PermissionError as exc:
            if not self._may_read(source, parent):
                return False
            LOG.error('Client %(user)s of cluster %(fsid)s may not clone '
                      '%(parent)s to %(pool)s/%(name)s: check its '
                      'capabilities',
                      {'user': self._driver.rbd_user, 'fsid': parent.fsid,
                       'parent': parent, 'pool': self._driver.pool,
                       'name': name})
            raise nova_exception.Forbidden(
                'The host may not write to its storage cluster') from exc
        except (rbd.Timeout, rbd.ConnectionShutdown):
            # Not of this location.
            raise
        except rbd.Error:
            # What librbd does not like about a parent and what is wrong with
            # ceph.conf are errors of the same classes.
            if self._may_clone(source, parent):
                raise
            return False
        finally:
            source.close()
        return True

    def _open_pool(self, snapshot: image_mod.RbdSnapshot) -> Any:
        """Return an I/O context, None when there is no such pool."""
        try:
            return self._connected().cluster.open_ioctx(snapshot.pool)
        except rbd_utils.rados.ObjectNotFound:
            self._missing('pool', snapshot)
            return None

    def _may_read(self, source: Any, snapshot: image_mod.RbdSnapshot) -> bool:
        opened = self._open(source, snapshot)
        if opened is None:
            return False
        opened.close()
        return True

    def _may_clone(self, source: Any, snapshot: image_mod.RbdSnapshot) -> bool:
        opened = self._open(source, snapshot)
        if opened is None:
            return False
        try:
            if opened.is_protected_snap(snapshot.snapshot):
                return True
        finally:
            opened.close()
        self._flaws.unprotected(snapshot, self._stores.get(snapshot))
        return False

    def _open(self, source: Any, snapshot: image_mod.RbdSnapshot) -> Any:
        """Return the snapshot, None when it cannot be opened."""
        rbd, store = rbd_utils.rbd, self._stores.get(snapshot)
        try:
            return rbd.Image(source, snapshot.image,
                             snapshot=snapshot.snapshot, read_only=True)
        except rbd.ImageNotFound:
            self._missing('snapshot', snapshot)
        except rbd.PermissionError:
            self._flaws.unreadable(snapshot, store, self._driver.rbd_user)
        except (rbd.Timeout, rbd.ConnectionShutdown):
            raise
        except rbd.Error as exc:
            self._flaws.broken(snapshot, store, str(exc))
        return None

    def _missing(self, what: str, snapshot: image_mod.RbdSnapshot) -> None:
        self._flaws.missing(what, snapshot, self._stores.get(snapshot))

    def _connected(self) -> Any:
        if self._client is None:
            self._client = rbd_utils.RADOSClient(self._driver)
        return self._client


def errors() -> tuple[type[Exception], ...]:
    """Return the base classes of what Ceph's bindings raise."""
    return rbd_utils.rados.Error, rbd_utils.rbd.Error


def translate(
    driver: rbd_utils.RBDDriver, exc: Exception,
    instance_uuid: str | None = None,
) -> nova_exception.InternalError:
    """Log what is wrong with the cluster, and return what the tenant is told.

    Not to be called while the error is handled: oslo.log would put its text
    into the line a second time.
    """
    LOG.error('Cannot use pool %(pool)s of the cluster in %(conf)s as client '
              '%(user)s: %(why)s. %(remedy)s',
              {'pool': driver.pool, 'user': driver.rbd_user,
               'conf': driver.ceph_conf or 'its default place',
               'why': exception.in_one_line(str(exc)),
               'remedy': _remedy(exc)}, instance_uuid=instance_uuid)
    return nova_exception.InternalError(
        'The storage cluster of the host cannot be used')


def _remedy(exc: Exception) -> str:
    rados, rbd = rbd_utils.rados, rbd_utils.rbd
    if isinstance(exc, rados.TimedOut | rbd.Timeout):
        return ('It does not answer in time: look at its monitors and OSDs, '
                'and at the network.')
    if isinstance(exc, rados.ObjectNotFound):
        return ('The pool, that file, or a key for the client is not there: '
                'look at images_rbd_pool, images_rbd_ceph_conf and rbd_user '
                'in [libvirt] of nova.conf.')
    if isinstance(exc, rados.PermissionDeniedError | rados.PermissionError
                  | rbd.PermissionError):
        return ('It refuses the client: compare its key and its capabilities '
                'with what "ceph auth get" shows.')
    if isinstance(exc, rados.NoSpace | rbd.NoSpace | rbd.DiskQuotaExceeded):
        return 'It is full: look at "ceph df" and at the quota of the pool.'
    return 'Look at the health of the cluster.'
