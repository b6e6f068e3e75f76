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

"""When to look at Glance again."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import random

# A look is one small GET. Sooner than this it would only measure latency.
SHORTEST = 0.4


@dataclasses.dataclass(frozen=True)
class Pacing:
    """A tenth of the time waited so far, within bounds, with jitter.

    Noticing the end of a copy then costs at most a tenth of the copy, a long
    copy costs few requests, and computes that began together drift apart. A
    fixed interval cannot have both: short it loads Glance during long copies,
    long it multiplies the time of short ones.

    :ivar longest: seconds; the poll interval of the configuration.
    :ivar shortest: seconds; wins over `longest`, so that an interval of 0
        does not become a busy loop.
    :ivar jitter: returns a factor of at most 1 for the next interval.
    """

    longest: float
    shortest: float = SHORTEST
    jitter: Callable[[], float] = lambda: random.uniform(0.75, 1.0)

    def interval(self, waited: float) -> float:
        """Return the seconds to the next look.

        :param waited: seconds since what is waited for began.
        """
        return self.jitter() * max(
            self.shortest, min(waited / 10, self.longest))
