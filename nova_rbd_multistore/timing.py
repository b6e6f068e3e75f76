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

"""The time, as far as waiting needs it."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import datetime
import time


@dataclasses.dataclass(frozen=True)
class Clock:
    """A clock to wait by.

    :ivar monotonic: seconds; deadlines and pauses count in these.
    :ivar sleep: takes seconds.
    :ivar utcnow: read once for each wait and then carried on with
        `monotonic`, so that a jump of the wall clock does no harm.
    """

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    utcnow: Callable[[], datetime.datetime]

    @classmethod
    def system(cls) -> Clock:
        """Return the machine's, eventlet's where Nova has patched time."""
        return cls(time.monotonic, time.sleep,
                   lambda: datetime.datetime.now(datetime.UTC))
