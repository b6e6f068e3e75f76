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
import socket
import struct
import threading

import fixtures
import testtools

from lab import adminsocket


class LookTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = root / 'osd.asok'

    def _answer(self, *parts):
        """Serve one connection, the answer in parts; return the request."""
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(self.path))
        listener.listen(1)
        asked = []

        def serve():
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(1024))
                for part in parts:
                    connection.sendall(part)

        server = threading.Thread(target=serve)
        server.start()
        self.addCleanup(server.join)
        return asked

    def _look(self):
        return adminsocket.look(self.path, 'status', frozenset(('active',)))

    def _framed(self, text):
        return struct.pack('>I', len(text)) + text

    def test_good_state(self):
        asked = self._answer(self._framed(b'{"state": "active"}'))
        self.assertEqual((True, 'active'), self._look())
        self.assertEqual([b'{"prefix": "status"}\0'], asked)

    def test_answer_in_pieces(self):
        whole = self._framed(b'{"state": "booting"}')
        self._answer(whole[:2], whole[2:9], whole[9:])
        self.assertEqual((False, 'booting'), self._look())

    def test_cut_answer(self):
        self._answer(b'\0\0')
        self.assertFalse(self._look().ready)

    def test_no_json(self):
        self._answer(self._framed(b'oops'))
        self.assertFalse(self._look().ready)

    def test_nobody_listens(self):
        seen = self._look()
        self.assertFalse(seen.ready)
        self.assertIn('no answer on osd.asok', seen.state)
