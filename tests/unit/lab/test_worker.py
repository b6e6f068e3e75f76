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

import contextlib
import io
import pathlib

import fixtures
import testtools

from lab import cloud
from lab import directory
from lab import exitcodes
from lab import main
from lab import state
from tests.unit.lab import samples


class WorkerTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        where = directory.StateDirectory(root / 'lab')
        where.create()
        state.save(where, samples.described(where.path))
        self.path = str(where.path)
        self.lab = cloud.Lab.load(where.path)

    def _run(self, *words):
        with contextlib.redirect_stdout(io.StringIO()) as stdout, \
                contextlib.redirect_stderr(io.StringIO()) as stderr:
            code = main.main(['--state', self.path, 'worker', *words])
        return code, stdout.getvalue() + stderr.getvalue()

    def _patch(self, name, does):
        self.useFixture(fixtures.MonkeyPatch(
            f'lab.hubworkers.HubWorkers.{name}', does))

    def test_add_tells_where_it_is(self):
        self._patch('add', lambda workers, name: self.lab.workers[name])
        code, said = self._run('add', 'glance-api-3')
        self.assertEqual(exitcodes.OK, code)
        self.assertIn('glance-api-3 added, http://127.0.0.13:21010', said)

    def test_remove_tells_when_it_had_to_kill(self):
        for in_time, wanted in ((True, exitcodes.OK),
                                (False, exitcodes.FAILED)):
            self._patch('remove',
                        lambda workers, name, timeout, told=in_time: told)
            code, said = self._run('remove', 'glance-api-2', '--timeout', '1')
            self.assertEqual(wanted, code)
            self.assertEqual(not in_time, 'was killed' in said)

    def test_rename_warns(self):
        self._patch('rename', lambda workers, name, new: None)
        code, said = self._run('rename', 'glance-api-2', '127.0.0.77')
        self.assertEqual(exitcodes.OK, code)
        self.assertIn('stale until "worker reconfigure"', said)

    def test_unknown_worker(self):
        for action in ('remove', 'rename', 'reconfigure'):
            code, said = self._run(action, 'glance-api-8')
            self.assertEqual(exitcodes.USAGE, code)
            self.assertIn("no worker 'glance-api-8'", said)
