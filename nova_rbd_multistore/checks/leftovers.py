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

"""Images of checks that did not come to their end."""

from __future__ import annotations

from collections.abc import Iterator

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.glance import imports


def listed(service: imports.Imports) -> tuple[image_mod.Image, ...]:
    """Return the images that earlier checks have left.

    :raises GlanceError: when Glance does not tell.
    """
    return service.tagged(bench_mod.TAG)


def removed(
    service: imports.Imports, images: tuple[image_mod.Image, ...],
) -> Iterator[row.Row]:
    """Remove images, and yield what became of each."""
    for image in images:
        try:
            service.delete(image.id)
        except exception.NotFound:
            continue
        except exception.GlanceError as exc:
            yield finding.NOT_REMOVED.found(
                row.LEFT_OVERS, image=image.id, reason=str(exc),
                workers='the worker that has its staged data')
        else:
            yield row.Row(row.LEFT_OVERS, (), row.Verdict.OK,
                          f'removed image {image.id}',
                          facts={'image': image.id})


def reported(images: tuple[image_mod.Image, ...]) -> Iterator[row.Row]:
    """Yield a row for each image that is left."""
    for image in images:
        created = (image.created_at.isoformat() if image.created_at
                   else 'a time that Glance does not tell')
        yield finding.LEFT_OVER.found(
            row.LEFT_OVERS, image=image.id, created=created,
            status=image.status)
