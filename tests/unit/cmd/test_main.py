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

"""The application: what all commands have in common."""

from __future__ import annotations

import importlib
import os
import pathlib
import re
import subprocess
import sys

import ddt
import fixtures

from nova_rbd_multistore import exception
from nova_rbd_multistore.cmd import exitcodes
from nova_rbd_multistore.cmd import main
from tests import base
from tests.unit.cmd import running

_TIMEOUT = 60
_UNKNOWN = 'b7c25f3e-7a53-4c39-8a4c-2d0f1f4d6c11'
_MODULE = (sys.executable, '-m', 'nova_rbd_multistore.cmd.main')


class HelpTestCase(base.TestCase):

    def test_lists_the_commands_and_the_exit_codes(self):
        done = running.run('--help')
        self.assertEqual(0, done.code)
        for name in main.COMMANDS:
            self.assertRegex(done.out, rf'(?m)^  {name}  +\S')
        self.assertIn(exitcodes.TABLE, done.out)

    def test_each_command_has_help_with_examples(self):
        for name in main.COMMANDS:
            for argv in (('help', *name.split()), (*name.split(), '--help')):
                done = running.run(*argv)
                self.assertEqual((0, ''), (done.code, done.err), name)
                self.assertIn(f'usage: nova-rbd-multistore {name} ', done.out)
                self.assertIn('\nexamples:\n', done.out)

    def test_help_needs_no_cloud_and_loads_nothing_that_talks_to_one(self):
        code = '\n'.join((
            'import sys',
            'from nova_rbd_multistore.cmd import main',
            'try:',
            "    main.main(['--help'])",
            'except SystemExit:',
            '    pass',
            "slow = ('glanceclient', 'keystoneauth1', 'openstack', 'cmd2')",
            'print([name for name in slow if name in sys.modules],'
            ' file=sys.stderr)'))
        done = subprocess.run(
            [sys.executable, '-c', code], capture_output=True, text=True,
            timeout=_TIMEOUT, check=True)
        self.assertEqual('[]\n', done.stderr)

    def test_names_are_those_of_classes(self):
        for value in main.COMMANDS.values():
            module, _, name = value.partition(':')
            self.assertTrue(callable(
                getattr(importlib.import_module(module), name)))


@ddt.ddt
class UsageTestCase(base.TestCase):

    @ddt.data(
        (), ('image',), ('image', 'delete', 'x'), ('--bogus',),
        ('image', 'show'), ('image', 'show', 'x', '--bogus'),
        ('image', 'show', 'x', '-f', 'xml'),
        ('image', 'show', 'x', '--stalled-after', 'soon'))
    def test_wrong_command_line(self, argv):
        done = running.run(*argv)
        self.assertEqual((exitcodes.USAGE, ''), (done.code, done.out))
        self.assertIn('usage: nova-rbd-multistore', done.err)

    def test_unknown_command_names_those_that_are_there(self):
        done = running.run('image', 'delete', 'x')
        for name in main.COMMANDS:
            self.assertIn(name, done.err)


class DocumentationTestCase(base.TestCase):

    def test_has_all_exit_codes(self):
        page = pathlib.Path(__file__).parents[3].joinpath(
            'doc', 'source', 'cli', 'index.rst').read_text()
        documented = re.findall(r'^   \* - (\d+)$', page, re.MULTILINE)
        known = {value for name, value in vars(exitcodes).items()
                 if name.isupper() and isinstance(value, int)}
        self.assertEqual(sorted(known), sorted(map(int, documented)))

    def test_has_a_page_for_each_command(self):
        pages = {path.stem for path in pathlib.Path(__file__).parents[
            3].joinpath('doc', 'source', 'cli').glob('*.rst')}
        self.assertEqual(
            set(), {name.replace(' ', '-') for name in main.COMMANDS} - pages)


@ddt.ddt
class ExitCodesTestCase(base.TestCase):
    """Scripts rely on these numbers."""

    @ddt.data(('OK', 0), ('FAILED', 1), ('USAGE', 2), ('FINDINGS', 3),
              ('NOT_COPIED', 4), ('TIMED_OUT', 5), ('UNREACHABLE', 6),
              ('INTERRUPTED', 130), ('BROKEN_PIPE', 141))
    @ddt.unpack
    def test_number(self, name, number):
        self.assertEqual(number, getattr(exitcodes, name))

    @ddt.data(
        (exception.CopyTimedOut('i', 's', 'w'), exitcodes.TIMED_OUT),
        (exception.CopyFailed('i', 's', 'w'), exitcodes.NOT_COPIED),
        (exception.CopyStalled('i', 's', 'w'), exitcodes.NOT_COPIED),
        (exception.GlanceUnavailable('r', 'a'), exitcodes.UNREACHABLE),
        (exception.LoginRefused('r', 'a'), exitcodes.UNREACHABLE),
        (exception.NotAuthenticated('r', 'a'), exitcodes.UNREACHABLE),
        (exception.Usage('u'), exitcodes.USAGE),
        (exception.Forbidden('r', 'a'), exitcodes.FAILED),
        (OSError('disk full'), exitcodes.FAILED))
    @ddt.unpack
    def test_of_an_error(self, error, code):
        self.assertEqual(code, exitcodes.of(error))


class ErrorTestCase(running.CloudTestCase):

    def test_is_one_line_without_a_traceback(self):
        done = running.run('image', 'show', _UNKNOWN)
        self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
        line, = done.err.splitlines()
        self.assertIn(_UNKNOWN, line)

    def test_traceback_with_debug(self):
        done = running.run('--debug', 'image', 'show', _UNKNOWN)
        self.assertEqual(exitcodes.FAILED, done.code)
        self.assertIn('Traceback', done.err)

    def test_no_answer(self):
        self.fake.expire_token(self.fake.admin)
        done = running.run('image', 'show', self.fake.add_image())
        self.assertEqual(exitcodes.UNREACHABLE, done.code)


class ProcessTestCase(base.TestCase):

    def run_in(self, environment, *argv):
        return subprocess.run(
            [*_MODULE, *argv], capture_output=True, text=True,
            timeout=_TIMEOUT, check=False, env={
                name: value for name, value in os.environ.items()
                if not name.startswith('OS_')} | environment)

    def test_unknown_cloud(self):
        done = self.run_in({}, '--os-cloud', 'no-such', 'image', 'show', 'x')
        self.assertEqual(exitcodes.USAGE, done.returncode)
        line, = done.stderr.splitlines()
        self.assertIn('no-such', line)
        self.assertIn('OS_CLOUD', line)

    def test_no_cloud_at_all(self):
        done = self.run_in({}, 'image', 'show', 'x')
        self.assertEqual(exitcodes.USAGE, done.returncode, done.stderr)
        line, = done.stderr.splitlines()
        self.assertIn('OS_AUTH_URL', line)

    def test_clouds_file_that_cannot_be_read(self):
        path = self.useFixture(fixtures.TempDir()).join('clouds.yaml')
        with open(path, 'w') as clouds:
            clouds.write('clouds: [\n')
        done = self.run_in({'OS_CLIENT_CONFIG_FILE': path, 'OS_CLOUD': 'a'},
                           'image', 'show', 'x')
        self.assertEqual(exitcodes.USAGE, done.returncode, done.stderr)
        self.assertIn(path, done.stderr)
        self.assertIn('OS_CLOUD', done.stderr.splitlines()[-1])

    def test_clouds_file_of_another_shape(self):
        path = self.useFixture(fixtures.TempDir()).join('clouds.yaml')
        with open(path, 'w') as clouds:
            clouds.write('clouds: {a: 7}\n')
        done = self.run_in({'OS_CLIENT_CONFIG_FILE': path, 'OS_CLOUD': 'a'},
                           'image', 'show', 'x')
        self.assertEqual(exitcodes.USAGE, done.returncode, done.stderr)
        line, = done.stderr.splitlines()
        self.assertIn('clouds.yaml', line)

    def test_reader_of_the_output_goes(self):
        process = subprocess.Popen(
            [*_MODULE, 'complete'], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        process.stdout.close()
        _out, err = process.communicate(timeout=_TIMEOUT)
        self.assertEqual((exitcodes.BROKEN_PIPE, ''),
                         (process.returncode, err))
