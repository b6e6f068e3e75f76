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
import functools
import pathlib
import secrets
import tempfile
import time

import fixtures
from glanceclient import exc as glance_exc
from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client as keystone_client
import pymysql

from lab import accounts
from lab import clients
from lab import cloud
from lab import images
from lab import ports
from lab import settings
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from tests.contract import deployment
from tests.contract import ownworker
from tests.contract import quotas

_ADMIN = 'admin'
_HIDDEN = '.hidden'
# Seconds.
_LONGEST_IMPORT = 120.0


class LabDeployment(fixtures.Fixture, deployment.Deployment):
    """Glance of a lab with the sites central, dcn0 and dcn1.

    What is made through it is gone from Glance, from Keystone and from all
    pools afterwards.
    """

    def __init__(self, lab: cloud.Lab) -> None:
        super().__init__()
        self.clock = timing.Clock.system()
        self.lab = lab
        # Images with an import that will never end.
        self._orphans: set[str] = set()
        self._sessions: dict[str, session.Session] = {}
        self._worker_urls = [
            worker.worker.url for worker in lab.workers.values()]

    def _setUp(self) -> None:
        missing = {self.hub, *self.targets} - set(self.lab.sites)
        if missing:
            raise AssertionError(
                f'the contract needs a lab with the sites '
                f'{", ".join((self.hub, *self.targets))}; this one lacks '
                f'{", ".join(sorted(missing))}')
        self.admin = clients.glance_for(self.lab.state, _ADMIN)

    def access(self, user: str, worker: int | None = None) -> glance.Access:
        url = self.lab.state.glance_url if worker is None \
            else self._worker_urls[worker]
        return self._access_at(url, user)

    @contextlib.contextmanager
    def strict(self) -> Iterator[deployment.Reach]:
        with self._own_worker(settings.GlanceSettings(
                copy_policy=None, show_locations=False)) as reach:
            yield reach

    @contextlib.contextmanager
    def queue(self) -> Iterator[deployment.Reach]:
        busy_id, busy_store = self.make_image(1), self.targets[1]
        with self._own_worker(settings.GlanceSettings(
                task_pool_threads=1)) as reach, self.paused(busy_store):
            self._start(reach, busy_id, busy_store)
            yield reach

    @contextlib.contextmanager
    def quota(self, exhausted: str) -> Iterator[deployment.Reach]:
        with quotas.Quotas(self.lab.state, exhausted) as limits, \
                self._own_worker(settings.GlanceSettings(
                    overrides=limits.overrides)) as reach:
            yield reach

    def make_image(
        self, mib: int = 8, visibility: str = 'shared',
        disk_format: str = 'raw',
    ) -> str:
        client = clients.glance_for(self.lab.state, deployment.TENANT)
        image_id = str(client.images.create(
            name='contract', container_format='bare',
            disk_format=disk_format, visibility=visibility).id)
        self.addCleanup(self._remove, image_id)
        with tempfile.TemporaryDirectory() as scratch:
            path = images.make_raw(
                pathlib.Path(scratch) / 'image', mib, mib)
            with path.open('rb') as data:
                client.images.upload(image_id, data)
        return image_id

    def obstruct(self, image_id: str, store: str) -> None:
        self.lab.sites[store].create_image(
            self._pool(store), image_id, 1)

    def clear(self, image_id: str, store: str) -> None:
        self.lab.sites[store].remove_image(self._pool(store), image_id)

    def hide_data(self, image_id: str) -> None:
        self._rename(image_id, image_id + _HIDDEN)

    def show_data(self, image_id: str) -> None:
        self._rename(image_id + _HIDDEN, image_id)

    def orphan(
        self, image_id: str, store: str, pending: bool = False,
    ) -> None:
        running_id = self.make_image(1) if pending else image_id
        self._orphans |= {running_id, image_id}
        worker = ownworker.OwnWorker(self.lab, settings.GlanceSettings(
            task_pool_threads=1))
        worker.prepare()
        self.addCleanup(worker.kill)
        worker.start()
        with self.paused(self.hub):
            reach = functools.partial(self._access_at, worker.worker.url)
            self._start(reach, running_id, store)
            if pending:
                self._submit(reach, image_id, store)
            worker.kill()

    def age_task(self, task_id: str, seconds: float) -> None:
        database = self.lab.state.database
        with pymysql.connect(
                host=ports.ADDRESS, port=database.port, user='glance',
                password=database.passwords['glance'],
                database='glance', autocommit=True) as connection, \
                connection.cursor() as cursor:
            cursor.execute(
                'UPDATE tasks SET updated_at = updated_at - INTERVAL %s '
                'SECOND WHERE id = %s', (int(seconds), task_id))

    def deactivate(self, image_id: str) -> None:
        self.admin.images.deactivate(image_id)

    def reactivate(self, image_id: str) -> None:
        self.admin.images.reactivate(image_id)

    def delete(self, image_id: str) -> None:
        # An import of a deleted image still writes to the store, and what
        # it writes can only be swept away when it has ended.
        for task_id in self._tasks(image_id):
            self.addCleanup(self._sweep, image_id)
            self.addCleanup(self._wait_ended, task_id)
        self.admin.images.delete(image_id)

    def has_data(self, image_id: str, store: str) -> bool:
        return image_id in self.lab.sites[store].images(self._pool(store))

    @contextlib.contextmanager
    def paused(self, store: str) -> Iterator[None]:
        """Enter a time in which all reads and writes of a store hang."""
        site = self.lab.sites[store]
        site.run('ceph', 'osd', 'pause')
        try:
            yield
        finally:
            site.run('ceph', 'osd', 'unpause')

    @contextlib.contextmanager
    def _own_worker(
        self, asked: settings.GlanceSettings,
    ) -> Iterator[deployment.Reach]:
        worker = ownworker.OwnWorker(self.lab, asked)
        worker.prepare()
        try:
            worker.start()
            yield functools.partial(self._access_at, worker.worker.url)
        finally:
            # Finishes the imports that it runs.
            worker.stop()

    def _submit(
        self, reach: deployment.Reach, image_id: str, store: str,
    ) -> None:
        glance.Glance(reach(deployment.NOVA)).submit_copy(image_id, store)

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
            self._sessions[user] = (
                self._service_session() if user == deployment.SERVICE
                else clients.session_for(self.lab.state, user))
        return glance.Access(self._sessions[user], endpoints=(url,))

    def _service_session(self) -> session.Session:
        """Make a user that has the role service and no other."""
        name, password = f'contract-{secrets.token_hex(4)}', \
            secrets.token_hex(16)
        keystone = keystone_client.Client(
            session=clients.session_for(self.lab.state, _ADMIN),
            interface='public')
        project, = keystone.projects.list(name=accounts.SERVICE_PROJECT)
        role, = keystone.roles.list(name='service')
        user = keystone.users.create(
            name, domain='default', password=password)
        self.addCleanup(keystone.users.delete, user)
        keystone.roles.grant(role, user=user, project=project)
        return session.Session(auth=v3.Password(
            auth_url=self.lab.state.keystone_url, username=name,
            password=password, project_name=accounts.SERVICE_PROJECT,
            user_domain_id='default', project_domain_id='default'))

    def _pool(self, store: str) -> str:
        return str(self.lab.sites[store].site.images_pool)

    def _rename(self, old: str, new: str) -> None:
        pool = self._pool(self.hub)
        self.lab.sites[self.hub].run(
            'rbd', 'mv', f'{pool}/{old}', f'{pool}/{new}')

    def _tasks(self, image_id: str) -> list[str]:
        body = self.admin.images.get_associated_image_tasks(image_id)
        return [str(task['id']) for task in body['tasks']]

    def _wait_ended(self, task_id: str) -> None:
        self._wait(f'task {task_id} ends', lambda: (
            self.admin.tasks.get(task_id)['status'] in (
                'success', 'failure')))

    def _remove(self, image_id: str) -> None:
        try:
            if image_id not in self._orphans:
                for task_id in self._tasks(image_id):
                    self._wait_ended(task_id)
            self.admin.images.delete(image_id)
        except glance_exc.HTTPNotFound:
            # The case deleted it.
            pass
        self._sweep(image_id)

    def _sweep(self, image_id: str) -> None:
        for store, site in self.lab.sites.items():
            for name in (image_id, image_id + _HIDDEN):
                if name in site.images(self._pool(store)):
                    site.remove_image(self._pool(store), name)

    def _wait(self, what: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _LONGEST_IMPORT
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(
                    f'{what}: not within {_LONGEST_IMPORT:.0f} s')
            time.sleep(0.1)
