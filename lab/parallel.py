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

"""Do independent work at the same time, and fail as one."""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures

from lab import exception
from lab import launcher

Work = Callable[[], object]


def run(starter: launcher.Launcher, *work: Work) -> None:
    """Run all of ``work`` at once; return when all have ended well.

    When one fails, or this thread is interrupted, the launcher is cancelled,
    so that the others give up at their next step; the first real error is
    raised after all have ended.
    """
    with futures.ThreadPoolExecutor(max_workers=max(1, len(work))) as pool:
        running = [pool.submit(one) for one in work]
        try:
            futures.wait(running, return_when=futures.FIRST_EXCEPTION)
        except BaseException:
            starter.cancel()
            raise
        if any(one.done() and one.exception() for one in running):
            starter.cancel()
    _raise_first([one.exception() for one in running])


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    real = [error for error in errors if error is not None]
    # Who was only told to give up is not the one to blame.
    real.sort(key=lambda error: isinstance(error, exception.Cancelled))
    if real:
        raise real[0]
