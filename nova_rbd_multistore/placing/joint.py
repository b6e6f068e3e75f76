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

"""Glance, asked for all stores of an image by one import."""

from __future__ import annotations

from collections.abc import Collection

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.placing import images


class Joint:
    """The image service as a copier sees it, for one image.

    Glance has one lock for an image, so that a second store has to wait for
    the import to the first one. When a copier asks for one of the stores, all
    that are missing are asked for together: Glance then stages the image
    once, and has accepted all of them at once. Those that the copier comes to
    later it finds on their way.

    :param stores: names, in the order in which the copier comes to them.
    :ivar asked: those that Glance has accepted from us.
    """

    def __init__(
        self, service: images.Images, stores: Collection[str],
    ) -> None:
        self._service = service
        self._stores = frozenset(stores)
        self._present: frozenset[str] = frozenset()
        self._together = True
        self.asked: set[str] = set()

    def image(self, image_id: str) -> image_mod.Image:
        """Return the image, and keep where it is."""
        image = self._service.image(image_id)
        self._present = image.stores
        return image

    def tasks(self, image_id: str) -> tuple[image_mod.Task, ...]:
        """Return the tasks that Glance shows."""
        return self._service.tasks(image_id)

    def stores(self) -> frozenset[str]:
        """Return the names of Glance's stores."""
        return self._service.stores()

    def submit_copy(self, image_id: str, store: str) -> None:
        """Ask for a store, and for the others that are missing."""
        others = self._stores - self._present - {store}
        if not others or not self._together:
            self._service.submit_copy(image_id, store)
            self.asked.add(store)
            return
        # A refusal may be about another store than the one that the copier
        # looks at: that has come in the meantime, or this worker of Glance
        # does not have it. From then on each is asked for alone.
        try:
            self._service.submit_copies(image_id, {store, *others})
        except exception.BadRequest:
            self._together = False
            self.submit_copy(image_id, store)
        except exception.Conflict:
            self._together = False
            raise
        else:
            self.asked |= {store, *others}
