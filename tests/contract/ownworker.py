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


class OwnWorker(glance_api.GlanceApi):
    """``glance-api-9``, which the load balancer does not know.

    ``python -m lab down`` finds it, should the test be killed.

    :param asked: how it is configured; the lab's own workers stay as they
        are, because other tests use them.
    :param site: the edge site whose Glance it is, None for one of the hub's.
    """

    def __init__(
        self, lab: cloud.Lab, asked: settings.GlanceSettings,
        site: str | None = None,
    ) -> None:
        at = ports.Endpoint(ports.worker_address(_NUMBER),
                            ports.worker(lab.state.settings.port_base))
        super().__init__(
            plan.worker(f'glance-api-{_NUMBER}', at, lab.directory, site),
            lab.state, lab.launcher)
        self._asked = asked

    def prepare(self) -> None:
        self.worker.staging.mkdir(parents=True)
        self.worker.tasks.mkdir(parents=True)
        self.configure(self._asked)

    def remove(self) -> None:
        """End it, and remove its files but for the log."""
        self.kill()
        shutil.rmtree(self.worker.conf.parent, ignore_errors=True)
