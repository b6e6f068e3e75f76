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

from lab import accounts
from lab import directory
from lab import novaconf
from tests.unit.lab import samples


class NovaConfTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root)
        self.lab = samples.cloud(root, dcn0=2)
        self.cloud = self.lab.cloud

    def compute(self, name):
        of, = (one for one in self.cloud.computes if one.name == name)
        return novaconf.compute(self.lab, self.cloud, of,
                                self.lab.site(of.site))

    def test_compute_knows_no_database(self):
        sections = self.compute('dcn0-0')
        for section in ('database', 'api_database'):
            self.assertNotIn(section, sections)

    def test_compute_has_the_store_and_the_cluster_of_its_site(self):
        options = self.compute('dcn0-1')['libvirt']
        site = self.lab.site('dcn0')
        self.assertEqual('rbd', options['images_type'])
        self.assertEqual('dcn0', options['images_rbd_glance_store_name'])
        self.assertEqual(str(site.ceph_conf),
                         options['images_rbd_ceph_conf'])

    def test_site_with_a_glance_of_its_own_uses_it_and_knows_the_hub(self):
        sections, own = self.compute('dcn0-0'), self.lab.edge('dcn0')
        self.assertEqual(own.url, sections['glance']['endpoint_override'])
        self.assertEqual(accounts.COPIER, sections['glance']['username'])
        self.assertEqual(
            self.lab.glance_url,
            sections['libvirt']['images_rbd_glance_hub_endpoint'])
        self.assertEqual(
            'central', sections['libvirt']['images_rbd_glance_hub_store_name'])

    def test_other_sites_use_the_hub_s(self):
        for name in ('central-0', 'dcn1-0'):
            sections = self.compute(name)
            self.assertNotIn('endpoint_override', sections['glance'])
            self.assertNotIn('images_rbd_glance_hub_endpoint',
                             sections['libvirt'])

    def test_computes_share_no_path(self):
        first, second = self.compute('dcn0-0'), self.compute('dcn0-1')
        for name in ('host', 'state_path', 'log_file'):
            self.assertNotEqual(first['DEFAULT'][name],
                                second['DEFAULT'][name])

    def test_servers_go_from_host_to_host(self):
        first, second = self.compute('dcn0-0'), self.compute('dcn0-1')
        self.assertEqual(first['DEFAULT']['instances_path'],
                         second['DEFAULT']['instances_path'])
        self.assertEqual('dcn0-1',
                         second['libvirt']['migration_inbound_addr'])

    def test_controller_has_both_databases(self):
        sections = novaconf.controller(self.lab, self.cloud, self.where)
        for section, database in (('database', 'nova'),
                                  ('api_database', 'nova_api')):
            self.assertIn(f'/{database}?', sections[section]['connection'])

    def test_only_a_compute_has_the_credential_for_images(self):
        of_compute = self.compute('central-0')
        self.assertEqual('nova-glance', of_compute['glance']['username'])
        self.assertEqual('nova', of_compute['service_user']['username'])
        controller = novaconf.controller(self.lab, self.cloud, self.where)
        self.assertNotIn('username', controller['glance'])
        self.assertEqual('nova', controller['service_user']['username'])

    def test_services_meet_at_the_same_broker(self):
        controller = novaconf.controller(self.lab, self.cloud, self.where)
        self.assertEqual(
            controller['DEFAULT']['transport_url'],
            self.compute('central-0')['DEFAULT']['transport_url'])
        self.assertIn(f'@127.0.0.1:{self.cloud.broker.port}/',
                      controller['DEFAULT']['transport_url'])
