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

"""What the configuration of services says of where to look.

Nothing is judged by it alone: it says which pool, directory or user to look
at, or what a service should have shown.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
from typing import Any

from oslo_config import cfg

from devstack.tools.verification import check

_RBD = 'rbd'
_FILE = 'file'
_STAGING = 'os_glance_staging_store'

_SOCKET = re.compile(r'^http-socket\s*=\s*(?P<socket>\S+:\d+)', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Pool:
    """A pool, and as whom to look into it.

    :ivar ceph_conf: path.
    :ivar user: of Ceph, without ``client.``.
    """

    ceph_conf: str
    user: str
    pool: str


@dataclasses.dataclass(frozen=True)
class Compute:
    """Of nova-compute.

    :ivar store: ``images_rbd_glance_store_name``, '' for none.
    :ivar disks: where it makes disks.
    """

    store: str
    disks: Pool


@dataclasses.dataclass(frozen=True)
class Worker:
    """Of a worker of Glance.

    :ivar path: of the file.
    :ivar self_url: what it calls itself, None for nothing.
    :ivar listens: URL at which its uwsgi listens, None where that is not told.
    :ivar staging: where it keeps staged data.
    :ivar pools: of its RBD stores, by store.
    :ivar directories: of its file stores, by store.
    """

    path: pathlib.Path
    self_url: str | None
    listens: str | None
    staging: pathlib.Path
    pools: dict[str, Pool]
    directories: dict[str, pathlib.Path]


def compute(path: pathlib.Path) -> Compute:
    """Read nova-cpu.conf.

    :raises NotUsable: when it cannot be read.
    """
    read = _read(path, libvirt=(
        cfg.StrOpt('images_rbd_glance_store_name', default=''),
        cfg.StrOpt('images_rbd_pool', default='rbd'),
        cfg.StrOpt('images_rbd_ceph_conf', default='/etc/ceph/ceph.conf'),
        cfg.StrOpt('rbd_user', default='admin'))).libvirt
    return Compute(read.images_rbd_glance_store_name, Pool(
        read.images_rbd_ceph_conf or '/etc/ceph/ceph.conf',
        read.rbd_user or 'admin', read.images_rbd_pool))


def worker(path: pathlib.Path) -> Worker:
    """Read glance-api.conf.

    :raises NotUsable: when it cannot be read, or names no stores.
    """
    default = _read(path, DEFAULT=(
        cfg.DictOpt('enabled_backends'),
        cfg.StrOpt('worker_self_reference_url'),
        cfg.StrOpt('public_endpoint')))
    if not default.enabled_backends:
        raise check.NotUsable(
            f'{path} has no enabled_backends, so that there are no stores to '
            f'copy between. Set GLANCE_ENABLE_MULTIPLE_STORES = True.')
    directory = cfg.StrOpt('filesystem_store_datadir')
    pools, directories = {}, {}
    for name, kind in default.enabled_backends.items():
        if kind == _RBD:
            group = _read(path, **{name: (
                cfg.StrOpt('rbd_store_ceph_conf', default=''),
                cfg.StrOpt('rbd_store_user', default='admin'),
                cfg.StrOpt('rbd_store_pool', default='images'))})[name]
            pools[name] = Pool(
                group.rbd_store_ceph_conf or '/etc/ceph/ceph.conf',
                group.rbd_store_user or 'admin', group.rbd_store_pool)
        elif kind == _FILE:
            group = _read(path, **{name: (directory,)})[name]
            if group.filesystem_store_datadir:
                directories[name] = pathlib.Path(
                    group.filesystem_store_datadir)
    staging = _read(path, **{_STAGING: (directory,)})[_STAGING]
    if not staging.filesystem_store_datadir:
        raise check.NotUsable(
            f'{path} has no filesystem_store_datadir in [{_STAGING}].')
    return Worker(
        path, default.worker_self_reference_url or default.public_endpoint,
        _listens(path.with_name('glance-uwsgi.ini')),
        pathlib.Path(staging.filesystem_store_datadir), pools, directories)


def _listens(path: pathlib.Path) -> str | None:
    try:
        found = _SOCKET.search(path.read_text())
    except OSError:
        return None
    return f'http://{found["socket"]}' if found else None


def _read(path: pathlib.Path, **groups: tuple[Any, ...]) -> Any:
    conf = cfg.ConfigOpts()
    for group, options in groups.items():
        conf.register_opts(options, None if group == 'DEFAULT' else group)
    try:
        conf([], default_config_files=[str(path)], default_config_dirs=[])
    except (cfg.Error, OSError) as exc:
        raise check.NotUsable(f'{path} cannot be read: {exc}') from exc
    return conf
