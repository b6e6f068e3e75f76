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

"""The RADOS side: this compute's cluster, and clones made in it."""

from __future__ import annotations

from collections.abc import Iterable
import types
from typing import Any

from nova import exception as nova_exception
from nova.storage import rbd_utils
from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod

LOG = logging.getLogger(__name__)

# A cluster keeps its fsid for life, so each is asked once in a process. By
# path of ceph.conf and name of the client.
_FSIDS: dict[tuple[str, str], str] = {}


class Cluster:
    """This compute's cluster, for the time of a ``with`` block.

    Its methods raise nova.exception.InternalError when it cannot be reached.
    Connects when first needed and once for all steps: connecting costs more
    than anything else but the clone itself.

    :param driver: Nova's, which knows how to connect and the pool of the
        instances' disks.
    """

    def __init__(self, driver: rbd_utils.RBDDriver) -> None:
        self._driver = driver
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

        Each is there once. What cannot be one is passed over, with one
        warning for all.

        :param store: whose location comes first; None for no preference.
        """
        found: dict[image_mod.RbdSnapshot, None] = {}
        refused: list[str] = []
        for location in sorted(locations,
                               key=lambda location: location.store != store):
            try:
                snapshot = image_mod.RbdSnapshot.parse(location.url)
                if snapshot.fsid != self.fsid:
                    LOG.debug('Image %s: location %s is in cluster %s, not '
                              'in ours, %s', image.id, location.url,
                              snapshot.fsid, self.fsid)
                    continue
                self._check_pool(image, location.url, snapshot)
            except exception.ForeignLocation as exc:
                LOG.debug('Image %s: %s', image.id, exc)
            except exception.InvalidLocation as exc:
                refused.append(str(exc))
            else:
                found[snapshot] = None
        if refused:
            LOG.warning('Passing over %(count)d of the locations of image '
                        '%(image)s. The first: %(why)s. Correct or remove '
                        'it in Glance.',
                        {'count': len(refused), 'image': image.id,
                         'why': refused[0]})
        return list(found)

    def _check_pool(
        self, image: image_mod.Image, url: str,
        snapshot: image_mod.RbdSnapshot,
    ) -> None:
        """Refuse what is named otherwise in the pool of instance disks.

        Anything but the image's own there is somebody's disk.
        """
        if snapshot.pool == self._driver.pool and snapshot.image != image.id:
            raise exception.InvalidLocation(
                url, 'it is in the pool of instance disks and not the '
                     'image\'s own')

    def can_read(self, snapshot: image_mod.RbdSnapshot) -> bool:
        """Tell whether a snapshot is there and the client may read it."""
        source = self._open_pool(snapshot)
        if source is None:
            return False
        try:
            return self._may_read(source, snapshot)
        finally:
            source.close()

    def clone(self, parent: image_mod.RbdSnapshot, name: str) -> bool:
        """Make a copy-on-write clone of a snapshot, in the pool for disks.

        :returns: False when there is no such snapshot after all, or the
            client may not read it.
        :raises nova.exception.Forbidden: when the client may not write.
        """
        client = self._connected()
        source = self._open_pool(parent)
        if source is None:
            return False
        try:
            rbd_utils.RbdProxy().clone(
                source, parent.image, parent.snapshot, client.ioctx, name,
                features=client.features)
        except rbd_utils.rbd.ImageNotFound:
            _warn_missing('snapshot', parent)
            return False
        except rbd_utils.rbd.PermissionError as exc:
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
        finally:
            source.close()
        return True

    def _open_pool(self, snapshot: image_mod.RbdSnapshot) -> Any:
        """Return an I/O context, None when there is no such pool."""
        try:
            return self._connected().cluster.open_ioctx(snapshot.pool)
        except rbd_utils.rados.ObjectNotFound:
            _warn_missing('pool', snapshot)
            return None

    def _may_read(self, source: Any, snapshot: image_mod.RbdSnapshot) -> bool:
        try:
            rbd_utils.rbd.Image(source, snapshot.image,
                                snapshot=snapshot.snapshot,
                                read_only=True).close()
        except rbd_utils.rbd.ImageNotFound:
            _warn_missing('snapshot', snapshot)
            return False
        except rbd_utils.rbd.PermissionError:
            LOG.warning('Client %(user)s may not read %(snapshot)s in '
                        'cluster %(fsid)s, so that location is not used',
                        {'user': self._driver.rbd_user,
                         'snapshot': snapshot, 'fsid': snapshot.fsid})
            return False
        return True

    def _connected(self) -> Any:
        if self._client is None:
            driver = self._driver
            try:
                self._client = rbd_utils.RADOSClient(driver)
            except rbd_utils.rados.Error as exc:
                LOG.error('Cannot use pool %(pool)s of the cluster in '
                          '%(conf)s as client %(user)s (connecting may take '
                          '%(timeout)s s)',
                          {'pool': driver.pool, 'user': driver.rbd_user,
                           'conf': driver.ceph_conf or 'its default place',
                           'timeout': driver.rbd_connect_timeout})
                # For the fault of the instance, where the tenant reads it.
                raise nova_exception.InternalError(
                    'The storage cluster of the host cannot be '
                    'reached') from exc
        return self._client


def _warn_missing(what: str, snapshot: image_mod.RbdSnapshot) -> None:
    LOG.warning('Glance lists %(snapshot)s as a location, but there is no '
                'such %(what)s in cluster %(fsid)s',
                {'snapshot': snapshot, 'what': what, 'fsid': snapshot.fsid})
