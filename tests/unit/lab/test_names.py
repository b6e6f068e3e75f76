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

import pathlib

import testtools

from lab import exception
from lab import names
from tests.unit.lab import samples


class CommandTestCase(testtools.TestCase):

    def test_it_enters_a_mount_namespace_and_becomes_the_command(self):
        lab = samples.named(pathlib.Path('/x/lab'))
        words = names.command(lab, ['getent', 'hosts', 'a b'], '/tmp')
        self.assertEqual(
            ['/x/lab/etc', '/tmp', 'getent', 'hosts', 'a b'], words[-5:])
        self.assertIn('--mount', words)
        self.assertEqual(words[-7:-5], ['-m', 'lab.own_files'])

    def test_lab_without_names(self):
        self.assertRaises(
            exception.NoNames, names.command,
            samples.described(pathlib.Path('/x/lab')), ['true'])
