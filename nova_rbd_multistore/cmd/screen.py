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

"""What is no result: lines on stderr, and on a terminal one that changes."""

from __future__ import annotations

from collections.abc import Collection
import logging
import shutil
import threading
from typing import TextIO

_ERASE = '\r\x1b[K'
# Columns where the width of the terminal is not known.
_WIDTH = 80


class Screen:
    """A stream for people. All methods may be called from any thread.

    :ivar live: whether a line can be changed after it was written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._turn = threading.RLock()
        self._shown = ''
        self.live = stream.isatty()

    def line(self, text: str) -> None:
        """Write a line that stays."""
        with self._turn:
            self._stream.write(f'{_ERASE if self._shown else ""}{text}\n'
                               f'{self._shown}')
            self._stream.flush()

    def show(self, text: str) -> None:
        """Write the line that changes, in place of what was there.

        Nothing is written where lines cannot be changed.

        :param text: cut off at the width of the terminal.
        """
        if not self.live:
            return
        width = shutil.get_terminal_size((_WIDTH, 24)).columns - 1
        cut = text if len(text) <= width else text[:max(width - 1, 0)] + '…'
        with self._turn:
            self._stream.write(f'{_ERASE if self._shown else ""}{cut}')
            self._stream.flush()
            self._shown = cut

    def close(self) -> None:
        """Remove the line that changes."""
        with self._turn:
            if self._shown:
                self._stream.write(_ERASE)
                self._stream.flush()
                self._shown = ''


class Handler(logging.Handler):
    """Writes logs as lines that stay.

    :param loggers: whose warnings matter, and of others only errors; None
        for those of all.
    """

    def __init__(
        self, screen: Screen, loggers: Collection[str] | None = None,
    ) -> None:
        super().__init__()
        self._screen = screen
        self._loggers = loggers

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a record."""
        return bool(super().filter(record)) and (
            self._loggers is None or record.levelno >= logging.ERROR
            or record.name.partition('.')[0] in self._loggers)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            self._screen.line(self.format(record))
        except Exception:
            self.handleError(record)
