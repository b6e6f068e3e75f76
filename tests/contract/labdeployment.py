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

"""The lab's Glance, with faults that are real."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import functools
import pathlib
import tempfile
import time

import fixtures
from glanceclient import exc as glance_exc
from keystoneauth1 import session

from lab import accounts
from lab import clients
from lab import cloud
from lab import images
from lab import settings
from lab import tasks
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from tests.contract import deployment
from tests.contract import labworker
from tests.contract import ownworker
from tests.contract import pools
from tests.contract import quotas
from tests.contract import workers

# Seconds.
_LONGEST_IMPORT = 120.0

_DEFAULTS = settings.GlanceSettings()

# Those of the contract's users that have another name in the lab.
_USERS = {deployment.SERVICE: 'nova', deployment.COPIER: accounts.COPIER}


class LabDeployment(fixtures.Fixture, deployment.Deployment):
    """Glance of a lab with the sites central, dcn0 and dcn1.

    What is made through it is gone from Glance, from Keystone and from all
    pools afterwards.

    :param asked: how its own workers are configured, besides what a case
        needs.
    """

    def __init__(
        self, lab: cloud.Lab,
        asked: settings.GlanceSettings = _DEFAULTS,
    ) -> None:
        super().__init__()
        self._asked = asked
        self.clock = timing.Clock.system()
        self.lab = lab
        # Images with an import that will never end.
        self._orphans: set[str] = set()
        self._pools = pools.Pools(lab)
        self._sessions: dict[str, session.Session] = {}
        self._worker_urls = [
            worker.worker.url for worker in lab.workers.values()]
        self.workers = len(self._worker_urls)

    def _setUp(self) -> None:
        missing = {self.hub, *self.targets} - set(self.lab.sites)
        if missing:
            raise AssertionError(
                f'the contract needs a lab with the sites '
                f'{", ".join((self.hub, *self.targets))}; this one lacks '
                f'{", ".join(sorted(missing))}')
        if self.targets[0] not in self.lab.edges:
            raise AssertionError(
                f'the contract needs a lab with a Glance of its own at '
                f'{self.targets[0]}')
        self.admin = clients.glance_for(self.lab.state, 'admin')
        self._workers = self.useFixture(
            labworker.LabWorkers(self.lab, self._access_at))

    def access(self, user: str, worker: int | None = None) -> glance.Access:
        url = self.lab.state.glance_url if worker is None \
            else self._worker_urls[worker]
        return self._access_at(url, user)

    @contextlib.contextmanager
    def open(self) -> Iterator[deployment.Reach]:
        with self._own_worker(settings.OPEN) as reach:
            yield reach

    def edge(self, user: str) -> glance.Access:
        return self._access_at(
            self.lab.edges[self.targets[0]].worker.url, user)

    @contextlib.contextmanager
    def queue(self) -> Iterator[deployment.Reach]:
        busy_id, busy_store = self.make_image(1), self.targets[1]
        one_thread = dataclasses.replace(self._asked, task_pool_threads=1)
        with self._own_worker(one_thread) as reach, \
                self._pools.paused(busy_store):
            self._start(reach, busy_id, busy_store)
            yield reach

    @contextlib.contextmanager
    def quota(self, exhausted: str) -> Iterator[deployment.Reach]:
        with quotas.Quotas(self.lab.state, exhausted) as limits, \
                self._own_worker(dataclasses.replace(
                    settings.OPEN, overrides=limits.overrides)) as reach:
            yield reach

    def worker(self, number: int) -> labworker.LabWorker:
        return self._workers.all[number]

    def add_worker(
        self, setup: workers.Setup, shares: workers.Worker | None = None,
    ) -> labworker.LabWorker:
        return self._workers.add(setup, shares)

    def forget(self, image_id: str) -> None:
        self.addCleanup(self._forget, image_id)

    def make_image(self, mib: int = 8, visibility: str = 'shared') -> str:
        client = clients.glance_for(self.lab.state, deployment.TENANT)
        image_id = str(client.images.create(
            name='contract', container_format='bare', disk_format='raw',
            visibility=visibility).id)
        self.addCleanup(self._remove, image_id)
        with tempfile.TemporaryDirectory() as scratch:
            path = images.make_raw(
                pathlib.Path(scratch) / 'image', mib, mib)
            with path.open('rb') as data:
                client.images.upload(image_id, data)
        return image_id

    def move(self, image_id: str, store: str) -> None:
        glance.Glance(self.access(deployment.COPIER)).submit_copy(
            image_id, store)
        self._wait(f'the copy of {image_id} ends', lambda: not (
            self.admin.images.get(image_id).get('os_glance_import_task')))
        self.admin.images.delete_from_store(self.hub, image_id)

    def obstruct(self, image_id: str, store: str) -> None:
        self._pools.create(store, image_id)

    def clear(self, image_id: str, store: str) -> None:
        self._pools.remove(store, image_id)

    def hide_data(self, image_id: str) -> None:
        self._pools.hide(self.hub, image_id)

    def show_data(self, image_id: str) -> None:
        self._pools.show(self.hub, image_id)

    def has_data(self, image_id: str, store: str) -> bool:
        return self._pools.has(store, image_id)

    def unreadable_hub(self) -> contextlib.AbstractContextManager[None]:
        """Enter a time in which copies of all images stay in staging."""
        return self._pools.paused(self.hub)

    def orphan(
        self, image_id: str, store: str, pending: bool = False,
    ) -> None:
        running_id = self.make_image(1) if pending else image_id
        self._orphans |= {running_id, image_id}
        worker = self._prepare_worker(
            dataclasses.replace(self._asked, task_pool_threads=1))
        worker.start()
        reach = functools.partial(self._access_at, worker.worker.url)
        with self._pools.paused(self.hub):
            self._start(reach, running_id, store)
            if pending:
                self._submit(reach, image_id, store)
            worker.kill()

    def age_task(self, task_id: str, seconds: float) -> None:
        tasks.age(self.lab.state, task_id, seconds)

    def deactivate(self, image_id: str) -> None:
        self.admin.images.deactivate(image_id)

    def reactivate(self, image_id: str) -> None:
        self.admin.images.reactivate(image_id)

    def delete(self, image_id: str) -> None:
        # An import of a deleted image still writes to the store, and what
        # it writes can only be swept away when it has ended.
        for task_id in self._tasks(image_id):
            self.addCleanup(self._wait_ended, task_id)
        self.admin.images.delete(image_id)

    def _prepare_worker(
        self, asked: settings.GlanceSettings,
    ) -> ownworker.OwnWorker:
        worker = ownworker.OwnWorker(self.lab, asked)
        self.addCleanup(worker.remove)
        worker.prepare()
        return worker

    @contextlib.contextmanager
    def _own_worker(
        self, asked: settings.GlanceSettings,
    ) -> Iterator[deployment.Reach]:
        worker = self._prepare_worker(asked)
        worker.start()
        yield functools.partial(self._access_at, worker.worker.url)
        # Finishes the imports that it runs.
        worker.stop()
        worker.remove()

    def _submit(
        self, reach: deployment.Reach, image_id: str, store: str,
    ) -> None:
        glance.Glance(reach(deployment.COPIER)).submit_copy(image_id, store)

    def _start(
        self, reach: deployment.Reach, image_id: str, store: str,
    ) -> None:
        """Submit a copy and wait until it has a thread."""
        self._submit(reach, image_id, store)
        self._wait(f'the import of {image_id} starts', lambda: bool(
            self.admin.images.get(image_id).get(
                'os_glance_importing_to_stores')))

    def _access_at(self, url: str, user: str) -> glance.Access:
        if user not in self._sessions:
            self._sessions[user] = clients.session_for(
                self.lab.state, _USERS.get(user, user))
        return glance.Access(self._sessions[user], endpoints=(url,))

    def _tasks(self, image_id: str) -> list[str]:
        body = self.admin.images.get_associated_image_tasks(image_id)
        return [str(task['id']) for task in body['tasks']]

    def _wait_ended(self, task_id: str) -> None:
        self._wait(f'task {task_id} ends', lambda: (
            self.admin.tasks.get(task_id)['status'] in (
                'success', 'failure')))

    def _forget(self, image_id: str) -> None:
        self._workers.delete(image_id)
        self._pools.sweep(image_id)

    def _remove(self, image_id: str) -> None:
        try:
            if image_id not in self._orphans:
                for task_id in self._tasks(image_id):
                    self._wait_ended(task_id)
            self.admin.images.delete(image_id)
        except glance_exc.HTTPNotFound:
            # The case deleted it.
            pass
        self._pools.sweep(image_id)
        for worker in self.lab.glances.values():
            # A failed copy leaves it there.
            (worker.worker.staging / image_id).unlink(missing_ok=True)

    def _wait(self, what: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _LONGEST_IMPORT
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(
                    f'{what}: not within {_LONGEST_IMPORT:.0f} s')
            time.sleep(0.1)
