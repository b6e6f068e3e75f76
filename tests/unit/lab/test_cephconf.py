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

import base64
import pathlib
import stat

import fixtures
import testtools

from lab import cephconf
from lab import ports
from tests.unit.lab import samples


class CephConfTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.site = samples.described(root, 'central').sites[0]
        self.range = ports.osd(21000, 0)
        self.sections = cephconf.sections(self.site, self.range, 8)

    def test_cephx_is_on(self):
        for part in ('cluster', 'service', 'client'):
            self.assertEqual(
                'cephx', self.sections['global'][f'auth_{part}_required'])

    def test_only_glance_gives_up_on_a_dead_cluster(self):
        self.assertEqual(
            '15', self.sections['client.glance']['rados_osd_op_timeout'])
        for section in ('global', 'client', 'client.nova', 'client.admin'):
            self.assertNotIn('rados_osd_op_timeout', self.sections[section])

    def test_everything_is_below_the_site(self):
        home = str(self.site.ceph_conf.parent)
        for name, options in self.sections.items():
            for option, value in options.items():
                if '/' in value:
                    self.assertTrue(value.startswith(home),
                                    f'[{name}] {option} = {value}')

    def test_everything_listens_on_loopback(self):
        for option in ('public_addr', 'cluster_addr'):
            self.assertEqual('127.0.0.1', self.sections['global'][option])
        self.assertEqual(f'v2:127.0.0.1:{self.site.mon_port}',
                         self.sections['global']['mon_host'])

    def test_ports_of_the_osd(self):
        self.assertEqual(
            [str(self.range[0]), str(self.range[-1])],
            [self.sections['osd'][f'ms_bind_port_{end}']
             for end in ('min', 'max')])

    def test_size_of_the_osd(self):
        self.assertEqual(str(8 * 1024 ** 3),
                         self.sections['osd']['bluestore_block_size'])

    def test_class_directory_is_ceph_s_business(self):
        self.assertNotIn('osd_class_dir', self.sections['osd'])

    def test_nova_may_not_write_images(self):
        self.assertEqual(
            'profile rbd pool={vms}, profile rbd-read-only pool={images}',
            cephconf.CAPABILITIES['client.nova']['osd'])

    def test_files(self):
        cephconf.write(self.site, self.range, 8)
        keyrings = self.site.keyrings
        keys = set()
        for user, path in (('admin', keyrings.admin),
                           ('glance', keyrings.glance),
                           ('nova', keyrings.nova)):
            self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
            section, key = path.read_text().split('\n')[:2]
            self.assertEqual(f'[client.{user}]', section)
            keys.add(key.removeprefix('key = '))
        self.assertEqual(3, len(keys))
        for key in keys:
            raw = base64.b64decode(key)
            self.assertEqual(b'\1\0', raw[:2])
            self.assertEqual(12 + 16, len(raw))
        monitor = (self.site.ceph_conf.parent / 'mon.keyring').read_text()
        self.assertIn('caps osd = "profile rbd pool=images"', monitor)
        for key in keys:
            self.assertIn(key, monitor)
