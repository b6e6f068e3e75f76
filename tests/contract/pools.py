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

"""The RBD images in the pools of the lab's stores."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib

from lab import ceph
from lab import cloud

_HIDDEN = '.hidden'
# Counts when an image is opened.
_LIMIT = 'rbd_qos_bps_limit'


class Pools:
    """The pools with images, one for each store."""

    def __init__(self, lab: cloud.Lab) -> None:
        self._sites: dict[str, ceph.Cluster] = lab.sites

    def has(self, store: str, image_id: str) -> bool:
        """Tell whether there is an RBD image of the image's name."""
        site = self._sites[store]
        return image_id in site.images(site.site.images_pool)

    def create(self, store: str, image_id: str) -> None:
        """Make an RBD image that Glance does not know."""
        site = self._sites[store]
        site.create_image(site.site.images_pool, image_id, 1)

    def remove(self, store: str, image_id: str) -> None:
        """Remove an RBD image with its snapshots."""
        site = self._sites[store]
        site.remove_image(site.site.images_pool, image_id)

    def hide(self, store: str, image_id: str) -> None:
        """Give the RBD image another name."""
        self._rename(store, image_id, image_id + _HIDDEN)

    def show(self, store: str, image_id: str) -> None:
        """Give it its own name again."""
        self._rename(store, image_id + _HIDDEN, image_id)

    @contextlib.contextmanager
    def paused(self, store: str) -> Iterator[None]:
        """Enter a time in which all reads and writes of a store hang."""
        site = self._sites[store]
        site.run('ceph', 'osd', 'pause')
        try:
            yield
        finally:
            site.run('ceph', 'osd', 'unpause')

    @contextlib.contextmanager
    def slow_image(
        self, store: str, image_id: str, rate: int,
    ) -> Iterator[None]:
        """Enter a time in which an image is read slowly, as over a thin link.

        :param rate: bytes per second.
        """
        site = self._sites[store]
        image = f'{site.site.images_pool}/{image_id}'
        site.run('rbd', 'config', 'image', 'set', image, _LIMIT, str(rate))
        try:
            yield
        finally:
            # The image may be gone, and its limit with it.
            if self.has(store, image_id):
                site.run('rbd', 'config', 'image', 'remove', image, _LIMIT)

    @contextlib.contextmanager
    def slow_store(self, store: str, rate: int) -> Iterator[None]:
        """Enter a time in which each image of a store is written slowly.

        :param rate: bytes per second.
        """
        site = self._sites[store]
        pool = site.site.images_pool
        site.run('rbd', 'config', 'pool', 'set', pool, _LIMIT, str(rate))
        try:
            yield
        finally:
            site.run('rbd', 'config', 'pool', 'remove', pool, _LIMIT)

    def sweep(self, image_id: str) -> None:
        """Remove what is left of an image in any store."""
        for store, site in self._sites.items():
            left = {image_id, image_id + _HIDDEN}
            for name in left.intersection(
                    site.images(site.site.images_pool)):
                self.remove(store, name)

    def _rename(self, store: str, old: str, new: str) -> None:
        site = self._sites[store]
        pool = site.site.images_pool
        site.run('rbd', 'mv', f'{pool}/{old}', f'{pool}/{new}')
