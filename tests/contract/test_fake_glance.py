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

"""The contract on FakeGlance."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import dataclasses

from nova_rbd_multistore import fixture
from nova_rbd_multistore import glance
from tests.contract import case
from tests.contract import deployment
from tests.contract import edges
from tests.contract import ensuring
from tests.contract import failures
from tests.contract import importing
from tests.contract import orphans
from tests.contract import refusals
from tests.contract import selfurls
from tests.contract import staging
from tests.contract import successes
from tests.contract import visibility
from tests.contract import workers

_EDGE = 'http://edge.invalid'

# Seconds; longer than the deadlines of the cases that wait meanwhile.
_QUEUED = 1.5


class FakeWorker(workers.Worker):
    """A worker of FakeGlance's.

    :param users: the fake's, by the names of the contract's.
    """

    def __init__(
        self, fake: fixture.FakeGlance, worker: fixture.Worker,
        users: Mapping[str, fixture.User],
    ) -> None:
        self.url = self.self_url = worker.url
        self._fake = fake
        self.worker = worker
        self._users = users

    def access(self, user: str) -> glance.Access:
        return self._fake.access(self._users[user], url=self.url)

    def staged(self) -> set[str]:
        return set(self.worker.staging)

    @contextlib.contextmanager
    def configured(self, setup: workers.Setup) -> Iterator[None]:
        before = dataclasses.replace(self.worker)
        self.restart(setup)
        yield
        self.worker.self_url = before.self_url
        self.worker.settings = before.settings
        self.worker.converts = before.converts

    def restart(self, setup: workers.Setup) -> None:
        self.worker.self_url = setup.self_url_of(self.url, self._fake.url)
        self.worker.settings = dataclasses.replace(
            self.worker.settings, import_methods=setup.methods)
        self.worker.converts = setup.converts

    def kill(self) -> None:
        self.worker.up = False

    def start(self) -> None:
        self.worker.up = True


class FakeDeployment(deployment.Deployment):
    """FakeGlance, set up like the lab's Glance."""

    def __init__(self, fake: fixture.FakeGlance) -> None:
        self.clock = fake.clock
        self._fake = fake
        self._users = {
            deployment.TENANT: fake.tenant, deployment.OTHER: fake.other,
            deployment.SERVICE: fake.service, deployment.COPIER: fake.admin}
        self._added = 0
        edge = fake.add_edge(_EDGE, self.targets[0], self.hub)
        # Looks at an import cost time even where its seconds do not.
        edge.pace = fake.deployment.pace = fixture.Pace(
            staging=0.6, writing=0.4)

    def access(self, user: str, worker: int | None = None) -> glance.Access:
        return self._fake.access(self._users[user], worker)

    @contextlib.contextmanager
    def open(self) -> Iterator[deployment.Reach]:
        settings = self._fake.deployment
        closed = settings.copy_roles
        settings.copy_roles, settings.show_locations = None, True
        yield self.access
        settings.copy_roles, settings.show_locations = closed, False

    def edge(self, user: str) -> glance.Access:
        return self._fake.access(self._users[user], url=_EDGE)

    @contextlib.contextmanager
    def queue(self) -> Iterator[deployment.Reach]:
        settings = self._fake.deployment
        pace = settings.pace
        settings.pace = dataclasses.replace(pace, starting=_QUEUED)
        yield self.access
        settings.pace = pace

    @contextlib.contextmanager
    def quota(self, exhausted: str) -> Iterator[deployment.Reach]:
        settings = self._fake.deployment
        with self.open():
            settings.exhausted = exhausted
            yield lambda user: self.access(user, worker=0)
            settings.exhausted = None

    def worker(self, number: int) -> FakeWorker:
        return FakeWorker(
            self._fake, self._fake.worker(number), self._users)

    def add_worker(
        self, setup: workers.Setup, shares: workers.Worker | None = None,
    ) -> FakeWorker:
        self._added += 1
        worker = self._fake.add_worker(
            f'http://own-{self._added}.invalid', balanced=False)
        added = FakeWorker(self._fake, worker, self._users)
        added.restart(setup)
        if isinstance(shares, FakeWorker):
            worker.staging = shares.worker.staging
        return added

    def forget(self, image_id: str) -> None:
        pass

    def make_image(self, mib: int = 8, visibility: str = 'shared') -> str:
        return self._fake.add_image(
            [self.hub], size=mib << 20, visibility=visibility)

    def move(self, image_id: str, store: str) -> None:
        self._fake.image(image_id).stores = [store]

    def obstruct(self, image_id: str, store: str) -> None:
        self._fake.obstruct(image_id, store)

    def clear(self, image_id: str, store: str) -> None:
        self._fake.clear(image_id, store)

    def hide_data(self, image_id: str) -> None:
        self._fake.hide_data(image_id, self.hub)

    def show_data(self, image_id: str) -> None:
        self._fake.show_data(image_id, self.hub)

    def orphan(
        self, image_id: str, store: str, pending: bool = False,
    ) -> None:
        glance.Glance(self.access(deployment.COPIER)).submit_copy(
            image_id, store)
        pace = self._fake.deployment.pace
        if not pending:
            self.clock.sleep(pace.starting + pace.listing + pace.settling)
        self._fake.kill_worker()

    def age_task(self, task_id: str, seconds: float) -> None:
        self.clock.sleep(seconds)

    def deactivate(self, image_id: str) -> None:
        self._fake.deactivate(image_id)

    def reactivate(self, image_id: str) -> None:
        self._fake.reactivate(image_id)

    def delete(self, image_id: str) -> None:
        self._fake.delete(image_id)

    def has_data(self, image_id: str, store: str) -> bool:
        image = self._fake.image(image_id)
        return store in {*image.stores, *image.strays}


class _OnFakeGlance(case.Case):

    def deploy(self) -> deployment.Deployment:
        return FakeDeployment(self.useFixture(fixture.FakeGlance(
            'central', 'dcn0', 'dcn1')))


class SuccessTestCase(_OnFakeGlance, successes.SuccessCases):
    pass


class FailureTestCase(_OnFakeGlance, failures.FailureCases):
    pass


class RefusalTestCase(_OnFakeGlance, refusals.RefusalCases):
    pass


class VisibilityTestCase(_OnFakeGlance, visibility.VisibilityCases):
    pass


class OrphanTestCase(_OnFakeGlance, orphans.OrphanCases):
    pass


class EdgeTestCase(_OnFakeGlance, edges.EdgeCases):
    pass


class EnsuringTestCase(_OnFakeGlance, ensuring.EnsuringCases):
    pass


class StagingTestCase(_OnFakeGlance, staging.StagingCases):
    pass


class SelfUrlTestCase(_OnFakeGlance, selfurls.SelfUrlCases):
    pass


class ImportTestCase(_OnFakeGlance, importing.ImportCases):
    pass
