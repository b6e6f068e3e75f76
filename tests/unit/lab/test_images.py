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

from lab import images


class MakeRawTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def _make(self, name, *arguments, **keywords):
        return images.make_raw(self.root / name, *arguments, **keywords)

    def test_size_data_and_hole(self):
        image = self._make('a', 64, 2)
        seen = image.stat()
        self.assertEqual(64 * images.MIB, seen.st_size)
        self.assertLess(seen.st_blocks * 512, 8 * images.MIB)
        with image.open('rb') as source:
            data = source.read(3 * images.MIB)
        self.assertGreater(len(set(data[:2 * images.MIB])), 200)
        self.assertEqual({0}, set(data[2 * images.MIB:]))

    def test_seed(self):
        first = self._make('a', 1, 1, seed=1).read_bytes()
        self.assertEqual(first, self._make('b', 1, 1, seed=1).read_bytes())
        self.assertNotEqual(first, self._make('c', 1, 1, seed=2).read_bytes())

    def test_more_data_than_image(self):
        self.assertRaises(ValueError, self._make, 'a', 1, 2)
