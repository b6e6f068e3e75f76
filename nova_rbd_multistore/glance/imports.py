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

"""The requests of an import of data that are staged first.

https://docs.openstack.org/glance/latest/admin/interoperable-image-import.html
"""

from __future__ import annotations

from collections.abc import Collection
import dataclasses
import hashlib
from typing import IO
from typing import Any
import uuid

import requests

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import info

_REQUEST_ID = 'x-openstack-request-id'

_DATA = 'application/octet-stream'

# glanceclient sends a MiB in a piece, and uwsgi takes no larger piece than a
# MiB with its frame (chunked-input-limit) unless it is told otherwise. A load
# balancer makes pieces of its own, so only a worker's own URL shows it.
_PIECE = 256 * 1024

# Glance hides this property and finds images by it.
_STAGE_HOST = 'os_glance_stage_host'


@dataclasses.dataclass(frozen=True)
class Receipt:
    """Who has carried out a request.

    A worker that handles it keeps the id that the client has sent. One that
    forwards it, to the worker that has the staged data, gives that worker's
    id (``_proxy_request_to_host`` in Glance).

    :ivar sent: id of the request, as we gave it.
    :ivar answered: id in the answer, None when there is none.
    """

    sent: str
    answered: str | None

    @property
    def forwarded(self) -> bool | None:
        """Whether another worker did it, None when nobody can tell."""
        return None if self.answered is None else self.answered != self.sent


@dataclasses.dataclass(frozen=True)
class Digest:
    """Of data that were read.

    :ivar size: bytes.
    :ivar value: hexadecimal.
    """

    size: int
    value: str


class _Pieces:
    """Data that can only be read in small pieces."""

    def __init__(self, data: IO[bytes]) -> None:
        self._data = data

    def read(self, size: int) -> bytes:
        return self._data.read(min(size, _PIECE))


class Imports(glance.Glance):
    """The image service, as those see it who upload images."""

    # A worker waits 60 seconds for the one to which it forwards a request.
    TIMEOUT = 90.0

    def create(
        self, name: str, disk_format: str, tags: Collection[str] = (),
    ) -> str:
        """Create an image without data and return its id.

        https://docs.openstack.org/api-ref/image/v2/#create-image
        """
        what = f'create image {name}'
        _response, body = self._change(
            'post', what, '/v2/images', status=201, data={
                'name': name, 'disk_format': disk_format,
                'container_format': 'bare', 'visibility': 'private',
                'tags': sorted(tags)})
        try:
            return image_mod.Image.from_glance(body).id
        except exception.InvalidRecord as exc:
            raise exception.GlanceUnavailable(what, str(exc)) from exc

    def stage(self, image_id: str, data: IO[bytes]) -> None:
        """Upload the data of an image to where they wait for an import.

        https://docs.openstack.org/api-ref/image/v2/#stage-binary-image-data
        """
        self._change(
            'put', f'stage data of image {image_id}',
            f'/v2/images/{image_id}/stage', status=204, data=_Pieces(data),
            headers={'Content-Type': _DATA},
            # With a new token keystoneauth would send what is left of the
            # data, that is nothing, and Glance would take it.
            allow_reauth=False)

    def import_staged(
        self, image_id: str, stores: Collection[str] = (),
    ) -> Receipt:
        """Ask for the import of staged data.

        Returns when Glance has accepted that, not when it is done.
        https://docs.openstack.org/api-ref/image/v2/#import-an-image

        :param stores: names; none is the default store.
        """
        body: dict[str, object] = {'method': {'name': 'glance-direct'}}
        if stores:
            body['stores'] = sorted(stores)
        return self._traced('post', f'import image {image_id}',
                            f'/v2/images/{image_id}/import', 202, data=body)

    def delete(self, image_id: str) -> Receipt:
        """Delete an image, with what is staged of it.

        https://docs.openstack.org/api-ref/image/v2/#delete-image
        """
        return self._traced('delete', f'delete image {image_id}',
                            f'/v2/images/{image_id}', 204)

    def staged_at(self, url: str) -> tuple[image_mod.Image, ...]:
        """Return the images whose data are staged at a worker.

        :param url: the worker's, exactly as it calls itself.
        """
        return self._images(f'list images staged at {url}',
                          {'status': 'uploading', _STAGE_HOST: url})

    def tagged(self, tag: str) -> tuple[image_mod.Image, ...]:
        """Return the images with a tag."""
        return self._images(f'list images with tag {tag}', {'tag': tag})

    def digest(self, image_id: str, algorithm: str) -> Digest:
        """Read the data of an image.

        https://docs.openstack.org/api-ref/image/v2/#download-binary-image-data

        :param algorithm: of hashlib's.
        """
        what = f'download image {image_id}'
        response, chunks = self._request(
            'get', what, f'/v2/images/{image_id}/file')
        if (response.status_code != 200
                or response.headers.get('Content-Type') != _DATA):
            raise exception.GlanceUnavailable(
                what, f'HTTP {response.status_code} without data')
        counted, size = hashlib.new(algorithm), 0
        try:
            for chunk in chunks:
                counted.update(chunk)
                size += len(chunk)
        except requests.RequestException as exc:
            raise exception.GlanceUnavailable(what, str(exc)) from exc
        return Digest(size, counted.hexdigest())

    def methods(self) -> frozenset[str]:
        """Return the import methods that are enabled.

        https://docs.openstack.org/api-ref/image/v2/#import-methods-and-values-discovery
        """
        return self._get('list import methods', '/v2/info/import',
                         info.methods_from_glance)

    def default_store(self) -> str | None:
        """Return the name of the default store.

        None without ``enabled_backends`` in Glance's configuration.
        """
        try:
            return self._get('show the default store', '/v2/info/stores',
                             info.default_store_from_glance)
        except exception.NotFound:
            return None

    def usage(self) -> dict[str, info.Usage]:
        """Return what the project has used of its quotas, by quota.

        https://docs.openstack.org/api-ref/image/v2/#quota-usage
        """
        try:
            return self._get('show quotas', '/v2/info/usage',
                             info.usage_from_glance)
        except exception.NotFound:
            return {}

    def _traced(
        self, method: str, what: str, url: str, status: int, **body: Any,
    ) -> Receipt:
        sent = f'req-{uuid.uuid4()}'
        # Not among the headers: an id that the adapter has for all requests
        # would win.
        response, _answer = self._change(
            method, what, url, status, global_request_id=sent, **body)
        return Receipt(sent, response.headers.get(_REQUEST_ID))
