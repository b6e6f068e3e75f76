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

"""Have an image that only other edges have brought to the hub first.

The Glance of an edge site knows its own store and the hub's. It accepts a copy
of an image that is in neither, and fails on it: it reads images in its own
stores only. The hub's Glance knows all stores.
"""

from __future__ import annotations

from collections.abc import Collection
import dataclasses

from oslo_log import log as logging

from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing
from nova_rbd_multistore.compute import access

LOG = logging.getLogger(__name__)


class Spoke:
    """Our Glance, for the time of one copy into our store.

    It looks at the stores when a copy is about to be asked for. So that costs
    one request, and none where the copy of another is joined.

    :param settings: of the copy at the hub.
    :param budget: of both copies.
    """

    def __init__(
        self, services: access.Services, settings: copier.Settings,
        budget: timing.Budget,
    ) -> None:
        self._services = services
        self._glance = services.copying
        self._settings = settings
        self._budget = budget
        self._seen: image_mod.Image | None = None
        self._known: frozenset[str] | None = None

    def image(self, image_id: str) -> image_mod.Image:
        """Return the image."""
        self._seen = self._glance.image(image_id)
        return self._seen

    def tasks(self, image_id: str) -> Collection[image_mod.Task]:
        """Return the image's tasks."""
        return self._glance.tasks(image_id)

    def stores(self) -> frozenset[str]:
        """Return the names of the stores that our Glance has."""
        return self._glance.stores()

    def submit_copy(self, image_id: str, store: str) -> None:
        """Ask for a copy, once our Glance can read the image.

        :raises CopyError: when it cannot.
        :raises Cancelled: when nobody wants the image any more.
        """
        if self._seen is not None and self._is_out_of_reach(
                self._seen, store):
            self._bring_near(self._seen, store)
        self._glance.submit_copy(image_id, store)

    def _is_out_of_reach(self, image: image_mod.Image, store: str) -> bool:
        """Tell whether our Glance is known to have no store of the image."""
        if self._known is None:
            try:
                self._known = self.stores()
            except exception.GlanceError as exc:
                LOG.debug('Cannot tell whether Glance can read image '
                          '%(image)s: %(why)s',
                          {'image': image.id, 'why': exc})
                return False
        # One that does not have our store either refuses the copy.
        return store in self._known and bool(image.stores) and \
            not self._known & image.stores

    def _bring_near(self, image: image_mod.Image, store: str) -> None:
        """Return when the hub's store, which our Glance has, has the image."""
        hub, known = self._services.hub, self._known or frozenset()
        far = (f'it is only in {_named(image.stores)}, and the Glance of this '
               f'site has only {_named(known)}')
        if hub is None:
            raise exception.Misconfigured(
                image.id, store,
                f'{far}. Set images_rbd_glance_hub_endpoint and '
                f'images_rbd_glance_hub_store_name in [libvirt] of nova.conf '
                f'to have it copied by way of the hub, or copy it to one of '
                f'these stores through a Glance that has all of them.')
        if hub.store not in known:
            raise exception.Misconfigured(
                image.id, store,
                f'{far}, not {hub.store}. Set '
                f'images_rbd_glance_hub_store_name in [libvirt] of nova.conf '
                f'to a store that both it and the Glance at {hub.url} have, '
                f'or give it that store in its enabled_backends.')
        fetching = _Fetching(self._services, image, store, (
            f'{far}, so it has to be copied to {hub.store} first, through '
            f'the Glance at {hub.url}'))
        fetching.check(hub)
        LOG.info('Copying image %(image)s to store %(store)s in two steps: '
                 '%(why)s', {'image': image.id, 'store': store,
                             'why': fetching.why})
        fetching.run(hub, self._settings, self._budget)


@dataclasses.dataclass(frozen=True)
class _Fetching:
    """The copy into the hub's store, and what is said when it fails.

    :ivar image: as last seen through our Glance.
    :ivar store: ours, where the image is wanted.
    :ivar why: there has to be such a copy; the beginning of a sentence.
    """

    services: access.Services
    image: image_mod.Image
    store: str
    why: str

    def check(self, hub: access.Hub) -> None:
        """Ask the hub's Glance whether it can do it.

        :raises CopyError: when it cannot, or gives no answer.
        """
        try:
            known = hub.asking.stores()
        except exception.GlanceUnavailable as exc:
            raise self._error(
                exception.CopyFailed,
                f', which gives no usable answer ({exc}). Look at it, and at '
                f'what is between it and this compute.') from exc
        except exception.GlanceError as exc:
            raise self._error(
                exception.CopyNotPermitted,
                f', which does not let {self.services.credential} ask for '
                f'its stores ({exc}). It has to accept the tokens of the same '
                f'Keystone.') from exc
        if hub.store not in known:
            raise self._error(
                exception.Misconfigured,
                f', which has no store of that name, but {_named(known)}. '
                f'Set images_rbd_glance_hub_store_name in [libvirt] of '
                f'nova.conf to the store of the hub.')
        if not known & self.image.stores:
            raise self._error(
                exception.Misconfigured,
                f', which has only {_named(known)}. Set '
                f'images_rbd_glance_hub_endpoint in [libvirt] of nova.conf to '
                f'a Glance that has the stores of all sites.')

    def run(
        self, hub: access.Hub, settings: copier.Settings,
        budget: timing.Budget,
    ) -> None:
        """Return when the hub's store has the image.

        :raises CopyError: when it does not get there.
        :raises Cancelled: when nobody wants the image any more.
        """
        try:
            copier.Copier(hub.copying, settings).ensure(
                self.image.id, hub.store, budget)
        except exception.CopyError as exc:
            if isinstance(exc, exception.ImageGone) and \
                    self.services.tenant_sees(self.image.id):
                raise self._error(
                    exception.Misconfigured,
                    f', which has no such image. It has to use the database '
                    f'of the Glance of this site. {exc.reason}') from exc
            raise self._error(type(exc), f': {exc.reason}') from exc

    def _error(
        self, kind: type[exception.CopyError], what: str,
    ) -> exception.CopyError:
        return kind(self.image.id, self.store, f'{self.why}{what}')


def _named(stores: Collection[str]) -> str:
    return exception.in_one_line(', '.join(sorted(stores)) or 'none')
