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

from lab import directory
from lab import exception
from lab import exitcodes
from lab import main
from lab import state
from tests.unit.lab import samples


def _run(*arguments):
    """Run a command line; return exit code, stdout and stderr."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with (contextlib.redirect_stdout(stdout),
          contextlib.redirect_stderr(stderr)):
        try:
            code = main.main(arguments)
        except SystemExit as exc:
            code = exc.code
    return code, stdout.getvalue(), stderr.getvalue()


class ParserTestCase(testtools.TestCase):

    def _parse(self, *arguments):
        return main.build_parser().parse_args(arguments)

    def test_up_defaults(self):
        args = self._parse('up')
        self.assertEqual('.lab', args.state)
        self.assertEqual(('central', 'dcn0', 'dcn1'), args.sites)
        self.assertEqual(21000, args.port_base)
        self.assertEqual('storage', args.profile)

    def test_state_before_and_behind_the_command(self):
        self.assertEqual('x', self._parse('--state', 'x', 'up').state)
        self.assertEqual('x', self._parse('up', '--state', 'x').state)

    def test_sites(self):
        self.assertEqual(('central', 'dcn1', 'dcn10'),
                         self._parse('up', '--sites',
                                     'central,dcn1, dcn10').sites)

    def test_computes(self):
        self.assertEqual({}, self._parse('up').computes)
        self.assertEqual({'dcn0': 3, 'dcn1': 1}, self._parse(
            'up', '--computes', 'dcn0=3,dcn1=1').computes)
        for wrong in ('dcn0', 'dcn0=many'):
            code, _, stderr = _run('up', '--computes', wrong)
            self.assertEqual(exitcodes.USAGE, code)
            self.assertIn('--computes', stderr)

    def test_workers(self):
        self.assertEqual(3, self._parse('up').workers)
        self.assertEqual(5, self._parse('up', '--workers', '5').workers)

    def test_names(self):
        self.assertIsNone(self._parse('up').names)
        self.assertEqual('all', self._parse('up', '--names').names)
        self.assertEqual(
            'running', self._parse('up', '--names', 'running').names)
        self.assertFalse(self._parse('up').tls)
        self.assertTrue(self._parse('up', '--names', '--tls').tls)

    def test_run(self):
        for words in (('ls', '-l'), ('sh', '-c', 'x', '--', 'y')):
            self.assertEqual(list(words), self._parse(
                'run', '--', *words).words)
        self.assertEqual(exitcodes.USAGE, _run('run')[0])

    def test_worker(self):
        self.assertIsNone(self._parse('worker', 'add').name)
        args = self._parse('worker', 'rename', 'glance-api-1', 'new',
                           '--state', 'x')
        self.assertEqual(('glance-api-1', 'new', 'x'),
                         (args.name, args.new, args.state))
        self.assertEqual('x', self._parse(
            '--state', 'x', 'worker', 'add').state)
        for action in ('remove', 'reconfigure'):
            self.assertEqual('glance-api-1', self._parse(
                'worker', action, 'glance-api-1').name)
        self.assertEqual(exitcodes.USAGE, _run('worker')[0])

    def test_edges(self):
        self.assertIsNone(self._parse('up').edges)
        self.assertEqual(('dcn0', 'dcn1'), self._parse(
            'up', '--edges', 'dcn0,dcn1').edges)
        self.assertEqual((), self._parse('up', '--edges', '').edges)

    def test_each_command_can_run(self):
        for command in ('up', 'down', 'status', 'env'):
            self.assertTrue(callable(self._parse(command).run))
        for command in ('stop', 'kill', 'start'):
            self.assertEqual(['mariadb'],
                             self._parse(command, 'mariadb').names)

    def test_unknown_profile(self):
        code, _, stderr = _run('up', '--profile', 'moon')
        self.assertEqual(exitcodes.USAGE, code)
        self.assertIn("'storage'", stderr)

    def test_no_command(self):
        self.assertEqual(exitcodes.USAGE, _run()[0])


class MainTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = str(self.root / 'lab')

    def test_down_without_a_lab(self):
        code, stdout, _ = _run('--state', self.path, 'down')
        self.assertEqual(exitcodes.OK, code)
        self.assertIn('no lab', stdout)

    def test_env_without_a_lab(self):
        code, stdout, stderr = _run('--state', self.path, 'env')
        self.assertEqual(exitcodes.NO_LAB, code)
        self.assertEqual('', stdout)
        self.assertTrue(stderr.startswith('error: no lab in '))

    def test_run_needs_names(self):
        where = directory.StateDirectory(self.path)
        where.create()
        state.save(where, samples.described(where.path))
        code, _, stderr = _run('--state', self.path, 'run', '--', 'true')
        self.assertEqual(exitcodes.USAGE, code)
        self.assertIn('up --names', stderr)

    def test_run_needs_the_resolver(self):
        where = directory.StateDirectory(self.path)
        where.create()
        state.save(where, samples.named(where.path))
        code, _, stderr = _run('--state', self.path, 'run', '--', 'true')
        self.assertEqual(exitcodes.FAILED, code)
        self.assertIn('lab start dnsmasq', stderr)

    def test_down_leaves_a_foreign_directory_alone(self):
        (self.root / 'file').touch()
        code, _, _ = _run('--state', str(self.root), 'down')
        self.assertEqual(exitcodes.NOT_A_LAB, code)
        self.assertTrue((self.root / 'file').exists())

    def test_wrong_settings_make_no_directory(self):
        code, _, stderr = _run('--state', self.path, 'up', '--sites', 'a,a')
        self.assertEqual(exitcodes.USAGE, code)
        self.assertIn('named twice', stderr)
        self.assertEqual([], list(self.root.iterdir()))

    def test_every_error_has_a_code_other_than_success(self):
        pending = [exception.LabError]
        while pending:
            kind = pending.pop()
            pending += kind.__subclasses__()
            self.assertNotEqual(exitcodes.OK, kind.exit_code)
