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
``imagebackend.Rbd`` in their module when it is built. The class of the service
itself it imports by a name. Before these are replaced, or the service is
built, everything that ours lean on is compared with what we know, because an
operator can mend a service that does not start, and not a disk that turned out
wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
import importlib
import inspect
from typing import Any

from nova_rbd_multistore import conf
from nova_rbd_multistore.compute import startup

# What is used of Nova: module, attribute, and the parameters by the names
# with which they are passed; None for what is not called.
_Shape = tuple[tuple[str, str, tuple[str, ...] | None], ...]

_SHAPE: _Shape = (
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
    ('nova.virt.libvirt.driver',
     'LibvirtDriver.check_can_live_migrate_destination',
     ('self', 'context', 'instance', 'src_compute_info', 'dst_compute_info',
      'block_migration', 'disk_over_commit')),
    ('nova.virt.libvirt.driver', 'LibvirtDriver.instance_on_disk',
     ('self', 'instance')),
    ('nova.virt.libvirt.imagebackend', 'Rbd.copy_to_store',
     ('self', 'context', 'image_meta')),
    ('nova.service', 'SERVICE_MANAGERS', None),
    ('nova.compute.utils', 'EventReporter.__init__',
     ('self', 'context', 'event_name', 'host', 'instance_uuids',
      'graceful_exit')),
    ('nova.compute.utils', 'add_instance_fault_from_exc',
     ('context', 'instance', 'fault', 'exc_info', 'fault_message')),
    ('nova.compute.utils', 'is_volume_backed_instance',
     ('context', 'instance', 'bdms')),
    ('nova.context', 'get_admin_context', ('read_deleted',)),
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
    ('nova.objects.instance', 'Instance.save', None),
    ('nova.safe_utils', 'get_wrapped_function', ('function',)),
    ('nova.utils', 'SM_IMAGE_PROP_PREFIX', None),
    ('nova.compute.task_states', 'DELETING', None),
    ('nova.compute.task_states', 'REBUILDING', None),
    ('nova.compute.task_states', 'SOFT_DELETING', None),
    ('nova.exception', 'BuildAbortException', None),
    ('nova.exception', 'Forbidden', None),
    ('nova.exception', 'GlanceConnectionFailed', None),
    ('nova.exception', 'InternalError', None),
    ('nova.exception', 'ImageNotActive', None),
    ('nova.exception', 'ImageNotAuthorized', None),
    ('nova.exception', 'ImageNotFound', None),
    ('nova.exception', 'ImageUnacceptable', None),
    ('nova.exception', 'InstanceFaultRollback.__init__',
     ('self', 'inner_exception')),
    ('nova.exception', 'InstanceNotFound', None),
    ('nova.exception', 'MigrationPreCheckError', None),
    ('nova.exception', 'NovaException', None),
    ('nova.exception', 'UnexpectedDeletingTaskStateError', None),
    ('nova.exception', 'UnexpectedTaskStateError', None),
)

# Of a module that reads the configuration when it is imported, so that it is
# to be looked at later than the others.
_SERVICE_SHAPE: _Shape = (
    ('nova.compute.manager', 'ComputeManager.rebuild_instance',
     ('self', 'context', 'instance', 'orig_image_ref', 'image_ref',
      'injected_files', 'new_pass', 'orig_sys_metadata', 'bdms', 'recreate',
      'on_shared_storage', 'preserve_ephemeral', 'migration',
      'scheduled_node', 'limits', 'request_spec', 'accel_uuids',
      'reimage_boot_volume', 'target_state')),
    ('nova.compute.manager', 'ComputeManager._prep_resize',
     ('self', 'context', 'image', 'instance', 'flavor', 'filter_properties',
      'node', 'migration', 'request_spec', 'clean_shutdown')),
)

# Nova imports it when the configuration has been read.
_SERVICE = 'nova_rbd_multistore.compute.service.ComputeManager'

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
    import nova.conf

    _check(*_differences(_SHAPE), *_missing_options(nova.conf.CONF))
    conf.register_opts(nova.conf.CONF)

    from nova import service
    from nova.virt import libvirt
    from nova.virt.libvirt import imagebackend as theirs

    from nova_rbd_multistore.compute import driver
    from nova_rbd_multistore.compute import imagebackend as ours

    theirs.Rbd = ours.Rbd
    theirs.Backend = ours.Backend
    libvirt.LibvirtDriver = driver.LibvirtDriver
    service.SERVICE_MANAGERS['nova-compute'] = _SERVICE


def check_service() -> None:
    """Check the class of the service, once the configuration has been read.

    :raises NovaShapeMismatch: when it is not one we know.
    """
    _check(*_differences(_SERVICE_SHAPE))


def _check(*differences: str) -> None:
    from nova import version

    if differences:
        raise startup.NovaShapeMismatch(
            version.version_string(), list(differences))


def _differences(shape: _Shape) -> Iterator[str]:
    for module, attribute, parameters in shape:
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
        present = _parameters(found)
        if present != parameters:
            yield (f'{name} takes ({", ".join(present)}), not '
                   f'({", ".join(parameters)})')


def _parameters(function: Any) -> tuple[str, ...]:
    from nova import safe_utils

    present = tuple(inspect.signature(function).parameters)
    if present != ('args', 'kwargs'):
        return present
    # A decorator of oslo.messaging's does not tell what it is around.
    return tuple(inspect.signature(
        safe_utils.get_wrapped_function(function)).parameters)


def _missing_options(nova_conf: Any) -> Iterator[str]:
    for group, name in _OPTIONS:
        if group not in nova_conf or name not in nova_conf[group]:
            yield f'option [{group}] {name} is missing'
