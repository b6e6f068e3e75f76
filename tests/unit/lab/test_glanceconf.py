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

import json
import pathlib

import fixtures
import testtools

from lab import glanceconf
from lab import settings
from tests.unit.lab import samples


class GlanceConfTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.lab = samples.described(
            self.root, 'central', 'dcn0', 'dcn1', 'dcn10')

    def _sections(self, number=0, **knobs):
        return glanceconf.worker(self.lab, self.lab.workers[number],
                                 settings.GlanceSettings(**knobs))

    def _edge(self, **knobs):
        own, = self.lab.edges
        return glanceconf.worker(
            self.lab, own, settings.GlanceSettings(**knobs))

    def test_one_store_per_site_and_the_hub_is_default(self):
        seen = self._sections()
        self.assertEqual('central:rbd, dcn0:rbd, dcn1:rbd, dcn10:rbd',
                         seen['DEFAULT']['enabled_backends'])
        self.assertEqual('central', seen['glance_store']['default_backend'])
        for site in self.lab.sites:
            self.assertEqual(str(site.ceph_conf),
                             seen[site.store]['rbd_store_ceph_conf'])

    def test_edge_knows_its_own_store_and_the_hub_s(self):
        seen = self._edge()
        self.assertEqual('central:rbd, dcn0:rbd',
                         seen['DEFAULT']['enabled_backends'])
        self.assertEqual('dcn0', seen['glance_store']['default_backend'])
        for name in ('dcn1', 'dcn10'):
            self.assertNotIn(name, seen)
        self.assertEqual(
            self._sections()['database'], seen['database'])

    def test_edge_s_own_store_is_default_beside_a_file_store(self):
        seen = self._edge(file_store=pathlib.Path('/some/where'))
        self.assertEqual('central:rbd, dcn0:rbd, files:file',
                         seen['DEFAULT']['enabled_backends'])
        self.assertEqual('dcn0', seen['glance_store']['default_backend'])

    def test_file_store_is_default_beside_those_of_the_sites(self):
        seen = self._sections(file_store=pathlib.Path('/some/where'))
        self.assertEqual('central:rbd, dcn0:rbd, dcn1:rbd, dcn10:rbd, '
                         'files:file',
                         seen['DEFAULT']['enabled_backends'])
        self.assertEqual('files', seen['glance_store']['default_backend'])
        self.assertEqual({'filesystem_store_datadir': '/some/where'},
                         seen['files'])
        self.assertNotIn('files', self._sections())

    def test_workers_share_no_directory_and_no_url(self):
        seen = self._sections(0), self._sections(1), self._edge()
        for section, option in (
                ('DEFAULT', 'worker_self_reference_url'),
                ('os_glance_staging_store', 'filesystem_store_datadir'),
                ('os_glance_tasks_store', 'filesystem_store_datadir'),
                ('oslo_policy', 'policy_file')):
            self.assertEqual(3, len({
                sections[section][option] for sections in seen}))

    def test_all_import_methods_of_the_project(self):
        self.assertEqual('[glance-direct,copy-image,web-download]',
                         self._sections()['DEFAULT']
                         ['enabled_import_methods'])

    def test_knobs(self):
        seen = self._sections(
            show_locations=True, thin_provisioning=False,
            task_pool_threads=1, log_debug=False,
            self_reference_url='http://elsewhere')
        self.assertEqual('true', seen['DEFAULT']['show_multiple_locations'])
        self.assertEqual('true', seen['DEFAULT']['show_image_direct_url'])
        self.assertEqual('false', seen['dcn1']['rbd_thin_provisioning'])
        self.assertEqual('1', seen['wsgi']['task_pool_threads'])
        self.assertEqual('false', seen['DEFAULT']['debug'])
        self.assertEqual('http://elsewhere',
                         seen['DEFAULT']['worker_self_reference_url'])

    def test_own_url(self):
        for lab, url in (
                (self.lab, 'http://127.0.0.12:21010'),
                (samples.named(self.root),
                 'http://glance-api-2.glance.lab.test:21010'),
                (samples.named(self.root, tls=True),
                 'https://glance-api-2.glance.lab.test:21011')):
            self.lab = lab
            seen = self._sections(1)['DEFAULT']
            self.assertEqual(url, seen['worker_self_reference_url'])
            self.assertNotIn('public_endpoint', seen)

    def test_no_own_url(self):
        seen = self._sections(self_reference_url=settings.UNSET,
                              public_endpoint='http://all')['DEFAULT']
        self.assertNotIn('worker_self_reference_url', seen)
        self.assertEqual('http://all', seen['public_endpoint'])

    def test_staging_directory_of_another(self):
        other = self.lab.workers[0].staging
        self.assertEqual(
            {'filesystem_store_datadir': str(other)},
            self._sections(1, staging=other)['os_glance_staging_store'])

    def test_overrides_win(self):
        seen = self._sections(overrides={
            'DEFAULT': {'debug': 'false'}, 'new': {'option': '1'}})
        self.assertEqual('false', seen['DEFAULT']['debug'])
        self.assertIn('enabled_backends', seen['DEFAULT'])
        self.assertEqual({'option': '1'}, seen['new'])

    def test_no_store_has_the_name_of_a_section_in_use(self):
        sections = self._sections(file_store=pathlib.Path('/some/where'))
        stores = {site.store for site in self.lab.sites}
        for name in set(sections) - stores:
            self.assertTrue(
                name.lower() in settings.TAKEN_SECTIONS
                or name.startswith('os_glance_'), name)

    def _policy(self, asked):
        return json.loads(glanceconf.policy(asked))

    def test_glances_own_defaults(self):
        self.assertEqual({}, self._policy(settings.GlanceSettings()))
        seen = self._sections()['DEFAULT']
        self.assertEqual('false', seen['show_multiple_locations'])
        self.assertEqual('false', seen['show_image_direct_url'])

    def test_policies(self):
        self.assertEqual({'copy_image': ''}, self._policy(settings.OPEN))
        self.assertEqual(
            {'copy_image': 'role:copier', 'service_api': 'role:service'},
            self._policy(settings.GlanceSettings(
                copy_policy='role:member', policies={
                    'copy_image': 'role:copier',
                    'service_api': 'role:service'})))
