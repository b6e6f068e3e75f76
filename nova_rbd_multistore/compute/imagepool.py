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

"""The pool of this compute's cluster that Glance has images in.

Nova makes the image of a snapshot there, where the new image's store is then
the local one, in place of uploading a disk.
"""

from __future__ import annotations

import nova.conf
from nova.storage import rbd_utils
from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import flaws
from nova_rbd_multistore.compute import rbd

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)


def find(
    services: access.Services, driver: rbd_utils.RBDDriver, image_id: str,
) -> str | None:
    """Return the pool of our store, else that of an image's copy here.

    :param image_id: the image that the disk was made from.
    :returns: None when neither Glance nor the image tells.
    """
    with rbd.Cluster(driver, flaws.Flaws(image_id)) as cluster:
        try:
            return (_of_store(services, cluster)
                    or _of_image(services, cluster, image_id))
        except (exception.GlanceError, exception.LocationsHidden) as exc:
            LOG.debug('Not known where Glance has images: %s', exc)
            return None


def _of_store(
    services: access.Services, cluster: rbd.Cluster,
) -> str | None:
    """Return the pool of the store in nova.conf, if it is in our cluster."""
    store = CONF.libvirt.images_rbd_glance_store_name
    try:
        place = services.copying.rbd_pools().get(store)
    except (exception.Forbidden, exception.NotFound) as exc:
        LOG.debug('Not known where store %(store)s is: %(why)s',
                  {'store': store, 'why': exc})
        return None
    return place.pool if place and place.fsid == cluster.fsid else None


def _of_image(
    services: access.Services, cluster: rbd.Cluster, image_id: str,
) -> str | None:
    image = services.tenant.image(image_id)
    store = CONF.libvirt.images_rbd_glance_store_name or None
    return next((
        parent.pool for locations in services.locations(image)
        for parent in cluster.parents(image, locations, store)), None)
