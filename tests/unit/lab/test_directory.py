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

import fixtures
import testtools

from lab import directory
from lab import exception


class StateDirectoryTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(self.root / 'lab')

    def test_create_twice(self):
        self.where.create()
        self.where.create()
        self.assertTrue(self.where.is_lab())

    def test_create_in_an_empty_directory(self):
        self.where.path.mkdir()
        self.where.create()
        self.assertTrue(self.where.is_lab())

    def test_foreign_files_are_left_alone(self):
        self.where.path.mkdir()
        treasure = self.where.path / 'treasure'
        treasure.touch()
        self.assertRaises(exception.NotALab, self.where.create)
        self.assertRaises(exception.NotALab, self.where.remove)
        self.assertTrue(treasure.exists())

    def test_a_file_in_the_way(self):
        self.where.path.touch()
        self.assertRaises(exception.NotALab, self.where.create)

    def test_remove_leaves_nothing(self):
        self.where.create()
        (self.where.site('central') / 'osd').mkdir(parents=True)
        self.where.log('mariadb').touch()
        with self.where.locked():
            self.where.remove()
        self.assertEqual([], list(self.root.iterdir()))

    def test_remove_does_not_follow_links(self):
        outside = self.root / 'outside'
        outside.mkdir()
        (outside / 'file').touch()
        self.where.create()
        (self.where.path / 'link').symlink_to(outside)
        self.where.remove()
        self.assertTrue((outside / 'file').exists())

    def test_clear_keeps_the_marker(self):
        self.where.create()
        self.where.log('mariadb').touch()
        self.where.clear()
        self.assertTrue(self.where.is_lab())
        self.assertFalse(self.where.log('mariadb').exists())

    def test_lock_keeps_others_away(self):
        self.where.create()
        with self.where.locked():
            other = directory.StateDirectory(self.where.path)
            error = self.assertRaises(
                exception.Locked, other.locked().__enter__)
        self.assertIn('pid ', error.holder)
        with self.where.locked():
            pass

    def test_path_too_long_for_sockets(self):
        where = directory.StateDirectory(self.root / ('x' * 100))
        error = self.assertRaises(exception.InvalidSettings, where.create)
        self.assertIn('too long', str(error))
        self.assertFalse(where.path.exists())

    def test_has_logs(self):
        self.where.create()
        self.assertFalse(self.where.has_logs())
        self.where.log('mariadb').touch()
        self.assertTrue(self.where.has_logs())
