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

"""Glance, as those see it who place images in its stores."""

from __future__ import annotations

from collections.abc import Collection
import uuid

from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.placing import importtask


class NoSuchImage(exception.MultistoreError):
    """Nothing that this credential sees has that id or name."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f'Glance shows this credential no image with the id or the name '
            f'{wanted!r}.')


class AmbiguousName(exception.MultistoreError):
    """Several images have the name.

    :param ids: of all of them.
    """

    def __init__(self, name: str, ids: Collection[str]) -> None:
        super().__init__(
            f'{len(ids)} images have the name {name!r}; give one of their '
            f'ids: {", ".join(sorted(ids))}.')


class Images(glance.Glance):
    """The image service, which also finds images by name."""

    def find(self, wanted: str) -> image_mod.Image:
        """Return the image with an id or, if it is none, with a name.

        :raises NoSuchImage: when there is none.
        :raises AmbiguousName: when there are several of that name.
        """
        if _is_id(wanted):
            try:
                return self.image(wanted)
            except exception.NotFound as exc:
                raise NoSuchImage(wanted) from exc
        named = self.named(wanted)
        if not named:
            raise NoSuchImage(wanted)
        if len(named) > 1:
            raise AmbiguousName(wanted, [image.id for image in named])
        return named[0]

    def named(self, name: str) -> tuple[image_mod.Image, ...]:
        """Return the images of a name, hidden ones only if no other has it.

        https://docs.openstack.org/api-ref/image/v2/#list-images
        """
        for hidden in ('false', 'true'):
            found = self._images(f'list images of the name {name}', {
                # With the operator, because names have colons too.
                'name': f'eq:{name}', 'visibility': 'all',
                'os_hidden': hidden})
            # MySQL does not tell capitals from small letters.
            exact = tuple(image for image in found if image.name == name)
            if exact:
                return exact
        return ()

    def imports(self, image_id: str) -> tuple[importtask.ImportTask, ...]:
        """Return the imports that Glance shows to this credential.

        https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image
        """
        return self._get(f'show tasks of image {image_id}',
                         f'/v2/images/{image_id}/tasks',
                         importtask.imports_from_glance)

    def submit_copies(self, image_id: str, stores: Collection[str]) -> None:
        """Ask Glance to copy an image into stores, by one import.

        That one of them cannot be written does no harm to the others.
        https://docs.openstack.org/api-ref/image/v2/#import-an-image
        """
        names = sorted(stores)
        self._change(
            'post', f'copy image {image_id} to stores {", ".join(names)}',
            f'/v2/images/{image_id}/import', status=202, data={
                'method': {'name': 'copy-image'}, 'stores': names,
                'all_stores_must_succeed': False})


def _is_id(wanted: str) -> bool:
    try:
        return str(uuid.UUID(wanted)) == wanted.lower()
    except ValueError:
        return False
