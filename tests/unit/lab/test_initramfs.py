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


import gzip

import testtools

from lab import initramfs


def unpack(archive):
    """Read an archive as the kernel does: name to mode, device and data."""
    data = gzip.decompress(archive)
    found, position = {}, 0
    while True:
        head = data[position:position + 110]
        assert head[:6] == b'070701', head
        fields = [int(head[start:start + 8], 16)
                  for start in range(6, 110, 8)]
        mode, size, length = fields[1], fields[6], fields[11]
        name = data[position + 110:position + 110 + length - 1].decode()
        assert data[position + 109 + length] == 0
        start = _aligned(position + 110 + length)
        position = _aligned(start + size)
        if name == 'TRAILER!!!':
            assert position == len(data)
            return found
        found[name] = (mode, (fields[9], fields[10]),
                       data[start:start + size])


def _aligned(position):
    return (position + 3) // 4 * 4


class PackTestCase(testtools.TestCase):

    def test_files_directories_and_devices(self):
        archive = initramfs.pack([
            initramfs.directory('bin'),
            initramfs.program('bin/a', b'12345'),
            initramfs.console(),
            initramfs.program('init', b'#!/bin/a\n')])
        self.assertEqual({
            'bin': (0o040755, (0, 0), b''),
            'bin/a': (0o100755, (0, 0), b'12345'),
            'dev/console': (0o020600, (5, 1), b''),
            'init': (0o100755, (0, 0), b'#!/bin/a\n'),
        }, unpack(archive))

    def test_same_entries_same_bytes(self):
        entries = [initramfs.program('init', b'x')]
        self.assertEqual(initramfs.pack(entries), initramfs.pack(entries))
