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

import dataclasses
import pathlib
import socket
import threading

import fixtures
import testtools

from lab import directory
from lab import exception
from lab import haproxy
from lab import launcher
from tests.unit.lab import samples


class HAProxyTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()
        self.socket = haproxy.admin_socket(self.where)
        self.socket.parent.mkdir()

    def _answer(self, text):
        """Take one order and answer it; return where the order will be."""
        return self._answers(text)

    def _answers(self, *texts):
        """Take an order for each text and answer with it."""
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(self.socket))
        listener.listen(1)
        orders = []

        def serve():
            for text in texts:
                connection, _ = listener.accept()
                with connection:
                    orders.append(connection.recv(1024).decode())
                    connection.sendall(text.encode())

        server = threading.Thread(target=serve)
        server.start()
        self.addCleanup(server.join)
        return orders

    def test_drain(self):
        orders = self._answer('\n')
        haproxy.drain(self.where, 'glance-api-1')
        self.assertEqual(
            ['set server workers/glance-api-1 state drain\n'], orders)

    def test_resume_does_not_wait_for_the_next_check(self):
        orders = self._answer('\n\n')
        haproxy.resume(self.where, 'glance-api-1')
        self.assertEqual(
            ['set server workers/glance-api-1 state ready; '
             'set server workers/glance-api-1 health up\n'], orders)

    def test_added(self):
        orders = self._answers('New server registered.\n\n', '\n')
        haproxy.add(self.where, samples.described(self.where.path).workers[1])
        self.assertEqual([
            'add server workers/glance-api-2 127.0.0.12:21010 '
            'check inter 1s fall 2 rise 1\n',
            'enable health workers/glance-api-2\n'], orders)

    def test_deleted_when_its_connections_have_ended(self):
        orders = self._answers(
            '\n', 'Server still has connections attached to it.\n',
            '\n', 'Server deleted.\n')
        haproxy.delete(self.where, 'glance-api-1')
        self.assertEqual(['set server workers/glance-api-1 state maint\n',
                          'del server workers/glance-api-1\n'] * 2, orders)

    def test_deleting_what_is_not_there(self):
        self._answers('No such server.\n')
        haproxy.delete(self.where, 'glance-api-1')

    def test_moved(self):
        orders = self._answers(
            "IP changed from '127.0.0.11' to '127.0.0.77' by 'stats socket "
            "command'\n", 'No such server.\n')
        worker = dataclasses.replace(
            samples.described(self.where.path).workers[0],
            address='127.0.0.77')
        haproxy.move(self.where, worker)
        self.assertEqual(['set server workers/glance-api-1 addr 127.0.0.77 '
                          'port 21010\n'], orders)
        self.assertRaises(exception.OrderRefused, haproxy.move, self.where,
                          worker)

    def test_refusal(self):
        self._answer('No such server.\n')
        error = self.assertRaises(
            exception.OrderRefused, haproxy.drain, self.where, 'nobody')
        self.assertEqual('No such server.', error.answer)

    def test_order_to_a_dead_one(self):
        haproxy.drain(self.where, 'glance-api-1')
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.socket))
        haproxy.drain(self.where, 'glance-api-1')

    def test_configuration(self):
        lab = samples.described(self.where.path)
        one = haproxy.HAProxy(lab, launcher.Launcher(self.where))
        one.prepare()
        lines = [line.strip() for line in
                 pathlib.Path(one.command()[-1]).read_text().splitlines()]
        self.assertIn('bind 127.0.0.1:21000', lines)
        for number in (1, 2, 3):
            self.assertIn(
                f'server glance-api-{number} 127.0.0.1{number}:21010', lines)
        # Not to the Glance of an edge site.
        self.assertEqual(
            3, sum(line.startswith('server ') for line in lines))
        self.assertEqual((21000,), tuple(one.ports))
        self.assertFalse(any(line.startswith(('user', 'group', 'chroot'))
                             for line in lines))
