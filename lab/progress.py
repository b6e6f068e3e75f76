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

"""Tell the user what was done, one line per step, with its seconds."""

from collections.abc import Iterator
import contextlib
import threading
import time
from typing import TextIO

from lab import reminder


class Progress:
    """Prints lines as steps end, also from several threads at once.

    When none has ended for a while, it says which ones are on their way.
    """

    def __init__(self, stdout: TextIO) -> None:
        self._stdout = stdout
        self._start = time.monotonic()
        self._lock = threading.Lock()
        self._reminder = reminder.Reminder(self._remind)

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print a line that is no step."""
        with self._lock:
            print(text, file=self._stdout, flush=True)
        self._reminder.heard()

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print ``title`` with its seconds when the block ended well."""
        start = time.monotonic()
        with self._reminder.awaiting(lambda: title):
            yield
        self.say(f'{self.seconds:6.1f} s  {title} '
                 f'({time.monotonic() - start:.1f} s)')

    def _remind(self, text: str) -> None:
        self.say(f'{self.seconds:6.1f} s  {text}')
