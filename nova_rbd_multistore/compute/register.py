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

"""Put our classes where Nova looks them up.

``images_type`` and ``compute_driver`` have fixed choices and Nova has no
plug-in point for backends, but it looks up its libvirt driver in
``nova.virt.libvirt``, and the driver looks up ``imagebackend.Backend`` and
``imagebackend.Rbd`` in their module when it is built. Before these are
replaced, everything that ours lean on is compared with what we know, because
an operator can mend a service that does not start, and not a disk that turned
out wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
import importlib
import inspect
from typing import Any

from nova_rbd_multistore import conf
from nova_rbd_multistore import exception

# What is used of Nova: module, attribute, and the parameters by the names
# with which they are passed; None for what is not called.
_SHAPE: tuple[tuple[str, str, tuple[str, ...] | None], ...] = (
    ('nova.virt.libvirt.imagebackend', 'Backend.__init__',
     ('self', 'use_cow')),
    ('nova.virt.libvirt.imagebackend', 'Backend.backend',
     ('self', 'image_type')),
    ('nova.virt.libvirt.imagebackend', 'Rbd.__init__',
     ('self', 'instance', 'disk_name', 'path', 'disk_info_mapping')),
    ('nova.virt.libvirt.imagebackend', 'Rbd.clone',
     ('self', 'context', 'image_id_or_uri', 'copy_to_store')),
    ('nova.virt.libvirt.imagebackend', 'Rbd.create_image',
     ('self', 'prepare_template', 'base', 'size', 'safe', 'args', 'kwargs')),
    ('nova.virt.libvirt.imagebackend', 'Rbd.exists', ('self',)),
    ('nova.virt.libvirt.imagebackend', 'Rbd._get_parent_pool',
     ('self', 'context', 'base_image_id', 'fsid')),
    ('nova.storage.rbd_utils', 'RBDDriver.parent_info',
     ('self', 'volume', 'pool')),
    ('nova.virt.libvirt.imagebackend', 'Image.cache',
     ('self', 'fetch_func', 'filename', 'size', 'safe', 'args', 'kwargs')),
    ('nova.virt.libvirt.driver', 'LibvirtDriver._try_fetch_image_cache',
     ('self', 'image', 'fetch_func', 'context', 'filename', 'image_id',
      'instance', 'size', 'fallback_from_host')),
    ('nova.virt.libvirt', 'LibvirtDriver.cache_image',
     ('self', 'context', 'image_id')),
    ('nova.virt.libvirt.imagebackend', 'Rbd.copy_to_store',
     ('self', 'context', 'image_meta')),
    ('nova.storage.rbd_utils', 'RBDDriver.__init__',
     ('self', 'pool', 'user', 'ceph_conf', 'connect_timeout')),
    ('nova.storage.rbd_utils', 'RADOSClient.__init__',
     ('self', 'driver', 'pool')),
    ('nova.storage.rbd_utils', 'RADOSClient.features', None),
    ('nova.storage.rbd_utils', 'RbdProxy', None),
    ('nova.storage.rbd_utils', 'rados', None),
    ('nova.storage.rbd_utils', 'rbd', None),
    ('nova.image.glance', 'get_api_servers', ('context',)),
    ('nova.service_auth', 'get_service_auth_plugin', ('conf_group',)),
    ('nova.service_auth', 'get_service_auth_session',
     ('conf_group', 'auth')),
    ('nova.service_auth', 'get_service_user_token_auth_plugin',
     ('context', 'user_auth')),
    ('nova.objects.instance', 'Instance.get_by_uuid', None),
    ('nova.objects.instance', 'Instance.indirection_api', None),
    ('nova.compute.task_states', 'DELETING', None),
    ('nova.compute.task_states', 'SOFT_DELETING', None),
    ('nova.exception', 'BuildAbortException', None),
    ('nova.exception', 'Forbidden', None),
    ('nova.exception', 'GlanceConnectionFailed', None),
    ('nova.exception', 'InternalError', None),
    ('nova.exception', 'ImageNotActive', None),
    ('nova.exception', 'ImageNotAuthorized', None),
    ('nova.exception', 'ImageNotFound', None),
    ('nova.exception', 'ImageUnacceptable', None),
    ('nova.exception', 'InstanceNotFound', None),
    ('nova.exception', 'UnexpectedDeletingTaskStateError', None),
)

_OPTIONS = (
    ('libvirt', 'images_type'),
    ('libvirt', 'images_rbd_glance_store_name'),
    ('libvirt', 'images_rbd_glance_copy_poll_interval'),
    ('libvirt', 'images_rbd_glance_copy_timeout'),
    ('workarounds', 'never_download_image_if_on_rbd'),
    ('glance', 'api_servers'),
    ('glance', 'num_retries'),
)


def register() -> None:
    """Make Nova use our classes. Doing it again changes nothing.

    :raises NovaShapeMismatch: when this Nova is not one we know; nothing has
        been changed then.
    """
    from nova import version
    import nova.conf

    differences = [*_differences(), *_missing_options(nova.conf.CONF)]
    if differences:
        raise exception.NovaShapeMismatch(
            version.version_string(), differences)
    conf.register_opts(nova.conf.CONF)

    from nova.virt import libvirt
    from nova.virt.libvirt import imagebackend as theirs

    from nova_rbd_multistore.compute import driver
    from nova_rbd_multistore.compute import imagebackend as ours

    theirs.Rbd = ours.Rbd
    theirs.Backend = ours.Backend
    libvirt.LibvirtDriver = driver.LibvirtDriver


def _differences() -> Iterator[str]:
    for module, attribute, parameters in _SHAPE:
        name = f'{module}.{attribute}'
        try:
            found: Any = importlib.import_module(module)
            for part in attribute.split('.'):
                found = getattr(found, part)
        except (ImportError, AttributeError):
            yield f'{name} is missing'
            continue
        if parameters is None:
            continue
        present = tuple(inspect.signature(found).parameters)
        if present != parameters:
            yield (f'{name} takes ({", ".join(present)}), not '
                   f'({", ".join(parameters)})')


def _missing_options(nova_conf: Any) -> Iterator[str]:
    for group, name in _OPTIONS:
        if group not in nova_conf or name not in nova_conf[group]:
            yield f'option [{group}] {name} is missing'
