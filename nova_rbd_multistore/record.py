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

"""A dictionary of Glance's, read strictly.

What decides anything has the shape of Glance's API or is refused: a list that
was taken for an empty one would have an image copied that is there already.
"""

from __future__ import annotations

from collections.abc import Mapping
import datetime

from nova_rbd_multistore import exception

# Of an id, a status, a format or a name in Glance's database.
LONGEST_WORD = 255

# Glance's database has no larger number.
LARGEST_SIZE = 2 ** 63 - 1


class Record:
    """An object in the JSON of an answer.

    :raises InvalidRecord: when it is none; likewise the methods, when a part
        is of another kind than they return.
    """

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise exception.InvalidRecord(
                'the answer', f'{_kind(value)} in place of an object')
        self._parts = value

    def value(self, part: str) -> object:
        """Return what stands there, None for nothing."""
        return self._parts.get(part)

    def text(self, part: str) -> str | None:
        """Return text of any form; None for '' and for anything else."""
        value = self.value(part)
        return value if isinstance(value, str) and value else None

    def word(self, part: str) -> str | None:
        """Return an id or the like, None for nothing and for ''."""
        value = self._text_or_nothing(part)
        return _word(value, part) if value else None

    def needed_word(self, part: str) -> str:
        """Return an id or the like that has to be there."""
        word = self.word(part)
        if word is None:
            raise exception.InvalidRecord(part, 'missing')
        return word

    def names(self, part: str) -> frozenset[str]:
        """Split a comma-joined list; nothing and '' hold no names."""
        value = self._text_or_nothing(part) or ''
        return frozenset(_word(name, part) for name in map(
            str.strip, value.split(',')) if name)

    def size(self, part: str) -> int | None:
        """Return a number of bytes, None for nothing."""
        value = self.value(part)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise exception.InvalidRecord(
                part, f'{_kind(value)} in place of a number of bytes')
        if not 0 <= value <= LARGEST_SIZE:
            raise exception.InvalidRecord(part, 'out of range')
        return value

    def time(self, part: str) -> datetime.datetime | None:
        """Return a time in UTC, None for anything that is not one.

        Glance writes, for example, 2026-01-31T12:00:00Z.
        """
        try:
            parsed = datetime.datetime.fromisoformat(self.text(part) or '')
            if parsed.tzinfo is None:
                return parsed.replace(tzinfo=datetime.UTC)
            return parsed.astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            return None

    def elements(self, part: str) -> list[object]:
        """Return a list that has to be there."""
        return elements(self.value(part), part)

    def _text_or_nothing(self, part: str) -> str | None:
        value = self.value(part)
        if value is None or isinstance(value, str):
            return value
        raise exception.InvalidRecord(
            part, f'{_kind(value)} in place of text')


def elements(value: object, part: str) -> list[object]:
    """Return a list.

    :raises InvalidRecord: when it is none.
    """
    if not isinstance(value, list):
        raise exception.InvalidRecord(
            part, f'{_kind(value)} in place of a list')
    return value


def _word(value: str, part: str) -> str:
    if len(value) > LONGEST_WORD:
        raise exception.InvalidRecord(
            part, f'{len(value)} characters, more than {LONGEST_WORD}')
    if not value.isprintable():
        raise exception.InvalidRecord(
            part, 'a character that cannot be printed')
    return value


def _kind(value: object) -> str:
    """Name what JSON calls a value."""
    if value is None:
        return 'null'
    if isinstance(value, str):
        return 'text'
    if isinstance(value, bool):
        return 'a boolean'
    if isinstance(value, int | float):
        return 'a number'
    return 'a list' if isinstance(value, list) else 'an object'
