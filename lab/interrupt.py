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

"""Turn SIGINT and SIGTERM into an exception, once."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import signal
import types

from lab import exception
from lab import exitcodes

_CODES = {signal.SIGINT: exitcodes.INTERRUPTED,
          signal.SIGTERM: exitcodes.TERMINATED}


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """Have the first of these signals raise in the main thread.

    Later ones are ignored until the end of the block: cleaning up has begun
    and a second Ctrl-C would only leave things behind.

    :raises exception.Interrupted: when one arrives
    """
    def handle(signum: int, _frame: types.FrameType | None) -> None:
        for one in _CODES:
            signal.signal(one, signal.SIG_IGN)
        found = signal.Signals(signum)
        raise exception.Interrupted(found.name, _CODES[found])

    before = {one: signal.signal(one, handle) for one in _CODES}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def completed(work: Callable[[], None]) -> None:
    """Clean up to the end, also when a signal arrives in the middle of it.

    Within a block of :func:`raised` there is only one.

    :param work: what may be done again from its beginning
    :raises exception.Interrupted: when it arrived, after the work
    """
    try:
        work()
    except exception.Interrupted:
        work()
        raise
