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

"""Whether a disk is a clone of an image in the cluster of its compute."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses

from devstack.tools.verification import check
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod


@dataclasses.dataclass(frozen=True)
class Parent:
    """What an RBD image is a clone of."""

    pool: str
    image: str
    snapshot: str

    def __str__(self) -> str:
        return f'{self.pool}/{self.image}@{self.snapshot}'


def local(
    locations: Iterable[image_mod.Location], store: str, fsid: str,
) -> image_mod.RbdSnapshot:
    """Return where a store has an image, as Glance says it.

    :param fsid: of the compute's cluster.
    :raises Failed: when that is nowhere, or in another cluster.
    """
    named = [one for one in locations if one.store == store]
    if not named:
        raise check.Failed(f'Glance has no location of the image in {store}')
    try:
        found = image_mod.RbdSnapshot.parse(named[0].url)
    except exception.InvalidLocation as exc:
        raise check.Failed(str(exc)) from exc
    if found.fsid != fsid:
        raise check.Failed(
            f'the location in {store} is in cluster {found.fsid}, and the '
            f'compute uses {fsid}')
    return found


def clone(
    disk: str, parent: Parent | None, expected: image_mod.RbdSnapshot,
) -> str:
    """Return of what a disk is a clone.

    :param parent: None for none.
    :raises Failed: when it is flat, or a clone of something else.
    """
    if parent is None:
        raise check.Failed(
            f'{disk} is flat, not a clone of {expected}',
            'The image was downloaded and uploaded. Look for the server in '
            'the journal of devstack@n-cpu.')
    if str(parent) != str(expected):
        raise check.Failed(
            f'{disk} is a clone of {parent}, not of {expected}')
    return str(parent)
