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

"""Listed locations of an image that cannot be used, and what to do then."""

from __future__ import annotations

import dataclasses
import shlex

from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Flaw:
    """Why a location is passed over.

    :ivar store: of the location, None when Glance does not say.
    :ivar words: a sentence without its full stop.
    :ivar remedy: what an operator does about it, one sentence or more.
    :ivar foreign: whether it never was a copy of the image.
    """

    store: str | None
    words: str
    remedy: str
    foreign: bool = False


class Flaws:
    """What is wrong with the locations of an image, for one request.

    :param image_id: the image.

    :ivar hidden: why there may be more of them, None when all were seen.
    """

    def __init__(self, image_id: str) -> None:
        self.hidden: exception.LocationsHidden | None = None
        self._image_id = image_id
        self._found: dict[Flaw, None] = {}
        self._told = 0

    def missing(
        self, what: str, snapshot: image_mod.RbdSnapshot, store: str | None,
    ) -> None:
        """Note that what Glance lists is not there.

        :param what: is not there, ``pool`` or ``snapshot``.
        """
        # Glance refuses to do it while the snapshot has clones, and what is
        # not there it takes for deleted, but for a pool.
        forget = shlex.join((
            'glance', 'stores-delete', '--store', store or 'STORE',
            self._image_id))
        first = 'Create the pool, then have' if what == 'pool' else 'Have'
        self._add(store, f'there is no such {what}: {_named(snapshot)}',
                  f'{first} Glance forget this copy, and the next boot has it '
                  f'made again: {forget}')

    def unprotected(
        self, snapshot: image_mod.RbdSnapshot, store: str | None,
    ) -> None:
        """Note that a snapshot is there, and cannot be cloned."""
        protect = shlex.join(('rbd', 'snap', 'protect', str(snapshot)))
        self._add(store, f'the snapshot is not protected, so it cannot be '
                         f'cloned: {_named(snapshot)}',
                  f'Protect it: {protect}')

    def unreadable(
        self, snapshot: image_mod.RbdSnapshot, store: str | None,
        user: str | None,
    ) -> None:
        """Note that the Ceph user of this compute may not read a snapshot."""
        self._add(store, f'client {user} may not read {_named(snapshot)}',
                  'Check its capabilities.')

    def broken(
        self, snapshot: image_mod.RbdSnapshot, store: str | None, why: str,
    ) -> None:
        """Note that librbd cannot open what is there."""
        look = shlex.join(('rbd', 'info', str(snapshot)))
        self._add(store, f'{_named(snapshot)} cannot be opened '
                         f'({exception.in_one_line(why)})',
                  f'Look at it: {look}')

    def refused(
        self, exc: exception.InvalidLocation, store: str | None,
    ) -> None:
        """Note a location that is no snapshot, or not one of the image."""
        self._add(store, str(exc),
                  'Find out who registered it. Do not just remove it: Glance '
                  'deletes the data at a location that it removes.',
                  foreign=True)

    def warn(self) -> None:
        """Tell the operator of what was noted since the last time."""
        found = list(self._found)[self._told:]
        self._told = len(self._found)
        if found:
            worst = _worst(found)
            LOG.warning('Passing over %(count)d of the locations of image '
                        '%(image)s. The first: %(words)s. %(remedy)s',
                        {'count': len(found), 'image': self._image_id,
                         'words': worst.words, 'remedy': worst.remedy})

    def explain(self, store: str) -> exception.CopyUnusable | None:
        """Say why the copy in a store is of no use.

        :returns: None when nothing is known against it.
        """
        ours = [flaw for flaw in self._found if flaw.store in {None, store}]
        if not ours:
            return None
        flaw = _worst(ours)
        return exception.CopyUnusable(
            self._image_id, store,
            f'Glance lists it there already, but {flaw.words}. '
            f'{flaw.remedy}')

    def _add(
        self, store: str | None, words: str, remedy: str,
        foreign: bool = False,
    ) -> None:
        self._found[Flaw(store, words, remedy, foreign)] = None


def _worst(found: list[Flaw]) -> Flaw:
    """Return the first one of a copy, else the first one."""
    return min(found, key=lambda flaw: flaw.foreign)


def _named(snapshot: image_mod.RbdSnapshot) -> str:
    return f'{snapshot} in cluster {snapshot.fsid}'
