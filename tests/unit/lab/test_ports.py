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

import os
import socket

import testtools

from lab import exception
from lab import ports
from lab import settings


class LayoutTestCase(testtools.TestCase):

    def test_no_port_has_two_owners(self):
        base = 21000
        used = [ports.fixed(base, name)
                for name in ('haproxy', 'keystone', 'mariadb', 'placement',
                             'nova-api', 'neutron-server', 'rabbitmq',
                             'epmd', 'erlang')]
        used += [ports.worker(base), ports.worker_tls(base)]
        for index in range(settings.MAX_SITES):
            used.append(ports.mon(base, index))
            used.append(ports.mgr(base, index))
            used.append(ports.edge(base, index))
            used += ports.osd(base, index)
        for index in range(settings.MAX_COMPUTES):
            used.append(ports.sshd(base, index))
            used += ports.migration(base, index)
        self.assertEqual(len(used), len(set(used)))
        self.assertTrue(all(0 <= port - base < ports.SPAN for port in used))

    def test_each_lab_has_a_resolver_of_its_own(self):
        self.assertEqual('127.53.93.192', ports.resolver_address(24000))
        self.assertNotEqual(ports.resolver_address(24000),
                            ports.resolver_address(24500))

    def test_two_labs_do_not_meet(self):
        last = max(ports.osd(21000, settings.MAX_SITES - 1)[-1],
                   ports.mgr(21000, settings.MAX_SITES - 1),
                   ports.migration(21000, settings.MAX_COMPUTES - 1)[-1])
        self.assertLess(last, ports.fixed(21000 + ports.SPAN, 'haproxy'))

    def test_workers_of_the_hub_have_addresses_of_their_own(self):
        self.assertEqual(
            ['127.0.0.11', '127.0.0.12', '127.0.0.19'],
            [ports.worker_address(number) for number in (1, 2, 9)])
        self.assertEqual(21010, ports.worker(21000))


class CheckTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.listener = socket.socket()
        self.addCleanup(self.listener.close)
        self.listener.bind((ports.ADDRESS, 0))
        self.port = self.listener.getsockname()[1]

    def test_busy_port_names_port_daemon_and_holder(self):
        self.listener.listen(1)
        error = self.assertRaises(
            exception.PortBusy, ports.check_free,
            {ports.Endpoint(ports.ADDRESS, self.port): 'keystone'})
        self.assertEqual(ports.ADDRESS, error.address)
        self.assertEqual(self.port, error.port)
        self.assertEqual('keystone', error.wanted_by)
        self.assertIn(f'pid {os.getpid()} ', error.holder)
        for part in (f'{self.port} on 127.0.0.1,', 'keystone', error.holder):
            self.assertIn(part, str(error))

    def test_free_port(self):
        self.listener.close()
        ports.check_free(
            {ports.Endpoint(ports.ADDRESS, self.port): 'keystone'})

    def test_another_address_has_the_same_port_for_itself(self):
        self.listener.listen(1)
        other = ports.worker_address(1)
        ports.check_free({ports.Endpoint(other, self.port): 'glance-api-1'})
        self.assertIsNone(ports.holder(self.port, other))

    def test_who_listens_on_all_addresses_has_the_port_of_each(self):
        for family, everywhere in ((socket.AF_INET, '0.0.0.0'),
                                   (socket.AF_INET6, '::')):
            listener = socket.socket(family)
            self.addCleanup(listener.close)
            listener.bind((everywhere, 0))
            listener.listen(1)
            port = listener.getsockname()[1]
            address = ports.worker_address(2)
            self.assertFalse(ports.is_free(port, address))
            self.assertIn(
                f'pid {os.getpid()} ', ports.holder(port, address))

    def test_no_holder_of_a_free_port(self):
        self.listener.close()
        self.assertIsNone(ports.holder(self.port))
