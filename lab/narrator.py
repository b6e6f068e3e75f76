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

"""Tell a demonstration: scenes, and in them lines with their seconds."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import threading
import time

from lab import reminder


class Narrator:
    """Prints lines, also from several threads at once.

    :param show: called with each line
    """

    def __init__(self, show: Callable[[str], None],
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._start = clock()
        self._lock = threading.Lock()
        self._reminder = reminder.Reminder(self.say, clock)

    @property
    def seconds(self) -> float:
        """Seconds since the beginning of the scene."""
        return self._clock() - self._start

    def title(self, text: str) -> None:
        """Begin something new: the seconds count from here."""
        self._print(['', text])
        self._start = self._clock()

    def plain(self, text: str) -> None:
        """Print a line as it is."""
        self._print([text])

    def say(self, line: str) -> None:
        """Print a line with its seconds."""
        self.plain(f'{self.seconds:7.1f} s  {line}')

    def quote(self, text: str) -> None:
        """Print the output of a command, its lines together."""
        self._print([f'{"":11}{line}' for line in text.splitlines()])

    @contextlib.contextmanager
    def awaiting(self, what: str,
                 state: Callable[[], str] = str) -> Iterator[None]:
        """Now and then say what is awaited, for the time of a block.

        :param state: returns what is seen of it now, '' for nothing; called
            from another thread
        """
        with self._reminder.awaiting(
                lambda: ': '.join(filter(None, (what, state())))):
            yield

    def _print(self, lines: Sequence[str]) -> None:
        # What other threads say comes before all of them or after.
        with self._lock:
            for line in lines:
                self._show(line)
        self._reminder.heard()
