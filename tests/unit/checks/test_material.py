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

"""What is uploaded."""

from __future__ import annotations

import hashlib
import io
import pathlib
import struct

import ddt
import fixtures
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore.checks import material
from nova_rbd_multistore.fixture import qcow2 as fake_qcow2
from tests import base

SECTOR = 512


@ddt.ddt
class RawDataTestCase(base.TestCase):

    def test_every_sector_is_another(self):
        data = material.RawData(1).open('seed').read()
        self.assertEqual(material.MIB, len(data))
        sectors = [data[at:at + SECTOR]
                   for at in range(0, len(data), SECTOR)]
        self.assertEqual(len(sectors), len(set(sectors)))
        other = material.RawData(1).open('other').read()
        self.assertEqual(set(), set(sectors) & {
            other[at:at + SECTOR] for at in range(0, len(other), SECTOR)})

    @ddt.data('sha512', 'sha256', 'md5')
    def test_digest(self, algorithm):
        data = material.RawData(2)
        self.assertEqual(
            hashlib.new(algorithm, data.open('a').read()).hexdigest(),
            data.digest('a', algorithm))
        self.assertNotEqual(data.digest('a'), data.digest('b'))
        self.assertEqual(
            data.digest('a'), data.digest('a', material.HASH))

    def test_hash_that_python_does_not_know(self):
        self.assertRaises(
            ValueError, material.RawData(1).digest, 'a', 'sha1000')

    @hypothesis.given(strategies.lists(
        strategies.integers(1, 200_000), min_size=1, max_size=8))
    def test_read_in_pieces(self, sizes):
        whole = material.RawData(1).open('a').read()
        stream = material.RawData(1).open('a')
        pieces = b''.join(stream.read(size) for size in sizes)
        self.assertEqual(whole[:sum(sizes)], pieces)


class SmallQcow2TestCase(base.TestCase):

    def test_layout(self):
        data = material.SmallQcow2().open('seed').read()
        (magic, version, backing, _size, bits, size, crypt, l1_size, l1_at,
         refcounts_at, refcount_clusters, snapshots, _at) = struct.unpack(
             '>4sIQIIQIIQQIIQ', data[:72])
        self.assertEqual(
            (b'QFI\xfb', 2, 0, 16, material.MIB, 0, 1, 1, 0),
            (magic, version, backing, bits, size, crypt, l1_size,
             refcount_clusters, snapshots))
        cluster = 1 << bits
        self.assertEqual(6 * cluster, len(data))

        def entry(at):
            return int.from_bytes(data[at:at + 8])

        copied = 1 << 63
        self.assertEqual(copied, entry(l1_at) & copied)
        l2_at = entry(l1_at) & ~copied
        data_at = entry(l2_at) & ~copied
        # One reference to each cluster, and to no other.
        counts_at = entry(refcounts_at)
        self.assertEqual(
            [1] * 6 + [0] * (cluster // 2 - 6),
            list(struct.unpack(f'>{cluster // 2}H',
                               data[counts_at:counts_at + cluster])))
        self.assertEqual(
            {0, l1_at, refcounts_at, counts_at, l2_at, data_at},
            {number * cluster for number in range(6)})

    def test_disk_in_it(self):
        image = material.SmallQcow2()
        disk = fake_qcow2.to_raw(image.open('seed').read())
        self.assertEqual(image.size, len(disk))
        self.assertEqual(
            hashlib.sha512(disk).hexdigest(), image.digest('seed'))
        self.assertEqual(
            hashlib.sha256(disk).hexdigest(), image.digest('seed', 'sha256'))
        self.assertNotEqual(image.digest('seed'), image.digest('other'))


class ImageFileTestCase(base.TestCase):

    def file(self, data: bytes) -> material.ImageFile:
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('image'))
        path.write_bytes(data)
        return material.ImageFile(path)

    def test_raw(self):
        given = self.file(b'x' * 1000)
        self.assertEqual(('raw', 1000), (given.disk_format, given.size))
        self.assertEqual(hashlib.sha256(b'x' * 1000).hexdigest(),
                         given.digest('whatever', 'sha256'))
        with given.open('whatever') as data:
            self.assertEqual(b'x' * 1000, data.read())

    def test_qcow2(self):
        given = self.file(material.SmallQcow2().open('a').read())
        self.assertEqual(
            ('qcow2', material.MIB, None),
            (given.disk_format, given.size, given.digest('a')))

    def test_empty(self):
        self.assertEqual(('raw', 0), (
            (given := self.file(b'')).disk_format, given.size))

    def test_no_file(self):
        self.assertRaises(
            OSError, material.ImageFile, pathlib.Path('/no/such/file'))

    def test_stream_is_read_to_its_end(self):
        self.assertEqual(b'', io.BytesIO(self.file(b'').open('a').read())
                         .read())
