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

"""Workers of the hub's Glance come, go and hand imports to each other."""

from __future__ import annotations

import json
import pathlib
import signal
import subprocess
import sys
import time

from lab import exitcodes
from lab import fixture
from lab import hubworkers
from lab import process
from lab import settings
from lab import uwsgi
from lab import workerstate
from tests import labtest
from tests import signals
from tests.functional import importing
from tests.functional import workertest


class WorkersTestCase(labtest.LabTestCase, workertest.ImportsMixin):
    """In a lab with names, without TLS."""

    def setUp(self) -> None:
        super().setUp()
        if self.lab.state.names is None:
            raise AssertionError('this needs a lab with names')
        self.service = self.lab.state.names.service
        self.begin()

    def assert_served(self, name: str) -> None:
        """HAProxy sends requests to a worker."""
        log = self.lab.haproxy.log
        before = log.stat().st_size

        def served() -> bool:
            self.admin.images.get_stores_info()
            with log.open() as source:
                source.seek(before)
                return f' workers/{name} ' in source.read()

        labtest.wait_for(f'a request for {name}', served, 10)

    def test_names_of_workers(self) -> None:
        workers = self.lab.state.workers
        self.assertEqual({one.address for one in workers},
                         importing.resolved(self.lab, self.service))
        for one in workers:
            self.assertEqual({one.address},
                             importing.resolved(self.lab, str(one.host)))
            self.assertEqual(
                [one.address, str(one.host)], importing.inside(
                    self.lab, 'getent', 'hosts', one.address).split())

    def test_nothing_else_has_a_name(self) -> None:
        started = time.monotonic()
        for name in ('nobody.' + self.service, 'www.example.org'):
            self.assertEqual(set(), importing.resolved(self.lab, name))
        self.assertLess(time.monotonic() - started, 5)
        self.assertIn('127.0.0.1', importing.resolved(self.lab, 'localhost'))

    def test_name_is_not_known_outside(self) -> None:
        found = subprocess.run(['getent', 'hosts', self.service],
                               check=False, capture_output=True)
        self.assertNotEqual(0, found.returncode)

    def test_each_worker_hands_on_what_another_has_staged(self) -> None:
        names = list(self.lab.workers)
        for on, through in zip(names, [*names[1:], names[0]], strict=True):
            self.assert_imported(on, through)

    def test_dead_worker_has_a_name_and_cannot_be_reached(self) -> None:
        image_id = self.stage('glance-api-1')
        dead = self.worker('glance-api-1')
        with fixture.Killed(self.lab, dead.name):
            self.assertEqual({dead.address}, importing.resolved(
                self.lab, str(dead.host)))
            self.assertEqual(500, self.imports.submit(
                image_id, self.worker('glance-api-2'))[0])
        self.assert_forwarded(image_id, 'glance-api-2')

    def test_added_worker(self) -> None:
        before = self.lab.state.workers
        added = self.useFixture(fixture.ExtraWorker(self.lab)).worker
        self.assertEqual('glance-api-4', added.name)
        self.assertIn(added.worker.address,
                      importing.resolved(self.lab, self.service))
        self.assert_served(added.name)
        self.assert_imported(added.name, 'glance-api-1')
        self.assert_imported('glance-api-2', added.name)
        # Its configuration has it, too.
        self.lab.haproxy.stop()
        self.lab.haproxy.start()
        self.assert_served(added.name)
        hubworkers.HubWorkers(self.lab).remove(added.name)
        self.assertEqual(before, self.lab.state.workers)
        self.assert_gone(added.worker)

    def assert_gone(self, worker: workerstate.Worker) -> None:
        where = self.lab.directory
        self.assertNotIn(worker.name, process.of_lab(where.path).values())
        self.assertFalse(where.service(worker.name).exists())
        self.assertFalse(where.pid_file(worker.name).exists())
        self.assertNotIn(worker.name, where.description.read_text())
        self.assertNotIn(worker.name, (
            where.service('haproxy') / 'haproxy.cfg').read_text())
        self.assertEqual(set(), importing.resolved(
            self.lab, str(worker.host)))
        self.assertNotIn(worker.address, importing.resolved(
            self.lab, self.service))

    def test_renamed_worker_is_stale_until_it_is_configured(self) -> None:
        before = self.worker('glance-api-2')
        pid = self.lab.workers['glance-api-2'].process()
        self.useFixture(fixture.Renamed(self.lab, 'glance-api-2', 'moved'))
        self.assertEqual(pid, self.lab.workers['glance-api-2'].process())
        self.assertEqual(set(), importing.resolved(
            self.lab, str(before.host)))
        self.assertEqual({before.address}, importing.resolved(
            self.lab, f'moved.{self.service}'))
        image_id = self.assert_unreachable('glance-api-2', 'glance-api-3')
        # Whoever asks the worker itself needs no name.
        self.assertEqual((202, True), self.imports.submit(
            image_id, self.worker('glance-api-2')))
        self.imports.wait_active(image_id)
        hubworkers.HubWorkers(self.lab).reconfigure('glance-api-2')
        self.assert_imported('glance-api-2', 'glance-api-3')

    def test_staging_directory_of_another_worker(self) -> None:
        first, second = self.worker('glance-api-1'), self.worker(
            'glance-api-2')
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(
                self_reference_url=settings.UNSET, staging=first.staging),
            first.name, second.name))
        image_id = self.imports.stage(second)
        self.addCleanup(self.imports.remove, image_id)
        self.assertEqual([f'{first.name}: {image_id}'],
                         self.imports.staged())
        # Nobody is named who has it, and whoever is asked finds it.
        self.assertEqual((202, True), self.imports.submit(image_id, first))
        self.imports.wait_active(image_id)

    def test_run_passes_exit_code_and_standard_streams_on(self) -> None:
        ran = subprocess.run(
            self._run('sh', '-c', 'cat; pwd; echo oh >&2; exit 7'),
            input='given\n', cwd='/', text=True, capture_output=True,
            check=False, timeout=60,
            env={'PYTHONPATH': str(pathlib.Path.cwd()), 'PATH': '/usr/bin'})
        self.assertEqual((7, 'given\n/\n', 'oh\n'),
                         (ran.returncode, ran.stdout, ran.stderr))

    def test_run_is_interrupted_as_its_command_is(self) -> None:
        with subprocess.Popen(
                self._run('sh', '-c', 'echo begun; exec sleep 60'),
                stdout=subprocess.PIPE, text=True,
                preexec_fn=signals.heed_interrupts) as running:
            assert running.stdout is not None
            self.assertEqual('begun\n', running.stdout.readline())
            running.send_signal(signal.SIGINT)
            self.assertEqual(-signal.SIGINT, running.wait(10))

    def _run(self, *command: str) -> list[str]:
        return [sys.executable, '-m', 'lab', '--state',
                str(self.lab.directory.path), 'run', '--', *command]


class NumericTestCase(workertest.OwnLabTestCase):
    """Without names and TLS; all by the command line."""

    def test_workers_come_move_and_go(self) -> None:
        self.up('--workers', '2')
        self.command('worker', 'add', 'glance-api-more')
        self.assert_imported('glance-api-more', 'glance-api-1')
        self.command('worker', 'rename', 'glance-api-2', '127.0.0.77')
        moved = self.worker('glance-api-2')
        self.assertEqual('127.0.0.77', moved.address)
        self.assertTrue(uwsgi.look(f'{moved.url}/healthcheck').ready)
        self.assert_unreachable('glance-api-2', 'glance-api-1')
        self.command('stop', 'haproxy')
        self.command('start', 'haproxy')
        self.command('worker', 'reconfigure', 'glance-api-2')
        self.command('status')
        self.command('worker', 'remove', 'glance-api-1')
        self.command('worker', 'remove', 'glance-api-more')
        refused = self.own.command('worker', 'remove', 'glance-api-2')
        self.assertEqual(exitcodes.USAGE, refused.returncode)
        again = self.own.up()
        self.assertEqual(exitcodes.OK, again.returncode, again.stderr)
        described = json.loads(
            (self.own.state / 'lab.json').read_text())
        self.assertEqual(['glance-api-2'], [
            one['name'] for one in described['workers']])
        self.down()
