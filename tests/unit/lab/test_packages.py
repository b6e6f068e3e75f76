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

import testtools

from lab import exception
from lab import packages
from lab import settings


def _nothing(name):
    return None


def _everything(name):
    return f'/usr/bin/{name}'


class PackagesTestCase(testtools.TestCase):

    def test_all_missing_packages_in_one_line(self):
        error = self.assertRaises(
            exception.PackagesMissing, packages.check, _nothing,
            lambda name: True)
        self.assertEqual(
            ('ceph-base', 'ceph-common', 'ceph-mon', 'ceph-osd', 'haproxy',
             'mariadb-server'), error.packages)
        self.assertEqual(1, str(error).count('apt-get install'))
        self.assertIn(' '.join(error.packages), str(error))
        for program in packages.PROGRAMS:
            self.assertIn(program, str(error))

    def test_cloud_needs_more(self):
        error = self.assertRaises(
            exception.PackagesMissing, packages.check, _nothing,
            lambda name: True, settings.LabSettings(profile='cloud'))
        for package in ('ceph-osd', 'libvirt-daemon', 'qemu-system-x86',
                        'rabbitmq-server', 'syslinux'):
            self.assertIn(package, error.packages)

    def test_cloud_is_root_s(self):
        cloud = settings.LabSettings(profile='cloud')
        packages.check_permitted(cloud, user=0)
        packages.check_permitted(settings.LabSettings(), user=1000)
        error = self.assertRaises(exception.InvalidSettings,
                                  packages.check_permitted, cloud, 1000)
        self.assertIn('sudo', str(error))

    def test_names_are_root_s_and_need_more(self):
        named = settings.LabSettings(names='all')
        packages.check_permitted(named, user=0)
        error = self.assertRaises(exception.InvalidSettings,
                                  packages.check_permitted, named, 1000)
        self.assertIn('port 53', str(error))
        error = self.assertRaises(
            exception.PackagesMissing, packages.check, _nothing,
            lambda name: True, named)
        self.assertIn('dnsmasq-base', error.packages)
        self.assertIn('haproxy', error.packages)

    def test_one_missing_program(self):
        error = self.assertRaises(
            exception.PackagesMissing, packages.check,
            lambda name: None if name == 'haproxy' else _everything(name),
            lambda name: True)
        self.assertEqual(('haproxy',), error.missing)
        self.assertEqual(('haproxy',), error.packages)

    def test_requirements_that_pip_brings(self):
        error = self.assertRaises(
            exception.RequirementsMissing, packages.check, _everything,
            lambda name: name != 'pymysql')
        self.assertIn('pymysql', error.missing)
        self.assertIn('pip install -r', str(error))
        self.assertIn('requirements.txt', str(error))
        self.assertTrue(packages.REQUIREMENTS.exists())
