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

import socket
import struct
import threading

import testtools

from lab import dnsquery

_HEADER = struct.Struct('>6H')


class AddressesTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.server.close)
        self.server.bind(('127.0.0.1', 0))
        self.asked = []

    def _answer(self, render):
        def serve():
            question, client = self.server.recvfrom(512)
            self.asked.append(question)
            self.server.sendto(render(question), client)

        server = threading.Thread(target=serve)
        server.start()
        self.addCleanup(server.join)

    def _ask(self, name='a.lab.test'):
        return dnsquery.addresses(*self.server.getsockname(), name)

    def test_several_addresses_behind_an_alias(self):
        def render(question):
            name = b'\xc0\x0c'
            records = [
                name + struct.pack('>HHIH', 5, 1, 0, 4) + b'\x01b\xc0\x0e',
                b'\x01b\x03lab\x04test\0' + struct.pack('>HHIH', 1, 1, 0, 4)
                + bytes([127, 0, 0, 11]),
                name + struct.pack('>HHIH', 1, 1, 0, 4)
                + bytes([127, 0, 0, 12])]
            return _HEADER.pack(1, 0x8580, 1, len(records), 0, 0) \
                + question[12:] + b''.join(records)

        self._answer(render)
        self.assertEqual({'127.0.0.11', '127.0.0.12'}, self._ask())
        self.assertEqual(b'\x01a\x03lab\x04test\0\0\x01\0\x01',
                         self.asked[0][12:])

    def test_no_such_name(self):
        self._answer(lambda question: _HEADER.pack(
            1, 0x8583, 1, 0, 0, 0) + question[12:])
        self.assertEqual(set(), self._ask())

    def test_half_an_answer(self):
        self._answer(lambda question: _HEADER.pack(1, 0x8580, 1, 1, 0, 0)
                     + question[12:] + b'\xc0\x0c\0')
        self.assertRaises(ValueError, self._ask)

    def test_nobody_answers(self):
        server = self.server.getsockname()
        self.server.close()
        self.assertRaises(OSError, dnsquery.addresses, *server, 'a')
