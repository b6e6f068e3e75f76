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

"""Have an image in this compute's own cluster, and use it there."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import functools
from typing import NoReturn

from nova import context as nova_context
from nova import exception as nova_exception
import nova.conf
from nova.storage import rbd_utils
from oslo_log import log as logging

from nova_rbd_multistore import conf
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import deletion
from nova_rbd_multistore.compute import flaws
from nova_rbd_multistore.compute import localcopy
from nova_rbd_multistore.compute import rbd

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

_CLONEABLE_FORMAT = 'raw'


@dataclasses.dataclass(frozen=True)
class Provider:
    """Has an image in this compute's cluster, for one request.

    :ivar driver: Nova's, which knows the cluster.
    :ivar use: called with one snapshot of the image after another until it
        returns True; False means that there is no such snapshot after all.
    :ivar instance_uuid: whose request it is, for the log; None for nobody's.
    """

    driver: rbd_utils.RBDDriver
    use: Callable[[rbd.Cluster, image_mod.RbdSnapshot], bool]
    instance_uuid: str | None = None

    def provide(
        self,
        context: nova_context.RequestContext,
        image_id: str,
        copy_to_store: bool = True,
    ) -> bool:
        """Use a snapshot of the image, of a copy that is made if need be.

        :param copy_to_store: whether Glance may be asked for a copy.
        :returns: whether the store had to get a copy.
        :raises nova.exception.ImageUnacceptable: when the image is not one
            that can be had locally, by its format or by nova.conf.
        :raises CopyError: when it should be possible and is not.
        :raises Cancelled: when the instance is being deleted.
        :raises nova.exception.ImageNotFound: as :func:`visible`.
        :raises nova.exception.GlanceConnectionFailed: when Glance gives no
            usable answer.
        :raises: whatever ``use`` raises, and what Ceph's bindings raise when
            the cluster cannot be used; see :func:`.rbd.translate`.
        """
        services = access.services(context)
        known = flaws.Flaws(image_id)
        try:
            image = visible(services, image_id)
            self._check_format(image)
            if self._found(services, image, known):
                return False
            self._check_store(copy_to_store, image_id)
            localcopy.check_worth(image, known)
            copied = localcopy.obtain(
                services, image_id, self._cancelled(context))
            if not self._found(services, copied, known):
                raise localcopy.not_in_cluster(image_id, known)
        except exception.GlanceUnavailable as exc:
            raise access.unreachable(exc) from exc
        except exception.NotAuthenticated as exc:
            raise localcopy.not_authenticated(
                services, image_id, exc) from exc
        return True

    def _cancelled(
        self, context: nova_context.RequestContext,
    ) -> Callable[[], bool] | None:
        if self.instance_uuid is None:
            return None
        return functools.partial(
            deletion.requested, context, self.instance_uuid)

    def _check_format(self, image: image_mod.Image) -> None:
        if image.disk_format == _CLONEABLE_FORMAT:
            return
        LOG.warning('Image %(image)s is in format %(format)s and can never be '
                    'cloned, so it was not copied to our store. Import it '
                    'with conversion to raw.',
                    {'image': image.id, 'format': image.disk_format},
                    instance_uuid=self.instance_uuid)
        raise nova_exception.ImageUnacceptable(
            image_id=image.id, reason='Image is not raw format')

    def _check_store(self, copy_to_store: bool, image_id: str) -> None:
        if copy_to_store and CONF.libvirt.images_rbd_glance_store_name:
            return
        LOG.warning('No location of image %(image)s is in our cluster and '
                    '[libvirt] images_rbd_glance_store_name is not set, so '
                    'it cannot be cloned', {'image': image_id},
                    instance_uuid=self.instance_uuid)
        raise nova_exception.ImageUnacceptable(
            image_id=image_id, reason='No image locations are accessible')

    def _found(
        self, services: access.Services, image: image_mod.Image,
        known: flaws.Flaws,
    ) -> bool:
        """Use the first snapshot that turns out to be there."""
        store = CONF.libvirt.images_rbd_glance_store_name or None
        known.hidden = None
        try:
            with rbd.Cluster(self.driver, known) as cluster:
                return any(
                    self.use(cluster, parent)
                    for locations in services.locations(image)
                    for parent in cluster.parents(image, locations, store))
        except exception.LocationsHidden as exc:
            known.hidden = exc
            return False


def obtain(
    context: nova_context.RequestContext, image_id: str,
    instance_uuid: str | None = None,
) -> bool:
    """Have a snapshot of an image in this compute's cluster.

    :returns: whether the store had to get a copy.
    :raises nova.exception.InternalError: when the cluster cannot be used.
    :raises: as :meth:`Provider.provide`.
    """
    ceph = rbd_utils.RBDDriver()
    provider = Provider(ceph, rbd.Cluster.can_read, instance_uuid)
    try:
        return provider.provide(context, image_id)
    except rbd.errors() as exc:
        failure = exc
    raise rbd.translate(ceph, failure, instance_uuid) from failure


def place(
    context: nova_context.RequestContext, image_id: str, instance_uuid: str,
) -> None:
    """Have an image in this compute's cluster before an instance needs it.

    :raises Cancelled: when the instance is being deleted.
    :raises nova.exception.ImageUnacceptable: when Nova shall download the
        image instead.
    :raises: as :func:`give_up` and :func:`obtain`.
    """
    try:
        obtain(context, image_id, instance_uuid)
    except exception.CopyError as exc:
        failure = exc
    else:
        return
    give_up(failure, instance_uuid)


def give_up(exc: exception.CopyError, instance_uuid: str) -> NoReturn:
    """Tell the operator why there is no copy, and Nova what to do.

    What Nova gets ends in the fault of the instance, for the tenant. Not
    to be called while an exception is handled: oslo.log would put its text
    into the line a second time.

    :raises nova.exception.ImageUnacceptable: when Nova shall download the
        image instead.
    :raises nova.exception.BuildAbortException: when it shall not; likewise
        ImageNotFound and ImageNotActive.
    """
    gone = isinstance(exc, exception.ImageGone | exception.ImageNotActive)
    if not gone and \
            CONF.libvirt.images_rbd_glance_copy_fallback == conf.DOWNLOAD:
        LOG.warning('%(why)s. Leaving it to Nova to download the image, '
                    'as [libvirt] images_rbd_glance_copy_fallback says.',
                    {'why': str(exc).rstrip('.')},
                    instance_uuid=instance_uuid)
        raise nova_exception.ImageUnacceptable(
            image_id=exc.image_id, reason=exc.tenant_message) from exc
    LOG.error('%s', exc, instance_uuid=instance_uuid)
    if isinstance(exc, exception.ImageGone):
        raise nova_exception.ImageNotFound(exc.tenant_message) from exc
    if isinstance(exc, exception.ImageNotActive):
        raise nova_exception.ImageNotActive(exc.tenant_message) from exc
    raise nova_exception.BuildAbortException(
        instance_uuid=instance_uuid, reason=exc.tenant_message) from exc


def visible(services: access.Services, image_id: str) -> image_mod.Image:
    """Return the image if the tenant may see and use it.

    :raises nova.exception.ImageNotFound: when there is none for the tenant,
        likewise ImageNotAuthorized and ImageNotActive.
    :raises GlanceUnavailable: when nobody knows.
    """
    try:
        image = services.tenant.image(image_id)
    except exception.NotFound as exc:
        raise nova_exception.ImageNotFound(image_id=image_id) from exc
    except (exception.Forbidden, exception.NotAuthenticated) as exc:
        # Logged below: oslo.log adds what is being handled to its lines.
        refusal = exc
    else:
        return _usable(image)
    LOG.warning('The tenant may not look at image %(image)s (%(why)s). '
                'Look at the lifetime of tokens, and whether Glance reaches '
                'Keystone.',
                {'image': image_id, 'why': refusal})
    raise nova_exception.ImageNotAuthorized(image_id=image_id) from refusal


def _usable(image: image_mod.Image) -> image_mod.Image:
    if image.deleted:
        raise nova_exception.ImageNotFound(image_id=image.id)
    if not image.active:
        raise nova_exception.ImageNotActive(image_id=image.id)
    return image
