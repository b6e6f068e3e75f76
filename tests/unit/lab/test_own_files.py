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
import os
import pathlib

import fixtures
import testtools

from lab import own_files


class MainTestCase(testtools.TestCase):
    """What mounts needs root, and is tested with a lab."""

    def setUp(self):
        super().setUp()
        self.done = []
        for name in ('keep_mounts_private', 'mount'):
            self.useFixture(fixtures.MonkeyPatch(
                f'lab.host_init.{name}',
                lambda *words, name=name: self.done.append((name, *words))))
        self.etc = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        for name in ('resolv.conf', 'hosts'):
            (self.etc / name).touch()
        self.addCleanup(os.chdir, pathlib.Path.cwd())

    def test_files_are_mounted_privately_and_the_command_takes_over(self):
        def become(program, words):
            self.done.append((program, *words, os.getcwd()))
        self.useFixture(fixtures.MonkeyPatch('os.execvp', become))
        own_files.main(self.etc, '/', ['ls', '-l'])
        self.assertEqual([
            ('keep_mounts_private',),
            ('mount', str(self.etc / 'hosts'), '/etc/hosts'),
            ('mount', str(self.etc / 'resolv.conf'), '/etc/resolv.conf'),
            ('ls', 'ls', '-l', '/')], self.done)

    def test_command_that_is_not_there(self):
        with contextlib.redirect_stderr(io.StringIO()) as stderr:
            code = own_files.main(self.etc, '/', ['/no/such/program'])
        self.assertEqual(127, code)
        self.assertEqual('/no/such/program: No such file or directory\n',
                         stderr.getvalue())
