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

"""Glance, and images that are made there for a check."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
import contextlib
import dataclasses
import pathlib

from devstack.tools.verification import check
from devstack.tools.verification import ledger as ledger_mod
from devstack.tools.verification import waiting
from devstack.tools.verification.judging import copying
from devstack.tools.verification.judging import stores
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import material as material_mod
from nova_rbd_multistore.glance import imports

# Seconds to get rid of an image: an import that runs has to end, and Glance
# has to notice that clones have gone.
_REMOVAL = 120.0


class Images(imports.Imports):
    """Glance, with what an administrator may see of it."""

    def copies(self, image_id: str) -> tuple[copying.Task, ...]:
        """Return the tasks of an image, with the methods of imports."""
        return self._get(f'show tasks of image {image_id}',
                         f'/v2/images/{image_id}/tasks',
                         copying.tasks_from_glance)

    def all_stores(self) -> tuple[stores.Store, ...]:
        """Return the stores, with what only administrators see of them."""
        return self._get('list stores with details', '/v2/info/stores/detail',
                         stores.stores_from_glance)

    def send(self, method: str, image_id: str, request_id: str) -> str | None:
        """Import what is staged of an image (POST), or delete it (DELETE).

        Unlike the methods for that, the id of the request is known also when
        it fails.

        :param request_id: to send, by which journals can be searched.
        :returns: the id in the answer, None for none.
        """
        path = f'/v2/images/{image_id}'
        if method == 'POST':
            response, _body = self._change(
                'post', f'import image {image_id}', f'{path}/import', 202,
                global_request_id=request_id,
                data={'method': {'name': 'glance-direct'}})
        else:
            response, _body = self._change(
                'delete', f'delete image {image_id}', path, 204,
                global_request_id=request_id)
        answered: str | None = response.headers.get('x-openstack-request-id')
        return answered

    def found(self, named: str) -> image_mod.Image | None:
        """Return an image by its id or its name, None for none."""
        with contextlib.suppress(exception.NotFound):
            return self.image(named)
        called = self._images(f'look for image {named}', {'name': named})
        return called[0] if called else None

    def public(self) -> tuple[image_mod.Image, ...]:
        """Return the images that everybody may boot."""
        return self._images('list public images', {
            'visibility': 'public', 'status': image_mod.ACTIVE})

    def download(self, image_id: str, path: pathlib.Path) -> None:
        """Write the data of an image to a file.

        https://docs.openstack.org/api-ref/image/v2/#download-binary-image-data
        """
        _response, chunks = self._request(
            'get', f'download image {image_id}',
            f'/v2/images/{image_id}/file')
        with path.open('wb') as data:
            data.writelines(chunks)


def service(
    access: glance.Access, url: str | None = None,
    request_id: str | None = None,
) -> Images:
    """Return Glance.

    :param url: of a worker, None for what the catalog names.
    :param request_id: of all requests, None for one of its own each.
    """
    adapter = dict(access.adapter)
    if request_id is not None:
        adapter['global_request_id'] = request_id
    return Images(glance.Access(
        access.session, access.auth,
        access.endpoints if url is None else (url,), adapter))


@dataclasses.dataclass(frozen=True)
class Workshop:
    """Makes images, and has each removed at the end.

    :ivar prefix: of names, and a tag; tells the run.
    :ivar timeout: seconds for an import.
    :ivar say: takes what is waited for.
    """

    prefix: str
    timeout: float
    clock: timing.Clock
    ledger: ledger_mod.Ledger
    say: Callable[[str], None]

    def stage(
        self, at: Images, name: str, material: material_mod.Material,
    ) -> str:
        """Make an image, stage its data and return its id."""
        full = f'{self.prefix}-{name}'
        image_id = at.create(full, material.disk_format, [self.prefix])
        self.ledger.add(f'image {image_id}', lambda: self.remove(at, image_id))
        with material.open(full) as data:
            at.stage(image_id, data)
        return image_id

    def upload(
        self, at: Images, name: str, material: material_mod.Material,
        into: Collection[str] = (),
    ) -> image_mod.Image:
        """Make an image by create, stage and import; return it when active.

        :param into: names of stores, none for the default store.
        """
        image_id = self.stage(at, name, material)
        at.import_staged(image_id, into)
        return self.imported(at, image_id)

    def imported(self, at: Images, image_id: str) -> image_mod.Image:
        """Return an image when its import has ended well.

        :raises Failed: when it does not.
        """
        def look() -> tuple[image_mod.Image | None, str]:
            image = at.image(image_id)
            if image.active and image.lock is None:
                return image, ''
            if image.lock is None:
                raise check.Failed(
                    f'the import of image {image_id} has ended, and the '
                    f'image is {image.status}',
                    'Look for its id in the journals of devstack@g-api and '
                    'devstack@g-api-r.')
            return None, image.status

        return waiting.until(look, f'the import of image {image_id}',
                             self.timeout, self.clock, self.say)

    def remove(self, at: Images, image_id: str) -> None:
        """Delete an image, through the worker that may have staged data.

        :raises Failed: when it is still there after a while.
        """
        def look() -> tuple[bool | None, str]:
            try:
                image = at.image(image_id)
                if image.lock is not None:
                    # What is written after its end would stay in the store.
                    return None, f'{image.status}, an import holds it'
                at.delete(image_id)
            except exception.NotFound:
                return True, ''
            except exception.Conflict as exc:
                return None, exc.answer
            return True, ''

        waiting.until(look, f'the end of image {image_id}', _REMOVAL,
                      self.clock, self.say)


def refused(request: Callable[[], object]) -> str:
    """Return what Glance answers to a request that it has to refuse by 403.

    :raises Failed: when it does anything else.
    """
    try:
        request()
    except exception.Forbidden as exc:
        return exc.answer
    except exception.GlanceError as exc:
        raise check.Failed(f'{exc}, where 403 was expected') from exc
    raise check.Failed('Glance has not refused it')
