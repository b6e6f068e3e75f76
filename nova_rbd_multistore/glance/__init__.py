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

"""Talk to Glance. Nothing else in the package speaks HTTP to it."""

from __future__ import annotations

from collections.abc import Mapping
import functools
import urllib.parse

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import record as record_mod
from nova_rbd_multistore import store as store_mod
from nova_rbd_multistore import version as version_mod
from nova_rbd_multistore.glance import client

# What a caller needs besides the image service itself.
Access = client.Access

_ACCEPTED = 202

# Of a list that Glance gives in pages; each has 25 images by default.
_MOST_PAGES = 1000

# That of GET /v2/images/{id}/locations.
_LOCATIONS_SINCE: version_mod.Version = (2, 17)

# Endpoints that are known to have it. The others are asked again, because
# they may be upgraded while this process lives.
_WITH_LOCATIONS: set[frozenset[str]] = set()


class Glance(client.Client):
    """The image service, as computes use it, seen with one credential."""

    def image(self, image_id: str) -> image_mod.Image:
        """Return the image.

        https://docs.openstack.org/api-ref/image/v2/#show-image
        """
        return self._get(f'show image {image_id}',
                         f'/v2/images/{image_id}',
                         functools.partial(_parse_image, image_id))

    def tasks(self, image_id: str) -> tuple[image_mod.Task, ...]:
        """Return those of the image's tasks that the credential may see.

        https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image
        """
        return self._get(f'show tasks of image {image_id}',
                         f'/v2/images/{image_id}/tasks',
                         image_mod.tasks_from_glance)

    def locations(self, image_id: str) -> tuple[image_mod.Location, ...]:
        """Return the image's locations, also where image records hide them.

        Needs the role ``service`` or ``admin``.
        https://docs.openstack.org/api-ref/image/v2/#get-locations

        :raises TooOld: when this Glance cannot do it.
        """
        what = f'show locations of image {image_id}'
        try:
            return self._get(what, f'/v2/images/{image_id}/locations',
                             image_mod.locations_from_glance)
        except exception.NotFound:
            # Which is what an older Glance answers, too.
            self._check_locations(what)
            raise

    def stores(self) -> frozenset[str]:
        """Return the names of the stores that Glance has.

        None without ``enabled_backends`` in its configuration.
        https://docs.openstack.org/api-ref/image/v2/#list-stores
        """
        try:
            return self._get('list stores', '/v2/info/stores',
                             image_mod.stores_from_glance)
        except exception.NotFound:
            return frozenset()

    def rbd_pools(self) -> dict[str, store_mod.RbdPool]:
        """Return where Glance's RBD stores have their images, by store.

        Needs the role ``service`` or ``admin``.
        https://docs.openstack.org/api-ref/image/v2/#list-stores-detail
        """
        return self._get('list stores with details', '/v2/info/stores/detail',
                         store_mod.rbd_pools_from_glance)

    def submit_copy(self, image_id: str, store: str) -> None:
        """Ask Glance to copy the image into the store.

        Returns when Glance has accepted that, not when it is done.
        https://docs.openstack.org/api-ref/image/v2/#import-an-image
        """
        self._change(
            'post', f'copy image {image_id} to store {store}',
            f'/v2/images/{image_id}/import', status=_ACCEPTED,
            data={'method': {'name': 'copy-image'}, 'stores': [store]})

    def newest_version(self) -> version_mod.Version | None:
        """Return the newest version of the API that is offered.

        https://docs.openstack.org/api-ref/image/versions/
        """
        return self._get('list versions', '/versions',
                         version_mod.newest_from_glance)

    def _images(
        self, what: str, filters: Mapping[str, str],
    ) -> tuple[image_mod.Image, ...]:
        """Return all images that the filters let pass, page by page.

        https://docs.openstack.org/api-ref/image/v2/#list-images
        """
        found: list[image_mod.Image] = []
        path = f'/v2/images?{urllib.parse.urlencode(filters)}'
        for _page in range(_MOST_PAGES):
            images, following = self._get(what, path, _page_from_glance)
            found += images
            if following is None:
                return tuple(found)
            path = following
        raise exception.GlanceUnavailable(
            what, f'no end after {_MOST_PAGES} pages')

    def _check_locations(self, what: str) -> None:
        if self._endpoints in _WITH_LOCATIONS:
            return
        newest = self.newest_version()
        if newest is not None and newest < _LOCATIONS_SINCE:
            raise exception.TooOld(what, newest, _LOCATIONS_SINCE)
        _WITH_LOCATIONS.add(self._endpoints)


def _parse_image(image_id: str, body: object) -> image_mod.Image:
    image = image_mod.Image.from_glance(body)
    # MySQL finds an id in capitals too, and shows it as it was created.
    if image.id.lower() != image_id.lower():
        raise exception.InvalidRecord(
            'id', f'{image.id} in place of the one asked for')
    return image


def _page_from_glance(
    body: object,
) -> tuple[list[image_mod.Image], str | None]:
    page = record_mod.Record(body)
    images = [image_mod.Image.from_glance(image)
              for image in page.elements('images')]
    following = page.value('next')
    if following is None:
        return images, None
    if (not images or not isinstance(following, str)
            or not following.startswith('/v2/images?')):
        raise exception.InvalidRecord('next', 'not a page of images')
    return images, following
