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

from lab import compute_host
from lab import directory
from lab import exception
from lab import host_init
from lab import launcher
from tests.unit.lab import samples


class FilesTestCase(testtools.TestCase):

    def test_every_file_that_is_mounted(self):
        self.assertEqual(set(host_init.FILES),
                         set(compute_host.files('dcn0-0')))

    def test_host_resolves_its_name_first(self):
        first, second = compute_host.files('dcn0-0')['hosts'].splitlines()
        self.assertEqual('127.0.0.1 dcn0-0', first)
        self.assertEqual('127.0.0.1 localhost', second)

    def test_guests_migrate_to_an_address_that_libvirt_takes(self):
        hosts = compute_host.files('dcn0-0', ['dcn0-1'])['hosts']
        self.assertIn('127.0.0.2 dcn0-1\n', hosts)

    def test_libvirt_s_user_is_there_once(self):
        for name in ('passwd', 'group'):
            text = compute_host.files('dcn0-0')[name]
            self.assertEqual(1, sum(
                line.startswith('libvirt-qemu:')
                for line in text.splitlines()), name)

    def test_machine_s_own_users_stay(self):
        own = pathlib.Path('/etc/passwd').read_text()
        self.assertTrue(compute_host.files('x')['passwd'].startswith(own))


class ComputeHostTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        lab = samples.cloud(root)
        self.where = directory.StateDirectory(root)
        self.where.create()
        self.host = compute_host.ComputeHost(
            lab.cloud.computes[0], launcher.Launcher(self.where))

    def test_nobody_enters_a_host_that_is_down(self):
        error = self.assertRaises(exception.HostDown, self.host.enter)
        self.assertEqual('compute-host.central-0', error.daemon)
        self.assertIn('lab start compute-host.central-0', str(error))

    def test_prepare_makes_what_is_mounted(self):
        self.host.prepare()
        home = self.host.compute.directory
        for name in host_init.OWN:
            self.assertTrue((home / name).is_dir())
        for name in host_init.FILES:
            self.assertTrue((home / name).is_file())
