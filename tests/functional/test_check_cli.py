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

"""The command check import, in a subprocess."""

from __future__ import annotations

import signal
import subprocess
import threading

from lab import fixture
from lab import names
from lab import settings
from nova_rbd_multistore.checks import bench
from nova_rbd_multistore.cmd import exitcodes
from tests import ended
from tests.functional import checkcase
from tests.functional import cli

_CHECK = ('check', 'import')


class CheckCliTestCase(checkcase.CheckTestCase):

    @property
    def given(self) -> list[str]:
        """Options that name all workers by their URLs."""
        return [word for worker in self.workers
                for word in ('--worker', worker.url)]

    @property
    def discovered(self) -> list[str]:
        """Options by which all workers are found."""
        return ['--discover', f'{names.SERVICE}:{self.workers[0].port}']

    def run_check(self, *argv: str, inside: bool = True) -> ended.Done:
        """Run the command to its end as a tenant."""
        return cli.run(self.lab, *_CHECK, *argv, user='demo', inside=inside)

    def test_workers_behind_a_service_name(self) -> None:
        done = self.run_check(*self.discovered, '-f', 'json')
        self.assertEqual(exitcodes.OK, done.code, done.err)
        self.assertEqual(
            [[name] for name in self.names],
            [row['workers'] for row in done.json if row['check'] == 'worker'])
        self.assertEqual(
            {f'http://{worker.host}:{worker.port}'
             for worker in self.workers},
            {row['facts']['self_url'] for row in done.json
             if row['check'] == 'self URL'})
        self.assert_clean()

    def test_one_by_the_name_of_a_pod(self) -> None:
        worker = self.workers[1]
        done = self.run_check(
            '--discover', f'{worker.host}:{worker.port}', '--read-only',
            '-f', 'json')
        row, = done.json
        self.assertEqual(['glance-api-2'], row['workers'])

    def test_progress_and_table(self) -> None:
        done = self.run_check(*self.given, '--pairs', 'ring', inside=False)
        self.assertEqual(exitcodes.OK, done.code)
        self.assertIn('import 127.0.0.11 -> 127.0.0.12: ok, forwarded, '
                      'active in central', done.err)
        self.assertIn('| import ', done.out)
        self.assertIn(' note', done.out.splitlines()[-1])

    def test_what_is_found_is_explained(self) -> None:
        self.configure(settings.GlanceSettings(overrides=checkcase.UNSET), 0)
        done = self.run_check(*self.discovered, '--pairs', 'ring')
        self.assertEqual(exitcodes.FINDINGS, done.code)
        words = ' '.join(done.out.split())
        self.assertIn('self-url-unset: glance-api-1', words)
        self.assertIn('Set worker_self_reference_url in [DEFAULT] of '
                      'glance-api.conf of glance-api-1', words)
        self.assert_clean()

    def test_worker_that_is_down(self) -> None:
        self.useFixture(fixture.Killed(self.lab, self.workers[2].name))
        done = self.run_check(*self.discovered, '--read-only', '-f', 'value',
                              '-c', 'code', '-c', 'workers')
        self.assertEqual(exitcodes.FINDINGS, done.code)
        self.assertIn('worker-down', done.out)

    def test_interrupted(self) -> None:
        check = cli.start(self.lab, *_CHECK, *self.given, '--size', '32',
                          user='demo')
        self.addCleanup(check.wait)
        self.addCleanup(check.kill)
        seen = self.interrupt(check, 'self URL')
        self.assertEqual(exitcodes.INTERRUPTED, check.wait(cli.TIMEOUT))
        self.assertIn('Stopping, and removing what was made', seen)
        self.assert_clean()

    def interrupt(self, check: subprocess.Popen[str], word: str) -> str:
        """Interrupt a run when it tells of something; return all it says."""
        assert check.stderr is not None and check.stdout is not None
        out = threading.Thread(target=check.stdout.read)
        out.start()
        told = ''
        for line in check.stderr:
            if word in line and word not in told:
                check.send_signal(signal.SIGINT)
            told += line
        out.join()
        return told

    def test_left_over_of_a_run_that_was_killed(self) -> None:
        check = cli.start(self.lab, *_CHECK, *self.given, user='demo')
        assert check.stderr is not None
        for line in check.stderr:
            if line.startswith('self URL'):
                check.kill()
        check.communicate()
        done = self.run_check(*self.given, '--read-only', '-f', 'json',
                              inside=False)
        self.assertEqual(exitcodes.FINDINGS, done.code)
        left = {image.id for image in self.reach(
            self.lab.state.glance_url).tagged(bench.TAG)}
        self.assertEqual(left, {row['facts']['image'] for row in done.json
                                if row['code'] == 'left-over'})
        for image_id in left:
            self.wait_idle(image_id)
        done = self.run_check(*self.given, '--remove-left-overs',
                              inside=False)
        self.assertEqual(exitcodes.OK, done.code, done.out)
        self.assert_clean()

    def test_wrong_command_lines(self) -> None:
        for words in (['--worker', 'glance.example:9292'],
                      ['--worker', 'http://'],
                      ['--discover', 'no-such-name.invalid'],
                      ['--image-file', '/no/such/file', *self.given],
                      ['--size', '0'], ['--pairs', 'some']):
            done = self.run_check(*words, inside=False)
            self.assertEqual(exitcodes.USAGE, done.code, words)
            self.assertEqual('', done.out)
