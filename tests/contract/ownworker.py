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

"""A Glance worker of the lab's that a test has for itself."""

from __future__ import annotations

import shutil

from lab import cloud
from lab import glance_api
from lab import plan
from lab import ports
from lab import settings

# The lab's own workers count from 1.
_NUMBER = 9

# For tests that need more than that one.
MORE = (8, 7)


class OwnWorker(glance_api.GlanceApi):
    """``glance-api-9``, say, which the load balancer does not know.

    ``python -m lab down`` finds it, should the test be killed.

    :param asked: how it is configured; the lab's own workers stay as they
        are, because other tests use them.
    :param site: the edge site whose Glance it is, None for one of the hub's.
    :param number: of one that is not there yet.
    """

    def __init__(
        self, lab: cloud.Lab, asked: settings.GlanceSettings,
        site: str | None = None, number: int = _NUMBER,
    ) -> None:
        name = f'glance-api-{number}'
        at = ports.Endpoint(ports.worker_address(number),
                            ports.worker(lab.state.settings.port_base))
        super().__init__(
            plan.worker(name, at, lab.directory, site),
            lab.state, lab.launcher)
        self._asked = asked

    def prepare(self) -> None:
        self.worker.staging.mkdir(parents=True, exist_ok=True)
        self.worker.tasks.mkdir(parents=True)
        self.configure(self._asked)

    def remove(self) -> None:
        """End it, and remove its files but for the log."""
        self.kill()
        shutil.rmtree(self.worker.conf.parent, ignore_errors=True)
