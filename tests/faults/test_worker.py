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

"""Faults of the Glance API worker that makes the copy."""

from __future__ import annotations

import time

from lab import boot
from lab import clients
from lab import fixture
from lab import settings
from lab import tasks
from tests.faults import advice
from tests.faults import catalogue

_WORKER = catalogue.Group.WORKER
_EXPIRY = 3600
# So that nobody waits for it.
_SLOWLY = 120.0
# Seconds.
_OFTEN = 2
_STALL = {'images_rbd_glance_copy_stall_timeout': '5'}


class WorkerTestCase(advice.AdviceTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.killed_at = 0.0

    def make_image(
        self, mib: int = 32, user: str = 'demo', **properties: str,
    ) -> str:
        image_id = super().make_image(mib, user, **properties)
        # Nobody else ends the task of a worker that died.
        self.addCleanup(self._end_tasks, image_id)
        return image_id

    def kill(self, worker: str) -> None:
        """Kill a worker; it runs again at the end of the test."""
        self.useFixture(fixture.Killed(self.lab, worker))
        self.killed_at = time.monotonic()

    def kill_stager(self, image_id: str) -> None:
        self.kill(self.wait_staging(image_id))

    def kill_writer(self, image_id: str) -> None:
        self.wait_writing(image_id)
        # The compute has seen that somebody has it open, by then.
        time.sleep(3 * _OFTEN)
        self.kill(self.staging(image_id)[0])

    def lock(self, image_id: str) -> str:
        return str(self.image(image_id)['os_glance_import_task'])

    def expire(self, image_id: str) -> None:
        """Let so much time pass that Glance gives the lock away."""
        tasks.age(self.lab.state, self.lock(image_id), _EXPIRY)

    def assert_lock_told(self, disk: boot.Disk, image_id: str) -> None:
        self.assert_refused(
            disk, image_id, 'store dcn0',
            f'import task {self.lock(image_id)}', 'holds the image',
            'no sign of life for', 'Glance API worker that died')
        self.assert_tenant(disk, 'another copy of it is stuck')

    @catalogue.fault(
        _WORKER, 'The worker dies while it stages the image',
        'Start it. The next boot after the time in the message makes the '
        'copy.')
    def test_killed_while_staging(self) -> None:
        image_id = self.make_image()
        size = int(self.image(image_id)['size'])
        with self.pools.slow_image('central', image_id, int(size / _SLOWLY)):
            disk = self.boot_while(
                image_id, lambda: self.kill_stager(image_id), libvirt=_STALL)
        self.assert_lock_told(disk, image_id)
        lock = self.lock(image_id)
        self.assert_told('of project', 'processing', 'since',
                         'Glance lets a new import take over at')
        self.assertEqual({'staged', 'lock'}, self.traces(image_id).keys())
        self.report_refused(disk, self.killed_at)

        self.expire(image_id)
        self.assert_cloned(self.boot_one(image_id), image_id)
        self.assertNotEqual(lock, self.image(image_id).get(
            'os_glance_import_task'))

    @catalogue.fault(
        _WORKER, 'The worker dies while it writes to the local store',
        'Start it, and remove the partial copy with the commands in the '
        'message once Glance has let go of the lock.')
    def test_killed_while_writing(self) -> None:
        image_id = self.make_image()
        size = int(self.image(image_id)['size'])
        with self.pools.slow_store('dcn0', int(size / _SLOWLY)):
            disk = self.boot_while(
                image_id, lambda: self.kill_writer(image_id), libvirt={
                    'images_rbd_glance_copy_poll_interval': str(_OFTEN)})
        self.assert_lock_told(disk, image_id)
        self.assert_told('Besides, a partial copy',
                         self.lab.sites['dcn0'].fsid,
                         f'(rbd --id admin rm images/{image_id})')
        self.assertEqual(
            {'staged', 'lock', 'unlisted'}, self.traces(image_id).keys())
        self.report_refused(disk, self.killed_at)

        self.expire(image_id)
        self.wait_unwatched(image_id)
        self.follow_advice(image_id)

    def _end_tasks(self, image_id: str) -> None:
        body = self.admin.images.get_associated_image_tasks(image_id)
        lock = self.image(image_id).get('os_glance_import_task')
        for task in body['tasks']:
            if task['id'] == lock:
                tasks.end(self.lab.state, task['id'])

    @catalogue.fault(
        _WORKER, 'The worker has died, and the credential of the compute does '
        'not see the task',
        'Start it, wait for an hour, and configure a service credential.')
    def test_killed_and_task_is_hidden(self) -> None:
        self.useFixture(fixture.GlanceConfigured(self.lab, settings.OPEN))
        image_id = self.make_image()
        self.slow_source(image_id, _SLOWLY)
        clients.glance_for(self.lab.state, 'admin').images.image_import(
            image_id, 'copy-image', stores=['dcn0'], allow_failure=False)
        self.kill_stager(image_id)
        disk = self.boot_one(
            image_id, libvirt=_STALL, glance={'auth_type': ''})
        self.assert_lock_told(disk, image_id)
        self.assert_told('Glance lets a new import take over 3600 s after')
        self.assertEqual({'staged', 'lock'}, self.traces(image_id).keys())
        self.report_refused(disk)

    @catalogue.fault(
        _WORKER, 'The worker is stopped gracefully while it makes the copy',
        '')
    def test_stopped_gracefully(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 8)

        def stop() -> None:
            worker = self.lab.daemon(self.wait_staging(image_id))
            self.addCleanup(worker.start)
            self.assertTrue(worker.stop())

        disk = self.boot_while(image_id, stop)
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual({}, self.traces(image_id))
        self.report_cloned(disk)
