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

"""Nova's RBD image backend, for clouds with several Ceph clusters."""

from __future__ import annotations

from collections.abc import Callable
import functools
import os
from typing import Any
from typing import TypeVar

from nova import context as nova_context
from nova import exception as nova_exception
from nova.compute import task_states
import nova.conf
from nova.virt.libvirt import imagebackend
from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import imagepool
from nova_rbd_multistore.compute import localcopy
from nova_rbd_multistore.compute import localimage
from nova_rbd_multistore.compute import rbd

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

_T = TypeVar('_T')


def _translating(method: Callable[..., _T]) -> Callable[..., _T]:
    """Have a method raise nova.exception.InternalError for Ceph's errors.

    These are two that Nova calls when it makes a disk, and that call all the
    others.
    """
    @functools.wraps(method)
    def call(self: Rbd, *args: Any, **kwargs: Any) -> _T:
        try:
            return method(self, *args, **kwargs)
        except rbd.errors() as exc:
            failure = exc
        raise rbd.translate(
            self.driver, failure, self._instance_uuid) from failure

    return call


class Rbd(imagebackend.Rbd):
    """Disks in the compute's own cluster, cloned from a local copy.

    Differs from upstream in how :meth:`clone` finds or gets that copy, and in
    that it never leaves a boot with a flat disk that nobody chose.
    """

    # Why this disk cannot be a clone, once that has been found out.
    _unacceptable: nova_exception.ImageUnacceptable | None = None

    def clone(
        self,
        context: nova_context.RequestContext,
        image_id_or_uri: str,
        copy_to_store: bool = True,
    ) -> None:
        """Make this disk a copy-on-write clone of an image.

        :param copy_to_store: whether Glance may be asked for a copy.
        :raises nova.exception.ImageUnacceptable: when Nova shall download
            the image instead.
        :raises nova.exception.BuildAbortException: when there is no local
            copy, none can be had, and a flat disk was not chosen.
        :raises nova.exception.ImageNotFound: when there is no image for the
            tenant, or none any more; likewise ImageNotAuthorized and
            ImageNotActive.
        :raises nova.exception.GlanceConnectionFailed: when Glance gives no
            usable answer.
        :raises nova.exception.Forbidden: when the disk may not be made in the
            cluster. What else Ceph's bindings raise is for :meth:`cache`,
            within which Nova calls this.
        :raises nova.exception.UnexpectedDeletingTaskStateError: when the
            instance was deleted while it waited.
        """
        if self._unacceptable is not None:
            raise self._unacceptable
        image_id = str(image_id_or_uri).rsplit('/', 1)[-1]
        provider = localimage.Provider(
            self.driver, self._clone_from, self._instance_uuid)
        try:
            provider.provide(context, image_id, copy_to_store)
        except exception.Cancelled as exc:
            raise self._deleted(exc) from exc
        except exception.CopyError as exc:
            failure = exc
        else:
            return
        localimage.give_up(failure, self._instance_uuid)

    @_translating
    def exists(self) -> bool:
        """Tell whether this disk is there."""
        return bool(super().exists())

    @_translating
    def cache(self, *args: Any, **kwargs: Any) -> None:
        """Make this disk if need be, and have it as large as it should be."""
        super().cache(*args, **kwargs)

    def create_image(
        self,
        prepare_template: Callable[..., None],
        base: str,
        size: int | None,
        safe: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Make this disk, cloned from an image if that is what it is of.

        Nova calls :meth:`clone` within `prepare_template`, which holds the
        lock of the image on this host meanwhile: a boot behind it cannot be
        given up. And it does not call it at all when the host's image cache
        has the image, left there by a download or by pre-caching, and makes
        a flat disk of that file. So it is called here, before.
        """
        def prepare(target: str, *args: Any, **kwargs: Any) -> None:
            try:
                self.clone(kwargs['context'], kwargs['image_id'])
            except nova_exception.ImageUnacceptable as exc:
                self._check_cached(target, kwargs['image_id'])
                # Nova asks again before it downloads.
                self._unacceptable = exc
                prepare_template(*args, target=target, **kwargs)

        super().create_image(
            prepare if kwargs.get('image_id') else prepare_template,
            base, size, safe, *args, **kwargs)

    def copy_to_store(
        self,
        context: nova_context.RequestContext,
        image_meta: dict[str, Any],
    ) -> None:
        """Return when the image is in the store of nova.conf.

        :param image_meta: the image as Nova has it; only ``id`` is used.
        :raises nova.exception.BuildAbortException: when it is not, likewise
            the other exceptions of :meth:`clone`.
        """
        image_id = image_meta['id']
        services = access.services(context)
        try:
            localcopy.obtain(
                services, localimage.visible(services, image_id).id)
        except exception.GlanceUnavailable as exc:
            raise access.unreachable(exc) from exc
        except exception.NotAuthenticated as exc:
            failure: exception.CopyError = localcopy.not_authenticated(
                services, image_id, exc)
        except exception.CopyError as exc:
            failure = exc
        else:
            return
        localimage.give_up(failure, self._instance_uuid)

    def _get_parent_pool(
        self,
        context: nova_context.RequestContext,
        base_image_id: str,
        fsid: str,
    ) -> str:
        """Return the pool for the image of a snapshot of this disk.

        Nova's :meth:`direct_snapshot` calls it. That of the disk's parent,
        which costs no request. A disk without one has been made or turned
        flat; Nova then reads the locations of its image with the token of the
        tenant, and finds none where they are hidden.

        :raises nova.exception.ImageUnacceptable: when there is no telling, so
            that Nova uploads the disk.
        """
        try:
            pool: str | None = self.driver.parent_info(self.rbd_name)[0]
        except nova_exception.ImageUnacceptable:
            pool = imagepool.find(
                access.services(context), self.driver, base_image_id)
        if pool is None:
            raise nova_exception.ImageUnacceptable(
                image_id=base_image_id,
                reason='No pool of Glance is known in the cluster of the host')
        return pool

    def _check_cached(self, target: str, image_id: str) -> None:
        """Tell of a flat disk that Nova makes of what the host has.

        :raises nova.exception.ImageUnacceptable: when it shall not; as Nova
            does when it falls back from a clone to a download.
        """
        if not os.path.exists(target):
            return
        if CONF.workarounds.never_download_image_if_on_rbd:
            raise
        LOG.warning('Making a flat disk of image %s from the file in this '
                    'host\'s image cache', image_id,
                    instance_uuid=self._instance_uuid)

    @property
    def _instance_uuid(self) -> str:
        """Whose disk this is; Nova names disks ``<uuid>_<name>``."""
        return str(self.rbd_name).partition('_')[0]

    def _clone_from(
        self, cluster: rbd.Cluster, parent: image_mod.RbdSnapshot,
    ) -> bool:
        if not cluster.clone(parent, self.rbd_name):
            return False
        LOG.info('Disk %(disk)s is a clone of %(parent)s',
                 {'disk': self.rbd_name, 'parent': parent},
                 instance_uuid=self._instance_uuid)
        return True

    def _deleted(
        self, exc: exception.Cancelled,
    ) -> nova_exception.UnexpectedDeletingTaskStateError:
        """Tell Nova what it would find out itself a little later."""
        LOG.info('The instance is being deleted, so it waits no more for its '
                 'image, after %.0f s. A copy that is in progress goes on in '
                 'Glance.', exc.seconds, instance_uuid=self._instance_uuid)
        return nova_exception.UnexpectedDeletingTaskStateError(
            instance_uuid=self._instance_uuid, expected={},
            actual={'task_state': task_states.DELETING})


class Backend(imagebackend.Backend):
    """Nova's table of backends, with ours for RBD.

    Nova builds it once, with its driver, and that is the first moment at
    which the configuration has been read and logging works.
    """

    def __init__(self, use_cow: bool) -> None:
        super().__init__(use_cow)
        self.BACKEND['rbd'] = Rbd
        store = CONF.libvirt.images_rbd_glance_store_name
        if CONF.libvirt.images_type != 'rbd':
            LOG.warning('[libvirt] images_type is %s, so nova-rbd-multistore '
                        'does nothing here', CONF.libvirt.images_type)
            return
        access.check_credential()
        access.check_hub()
        if not store:
            LOG.warning('[libvirt] images_rbd_glance_store_name is not set, '
                        'so images are cloned where they are in our cluster '
                        'and never copied to it')
        else:
            LOG.info('Image backend of nova-rbd-multistore in place: images '
                     'are copied to store %(store)s with %(credential)s',
                     {'store': store,
                      'credential': access.credential_in_use()})
