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

"""Nova's libvirt driver, for what it does with images outside a boot."""

from __future__ import annotations

from nova import context as nova_context
from nova import exception as nova_exception
import nova.conf
from nova.storage import rbd_utils
from nova.virt.libvirt import driver
from oslo_log import log as logging

from nova_rbd_multistore.compute import localimage
from nova_rbd_multistore.compute import rbd

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)


class LibvirtDriver(driver.LibvirtDriver):
    """Caches an image where the next boot looks for it.

    Which is this compute's cluster. Upstream downloads it to the host's disk,
    for a flat disk of each boot that follows.
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
        ceph = rbd_utils.RBDDriver()
        provider = localimage.Provider(ceph, rbd.Cluster.can_read)
        failure = None
        try:
            copied = provider.provide(context, image_id)
        except nova_exception.ImageUnacceptable:
            if CONF.workarounds.never_download_image_if_on_rbd:
                raise
            return bool(super().cache_image(context, image_id))
        except rbd.errors() as exc:
            failure = exc
        if failure is not None:
            raise rbd.translate(ceph, failure) from failure
        if copied:
            LOG.info('Image %(image)s was copied to our store %(store)s by '
                     'request',
                     {'image': image_id,
                      'store': CONF.libvirt.images_rbd_glance_store_name})
        else:
            LOG.info('Image %s is in our cluster already', image_id)
        return copied
