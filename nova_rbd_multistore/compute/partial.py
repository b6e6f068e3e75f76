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

"""A partial copy: what an import that was cut off has left in our cluster.

Nothing here removes anything, and nothing here is needed for a boot. So what
cannot be found out is not told: an error of Glance, of the cluster or of its
client is no news, and no step may hang.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import datetime
import shlex
from typing import Any

from nova.storage import rbd_utils
from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import obstacle
from nova_rbd_multistore import store as store_mod
from nova_rbd_multistore.compute import access

LOG = logging.getLogger(__name__)

# The snapshot that Glance's RBD driver makes when all data is there.
_SNAPSHOT = 'snap'

# Seconds for each step. The options of the compute's other connections are
# for disks, and wait for ever by default.
_TIMEOUT = 5
_LIMITED = ('rados_osd_op_timeout', 'rados_mon_op_timeout',
            'client_mount_timeout')


class Finder:
    """Looks where a copy into a store of this cluster has to go.

    What it finds is an obstacle only if Glance does not list the store and no
    import runs, which is for the caller to know.

    :param services: the credential that copies has to be an administrator's.
    """

    def __init__(self, services: access.Services) -> None:
        self._services = services
        self._places: dict[str, store_mod.RbdPool] | None = None

    def __call__(
        self, image_id: str, store: str,
    ) -> obstacle.Obstacle | None:
        """Return the RBD image of the image's name.

        :returns: None when there is none, when the store is not in this
            compute's cluster, or when that cannot be found out.
        """
        place = self._place(store)
        if place is None:
            return None
        try:
            return _look(place, image_id)
        except rbd_utils.rbd.ImageNotFound:
            LOG.debug('There is no partial copy of image %s', image_id)
        except (rbd_utils.rados.Error, rbd_utils.rbd.Error) as exc:
            LOG.debug('Cannot tell whether there is a partial copy of image '
                      '%(image)s: %(why)s', {'image': image_id, 'why': exc})
        return None

    def _place(self, store: str) -> store_mod.RbdPool | None:
        """Return where a store is, which is asked for until it is known."""
        if self._places is None:
            try:
                self._places = self._services.copying.rbd_pools()
            except exception.GlanceError as exc:
                LOG.debug('Not looking for partial copies: %s', exc)
                return None
        if store not in self._places:
            LOG.debug('Not looking for partial copies: Glance does not tell '
                      'the cluster and the pool of store %s', store)
        return self._places.get(store)


def _look(
    place: store_mod.RbdPool, image_id: str,
) -> obstacle.Obstacle | None:
    with _connected(rbd_utils.RBDDriver()) as cluster:
        if cluster.get_fsid() != place.fsid:
            LOG.debug('Store is in cluster %s, not in ours', place.fsid)
            return None
        with contextlib.closing(
                cluster.open_ioctx(place.pool)) as pool, contextlib.closing(
                rbd_utils.rbd.Image(pool, image_id, read_only=True)) as found:
            return _describe(place, image_id, found)


@contextlib.contextmanager
def _connected(driver: rbd_utils.RBDDriver) -> Iterator[Any]:
    """Connect as Nova does, but with a limit for each operation."""
    cluster = rbd_utils.rados.Rados(
        rados_id=driver.rbd_user, conffile=driver.ceph_conf)
    try:
        for option in _LIMITED:
            cluster.conf_set(option, str(_TIMEOUT))
        cluster.connect(timeout=_TIMEOUT)
        yield cluster
    finally:
        cluster.shutdown()


def _describe(
    place: store_mod.RbdPool, image_id: str, found: Any,
) -> obstacle.Obstacle:
    name = f'{place.pool}/{image_id}'
    made = found.create_timestamp().replace(tzinfo=datetime.UTC)
    writers = ', '.join(sorted(
        watcher['addr'] for watcher in found.watchers_list()))
    complete = any(snapshot['name'] == _SNAPSHOT
                   for snapshot in found.list_snaps())
    protected = complete and found.is_protected_snap(_SNAPSHOT)
    what = (f'{"a complete" if complete else "a partial"} copy, RBD image '
            f'{name} of {made:%Y-%m-%d %H:%M:%S} UTC in cluster '
            f'{place.fsid}, which has {"the" if complete else "no"} snapshot '
            f'{_SNAPSHOT} and is open '
            f'{f"at {writers}" if writers else "nowhere"},')
    return obstacle.Obstacle(
        identity=f'{found.id()} {made.isoformat()}', deserted=not writers,
        what=exception.in_one_line(what), remedy=(
            _remedy_complete(name, protected) if complete
            else _remedy_partial(name)))


def _remedy_partial(name: str) -> str:
    return _remedy(
        f'has no snapshot {_command("snap ls", name)}', name,
        _command('rm', name))


def _remedy_complete(name: str, protected: bool) -> str:
    snapshot = f'{name}@{_SNAPSHOT}'
    return _remedy(
        f'has no clones {_command("children", snapshot)}', name,
        *([_command('snap unprotect', snapshot)] if protected else []),
        _command('snap rm', snapshot), _command('rm', name))


def _remedy(unused: str, name: str, *removing: str) -> str:
    return (f'While no import holds the image and the store is not among its '
            f'stores, check in that cluster that it {unused} and is open '
            f'nowhere {_command("status", name)}, then remove it '
            f'{" ".join(removing)}.')


def _command(words: str, name: str) -> str:
    return f'(rbd --id admin {words} {shlex.quote(name)})'
