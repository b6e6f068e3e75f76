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

"""Values that people read in another form than programs."""

from __future__ import annotations

import datetime
import textwrap

from cliff import columns

from nova_rbd_multistore import exception

FORMATTABLE = columns.FormattableColumn

# Characters, so that a table stays readable where its width is not limited.
_LINE = 60

_UNITS = ('bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB')


class Size(columns.FormattableColumn[int | None]):
    """Bytes, None where they are not known."""

    def human_readable(self) -> str:
        """Return them with the largest unit that leaves at least one."""
        if self._value is None:
            return ''
        size, unit = float(self._value), _UNITS[0]
        for unit in _UNITS:
            if size < 1024 or unit == _UNITS[-1]:
                break
            size /= 1024
        shown = f'{size:.4g} {unit}'
        return shown if unit == _UNITS[0] else f'{shown} ({self._value})'


class Optional(columns.FormattableColumn[object]):
    """Anything, where None is shown to people as nothing."""

    def human_readable(self) -> str:
        """Return it as a string."""
        # Names are anybody's, and a terminal obeys what is in them.
        return '' if self._value is None else exception.in_one_line(
            str(self._value), longest=2000)


class Sentences(Optional):
    """Words of any length, in lines where people read them."""

    def human_readable(self) -> str:
        """Return them in lines."""
        return textwrap.fill(super().human_readable(), _LINE)


def time(at: datetime.datetime | None) -> Optional:
    """Return a time in UTC, in the form of Glance's API."""
    return Optional(f'{at:%Y-%m-%dT%H:%M:%SZ}' if at else None)
