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

"""Look at something again and again while something else is done."""

from __future__ import annotations

import abc
from concurrent import futures
import threading
import types
from typing import Self


class Watch(abc.ABC):
    """Looks from a thread of its own, for the time of a ``with`` block.

    There is one look at the beginning, and one at the end of a block that
    ended well.
    """

    # Seconds between two looks.
    interval = 0.2

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._pool = futures.ThreadPoolExecutor(1)
        self._watching: futures.Future[None] | None = None

    @abc.abstractmethod
    def look(self) -> None:
        """Look once; what cannot be seen for now is not an error."""

    def check(self) -> None:
        """Raise what has ended the watch before its time."""
        if self._watching is not None and self._watching.done():
            self._watching.result()

    def __enter__(self) -> Self:
        self.look()
        self._watching = self._pool.submit(self._watch)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        self._stop.set()
        self._pool.shutdown()
        if kind is None:
            self.check()
            self.look()

    def _watch(self) -> None:
        while not self._stop.wait(self.interval):
            self.look()
