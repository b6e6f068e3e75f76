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

"""Have a copy of an image made in the store of this compute's cluster."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib

import nova.conf

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import obstacle
from nova_rbd_multistore import protocol
from nova_rbd_multistore import timing
from nova_rbd_multistore.compute import access
from nova_rbd_multistore.compute import flaws
from nova_rbd_multistore.compute import hub
from nova_rbd_multistore.compute import partial
from nova_rbd_multistore.compute import turns

CONF = nova.conf.CONF

# Of all requests to this compute.
_TURNS = turns.Turns()


def check_worth(image: image_mod.Image, known: flaws.Flaws) -> None:
    """Refuse to pay for a copy that could not be cloned.

    :param image: as the tenant sees it.
    :param known: of its locations.
    :raises Misconfigured: when those of the copy would be hidden, too.
    """
    if known.hidden is not None and not image.locations:
        raise exception.Misconfigured(
            image.id, CONF.libvirt.images_rbd_glance_store_name,
            f'a copy could not be cloned. {known.hidden}')


def obtain(
    services: access.Services,
    image_id: str,
    cancelled: Callable[[], bool] | None = None,
) -> image_mod.Image:
    """Return the image when our store has it.

    :param cancelled: tells whether nobody wants it any more; None for a
        request that nobody cancels.
    :raises CopyError: when it does not get there.
    :raises Cancelled: when nobody wants it any more.
    """
    store = CONF.libvirt.images_rbd_glance_store_name
    find = partial.Finder(services)
    settings = _settings()
    budget = settings.budget(timing.Clock.system(), cancelled)
    copying = copier.Copier(
        hub.Spoke(services, settings, budget), settings, find_obstacle=find)
    try:
        with _TURNS.turn(image_id, store, budget, services.project), \
                _mentioning(services, find):
            return copying.ensure(image_id, store, budget).image
    except exception.CopyNotPermitted as exc:
        raise exception.CopyNotPermitted(
            image_id, store, f'{exc.reason} Glance was asked with '
                             f'{services.credential}.') from exc
    except exception.ImageGone as exc:
        if not services.tenant_sees(image_id):
            raise
        raise exception.CopyNotPermitted(
            image_id, store,
            f'the tenant sees the image, {services.credential} does not. '
            f'Give it the roles service and admin.') from exc


@contextlib.contextmanager
def _mentioning(
    services: access.Services, find: obstacle.Find,
) -> Iterator[None]:
    """Enter a wait, and tell of a partial copy when it ends without one."""
    try:
        yield
    except exception.CopyObstructed:
        raise
    except (exception.CopyFailed, exception.CopyStalled,
            exception.CopyTimedOut) as exc:
        found = find(exc.image_id, exc.store)
        # Whoever is slow, but lives, has it open.
        late = isinstance(exc, exception.CopyTimedOut)
        if found is None or late and not found.deserted or \
                _has(services, exc.image_id, exc.store):
            raise
        raise type(exc)(exc.image_id, exc.store,
                        f'{exc.reason} {found.mention()}') from exc


def _has(services: access.Services, image_id: str, store: str) -> bool:
    """Tell whether the image has got into the store in the meantime."""
    try:
        return store in services.copying.image(image_id).stores
    except exception.GlanceError:
        # Then we say less.
        return True


def _settings() -> copier.Settings:
    return copier.Settings(
        # As with oslo.service's looping call upstream, 0 is no limit.
        timeout=CONF.libvirt.images_rbd_glance_copy_timeout or None,
        poll_interval=CONF.libvirt.images_rbd_glance_copy_poll_interval,
        limits=protocol.Limits(
            attempts=CONF.libvirt.images_rbd_glance_copy_attempts,
            stall_timeout=CONF.libvirt.images_rbd_glance_copy_stall_timeout))


def not_authenticated(
    services: access.Services, image_id: str, exc: exception.NotAuthenticated,
) -> exception.CopyNotPermitted:
    """Explain that the credential is not valid."""
    return exception.CopyNotPermitted(
        image_id, CONF.libvirt.images_rbd_glance_store_name,
        f'Glance does not accept {services.credential} ({exc}).')


def not_in_cluster(
    image_id: str, known: flaws.Flaws,
) -> exception.CopyError:
    """Explain that our store has the image and our cluster has not.

    :param known: what is wrong with its locations in our cluster.
    """
    store = CONF.libvirt.images_rbd_glance_store_name
    unusable = known.explain(store)
    if unusable is not None:
        return unusable
    if known.hidden is not None:
        return exception.Misconfigured(
            image_id, store,
            f'the store has the image, but no location of it that Glance '
            f'shows is a snapshot in this compute\'s cluster. '
            f'{known.hidden}')
    return exception.Misconfigured(
        image_id, store,
        'the store has the image, but no location of it is a snapshot in '
        'this compute\'s cluster. Check that the store is in the cluster of '
        'images_rbd_ceph_conf.')
