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

"""Whose images a boot may use, by the credential and by what Glance shows.

It is what :mod:`tests.functional.test_matrix` asserts on real services, and
the table in the documentation, which is written by::

    python -m tests.functional.matrix
"""

from __future__ import annotations

import enum
import pathlib
from typing import NamedTuple

DOCUMENT = pathlib.Path(__file__).parents[2].joinpath(
    'doc', 'source', 'admin', 'security-matrix.inc')

_HEAD = """\
..
   Made by "python -m tests.functional.matrix" of what the tests assert.

"""


class Outcome(enum.Enum):
    """What becomes of a boot, in the words of the documentation."""

    COPIED = 'copied, and cloned'
    CLONED = 'cloned'
    NOT_FOUND = 'refused: no such image'
    HIDDEN = 'refused, naming ``fetch_image_location``'
    FORBIDDEN = 'refused, naming ``copy_image``'


class Image(NamedTuple):
    """A row.

    :ivar title: whose the image is, for the tenant who boots.
    :ivar visible: whether Glance gives it to the tenant.
    """

    title: str
    visible: bool


PUBLIC = Image('public', True)
COMMUNITY = Image("another project's, community", True)
PRIVATE_OWN = Image("the tenant's own, private", True)
PRIVATE_OTHER = Image("another project's, private", False)
SHARED_ACCEPTED = Image("another project's, shared with the tenant's, "
                        'accepted', True)
SHARED_PENDING = Image("another project's, shared with the tenant's, "
                       'pending', True)
SHARED_OTHERS = Image("another project's, not shared with the tenant's",
                      False)
IMAGES = (PUBLIC, COMMUNITY, PRIVATE_OWN, PRIVATE_OTHER, SHARED_ACCEPTED,
          SHARED_PENDING, SHARED_OTHERS)


class Column(NamedTuple):
    """The conditions of a boot.

    :ivar service: whether there is a service credential.
    :ivar shown: whether Glance shows locations to tenants.
    :ivar local: whether the compute's store has the image already.
    """

    service: bool
    shown: bool
    local: bool


_VISIBLE = {
    Column(service=True, shown=False, local=False): Outcome.COPIED,
    Column(service=True, shown=False, local=True): Outcome.CLONED,
    Column(service=True, shown=True, local=False): Outcome.COPIED,
    Column(service=True, shown=True, local=True): Outcome.CLONED,
    Column(service=False, shown=False, local=False): Outcome.HIDDEN,
    Column(service=False, shown=False, local=True): Outcome.HIDDEN,
    Column(service=False, shown=True, local=False): Outcome.FORBIDDEN,
    Column(service=False, shown=True, local=True): Outcome.CLONED,
}


def expected(image: Image, column: Column) -> Outcome:
    """Return what is documented."""
    return _VISIBLE[column] if image.visible else Outcome.NOT_FOUND


def render() -> str:
    """Return the tables, one for each credential."""
    return _HEAD + '\n'.join(
        _table(service) for service in (True, False))


def _table(service: bool) -> str:
    title = ('With a service credential' if service
             else "With the tenant's token alone")
    columns = [Column(service, shown, local)
               for shown in (False, True) for local in (False, True)]
    rows = [['The image is', *map(_heading, columns)]]
    rows += [[image.title, *(expected(image, column).value
                             for column in columns)] for image in IMAGES]
    return (f'.. list-table:: {title}\n   :header-rows: 1\n'
            f'   :widths: 28 18 18 18 18\n\n' + ''.join(
                f'   {"  -" if index else "* -"} {cell}\n'
                for row in rows for index, cell in enumerate(row)))


def _heading(column: Column) -> str:
    return (f'Locations {"shown" if column.shown else "hidden"}, '
            f'{"in the local store" if column.local else "elsewhere only"}')


if __name__ == '__main__':
    DOCUMENT.write_text(render())
