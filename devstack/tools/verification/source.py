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

"""The image that is booted: a file, or one that Glance has."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import os
import pathlib
import subprocess
import tempfile

from devstack.tools.verification import check
from devstack.tools.verification import images
from nova_rbd_multistore import glance
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.checks import material

_FORMATS = (material.RAW, material.QCOW2)

# Seconds.
_CONVERSION = 600.0


def of_devstack(environment: dict[str, str]) -> pathlib.Path | None:
    """Return the qcow2 image that DevStack has downloaded, None for none."""
    top = environment.get('TOP_DIR') or os.path.join(
        environment.get('DEST', '/opt/stack'), 'devstack')
    files = pathlib.Path(top) / 'files'
    for path in sorted(files.glob('*.img')) + sorted(files.glob('*.qcow2')):
        if material.ImageFile(path).disk_format == material.QCOW2:
            return path
    return None


def smallest(images: Iterable[image_mod.Image]) -> str:
    """Return the id of the smallest of some images.

    :raises NotUsable: when there is none.
    """
    usable = [image for image in images
              if image.disk_format in _FORMATS and image.size]
    if not usable:
        raise check.NotUsable(
            'DevStack has no qcow2 image among its files and no public image '
            'in Glance; name one with --image-file or --image')
    return min(usable, key=lambda image: (image.size or 0, image.id)).id


def qcow2(path: pathlib.Path) -> material.ImageFile:
    """Return a file as material.

    :raises NotUsable: when it cannot be read or is no qcow2 image.
    """
    try:
        found = material.ImageFile(path)
    except OSError as exc:
        raise check.NotUsable(
            f'{path} cannot be read: {exc.strerror}') from exc
    if found.disk_format != material.QCOW2:
        raise check.NotUsable(
            f'{path} is no qcow2 image, so no conversion could be seen')
    return found


@contextlib.contextmanager
def downloaded(
    access: glance.Access, named: str | None,
) -> Iterator[pathlib.Path]:
    """Give an image of Glance as a qcow2 file.

    :param named: id or name, None for the smallest public one.
    :raises NotUsable: when there is no such image, or it has another format.
    """
    service = images.service(access)
    if named is None:
        named = smallest(service.public())
    image = service.found(named)
    if image is None or image.disk_format not in _FORMATS:
        raise check.NotUsable(f'Glance has no raw or qcow2 image {named}')
    with tempfile.TemporaryDirectory(dir='/var/tmp') as scratch:
        path = pathlib.Path(scratch) / 'image'
        service.download(image.id, path)
        if image.disk_format == material.QCOW2:
            yield path
            return
        made = path.with_suffix('.qcow2')
        done = subprocess.run(
            ['qemu-img', 'convert', '-f', image.disk_format, '-O', 'qcow2',
             str(path), str(made)], capture_output=True, text=True,
            timeout=_CONVERSION, check=False)
        if done.returncode:
            raise check.NotUsable(
                f'image {named} cannot be made qcow2: {done.stderr.strip()}')
        yield made
