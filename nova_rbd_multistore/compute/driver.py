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

"""Nova's libvirt driver, for images outside a boot and for moves."""

from __future__ import annotations

from typing import Any

from nova import context as nova_context
from nova import exception as nova_exception
from nova import objects
import nova.conf
from nova.virt.libvirt import driver
from oslo_log import log as logging

from nova_rbd_multistore.compute import guards
from nova_rbd_multistore.compute import localimage

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)


class LibvirtDriver(driver.LibvirtDriver):
    """Caches an image where the next boot looks for it, and guards disks.

    An image gets to this compute's cluster. Upstream downloads it to the
    host's disk, for a flat disk of each boot that follows. Instances whose
    disks are in another cluster do not come to this host.
    """

    def cache_image(
        self, context: nova_context.RequestContext, image_id: str,
    ) -> bool:
        """Have a copy of an image in the store of this compute's cluster.

        An image that could not be had there by its format or by nova.conf is
        downloaded, as a boot does it. One whose copy fails is not, even where
        that is the fallback of boots: they will ask for the copy again.

        :returns: False when it was there already.
        :raises CopyError: when there is no copy. Nova logs what this method
            raises, and counts the image as an error of this host.
        :raises nova.exception.ImageUnacceptable: when it would have to be
            downloaded, and never_download_image_if_on_rbd is set.
        :raises nova.exception.InternalError: when the cluster cannot be used.
        """
        if CONF.libvirt.images_type != 'rbd':
            return bool(super().cache_image(context, image_id))
        try:
            copied = localimage.obtain(context, image_id)
        except nova_exception.ImageUnacceptable:
            if CONF.workarounds.never_download_image_if_on_rbd:
                raise
            return bool(super().cache_image(context, image_id))
        if copied:
            LOG.info('Image %(image)s was copied to our store %(store)s by '
                     'request',
                     {'image': image_id,
                      'store': CONF.libvirt.images_rbd_glance_store_name})
        else:
            LOG.info('Image %s is in our cluster already', image_id)
        return copied

    def check_can_live_migrate_destination(
        self, context: nova_context.RequestContext,
        instance: objects.Instance, *args: Any, **kwargs: Any,
    ) -> Any:
        """Check here whether an instance may come by a live migration.

        :raises nova.exception.MigrationPreCheckError: when it may not; the
            conductor tries another host.
        """
        reason = guards.refusal(context, instance)
        if reason is not None:
            raise nova_exception.MigrationPreCheckError(reason=reason)
        return super().check_can_live_migrate_destination(
            context, instance, *args, **kwargs)

    def instance_on_disk(self, instance: objects.Instance) -> bool:
        """Tell whether an instance that is evacuated to here has its disks.

        :raises nova.exception.InstanceFaultRollback: when it may not come
            here; Nova asks before it changes anything, and leaves the
            instance as it is.
        """
        reason = guards.refusal(nova_context.get_admin_context(), instance)
        if reason is not None:
            raise nova_exception.InstanceFaultRollback(
                inner_exception=nova_exception.BuildAbortException(
                    instance_uuid=instance.uuid, reason=reason))
        return bool(super().instance_on_disk(instance))
