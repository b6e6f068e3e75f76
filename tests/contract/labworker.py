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

"""Workers of the lab's Glance, and their staging directories."""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import dataclasses

import fixtures

from lab import cloud
from lab import glance_api
from lab import settings
from nova_rbd_multistore import glance
from tests.contract import deployment
from tests.contract import ownworker
from tests.contract import workers

# Returns how to reach a URL as a user.
Reach = Callable[[str, str], glance.Access]

_DEFAULTS = settings.GlanceSettings()
_UNSET = {'DEFAULT': {'worker_self_reference_url': ''}}
_CONVERSION = {
    'image_import_opts': {'image_import_plugins': "['image_conversion']"},
    'image_conversion': {'output_format': 'raw'}}


class LabWorker(workers.Worker):
    """A worker of the lab's.

    :param daemon: which it is.
    :param reach: returns how to reach a URL as a user.
    :param service: URL of the load balancer.
    """

    def __init__(
        self, daemon: glance_api.GlanceApi,
        reach: Reach, service: str,
    ) -> None:
        self.daemon = daemon
        self.url = daemon.worker.url
        self.self_url = daemon.worker.self_url
        self._reach = reach
        self._service = service

    def access(self, user: str) -> glance.Access:
        return self._reach(self.url, user)

    def staged(self) -> set[str]:
        return {path.name for path in self.daemon.worker.staging.iterdir()}

    def forget(self, image_id: str) -> None:
        """Remove what is staged of an image."""
        (self.daemon.worker.staging / image_id).unlink(missing_ok=True)

    def configured(
        self, setup: workers.Setup,
    ) -> contextlib.AbstractContextManager[None]:
        return self.daemon.configured(
            asked(setup, self.url, self._service))

    def restart(self, setup: workers.Setup) -> None:
        self.daemon.kill()
        self.daemon.configure(asked(setup, self.url, self._service))
        self.daemon.start()

    def kill(self) -> None:
        self.daemon.kill()

    def start(self) -> None:
        self.daemon.start()


class LabWorkers(fixtures.Fixture):
    """The workers of the hub's Glance, and those that a test adds.

    :ivar all: the lab's own come first.
    """

    def __init__(self, lab: cloud.Lab, reach: Reach) -> None:
        super().__init__()
        self._lab = lab
        self._reach = reach
        self._service = lab.state.glance_url

    def _setUp(self) -> None:
        self.all = [LabWorker(worker, self._reach, self._service)
                    for worker in self._lab.workers.values()]
        self._numbers = iter(ownworker.MORE)

    def add(
        self, setup: workers.Setup, shares: workers.Worker | None,
    ) -> LabWorker:
        """Start one that the load balancer does not know."""
        daemon = ownworker.OwnWorker(
            self._lab, _DEFAULTS, number=next(self._numbers))
        self.addCleanup(daemon.remove)
        if isinstance(shares, LabWorker):
            daemon.worker = dataclasses.replace(
                daemon.worker, staging=shares.daemon.worker.staging)
        daemon.prepare()
        added = LabWorker(daemon, self._reach, self._service)
        added.restart(setup)
        self.all.append(added)
        return added

    def delete(self, image_id: str) -> None:
        """Delete an image, with what is staged of it anywhere."""
        path = f'/v2/images/{image_id}'
        # It goes for sure where the data are.
        statuses = {
            deployment.send(worker.access('admin'), 'DELETE', path).status
            for worker in sorted(
                self.all, key=lambda one: image_id not in one.staged())}
        if not {204, 404} & statuses:
            raise AssertionError(f'image {image_id} stays: HTTP {statuses}')
        for worker in self.all:
            worker.forget(image_id)


def asked(
    setup: workers.Setup, url: str, service: str,
) -> settings.GlanceSettings:
    """Return how the worker at a URL is configured.

    :param service: URL of the load balancer.
    """
    self_url = setup.self_url_of(url, service)
    return settings.GlanceSettings(
        import_methods=setup.methods, self_reference_url=self_url,
        overrides={**(_UNSET if self_url is None else {}),
                   **(_CONVERSION if setup.converts else {})})
