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
import struct

import testtools

from lab import guest


def elf(*kinds):
    """Return the head of a program that has segments of these kinds."""
    head = bytearray(64)
    head[:5] = b'\x7fELF\x02'
    struct.pack_into('<Q', head, 32, 64)
    struct.pack_into('<HH', head, 54, 56, len(kinds))
    return bytes(head) + b''.join(
        struct.pack('<I52x', kind) for kind in kinds)


class StaticTestCase(testtools.TestCase):

    def test_program_without_a_loader(self):
        self.assertTrue(guest.is_static(elf(1, 4)))

    def test_program_with_a_loader(self):
        self.assertFalse(guest.is_static(elf(6, 3, 1)))

    def test_program_of_this_system(self):
        self.assertFalse(guest.is_static(
            pathlib.Path('/bin/sh').read_bytes()))

    def test_no_program(self):
        for data in (b'', b'#!/bin/sh\n'):
            self.assertFalse(guest.is_static(data))
