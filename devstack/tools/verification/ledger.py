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

"""What a run has made, and how each thing is removed."""

from __future__ import annotations

from collections.abc import Callable
import threading

Remove = Callable[[], None]


class Ledger:
    """Things, in the order in which they were made. Safe between threads.

    :ivar made: how many there ever were.
    """

    def __init__(self) -> None:
        self.made = 0
        self._turn = threading.Lock()
        self._entries: list[tuple[str, Remove]] = []

    def add(self, thing: str, remove: Remove) -> None:
        """Register a thing on the line after it was made.

        :param thing: for people.
        :param remove: also of use when the thing has gone by itself.
        """
        with self._turn:
            self._entries.append((thing, remove))
            self.made += 1

    def remove(self, thing: str) -> None:
        """Remove one thing before the end; what goes wrong is raised.

        :param thing: as it was registered; it stays so until it has gone.
        """
        with self._turn:
            entry = next(one for one in self._entries if one[0] == thing)
        entry[1]()
        with self._turn:
            self._entries.remove(entry)

    @property
    def things(self) -> list[str]:
        """What was made and not removed yet."""
        with self._turn:
            return [thing for thing, _remove in self._entries]

    def sweep(self, say: Callable[[str], None]) -> list[str]:
        """Remove everything, the newest first; doing it again is no error.

        :param say: takes what is removed.
        :returns: what could not be removed, with the reason.
        """
        left = []
        while self._entries:
            with self._turn:
                thing, remove = self._entries[-1]
            say(f'removing {thing}')
            try:
                remove()
            except Exception as exc:
                # Whatever is wrong with one, the others have to go.
                left.append(f'{thing} ({exc})')
            with self._turn:
                self._entries.remove((thing, remove))
        return left
