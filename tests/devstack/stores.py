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

"""Which stores Glance has."""

from __future__ import annotations

from tests.devstack import case

_API = 'glance/glance-api.conf'
_REMOTE = 'glance-remote/glance-api.conf'


class StoreCases(case.Case):
    """The stores of both workers."""

    def assert_rbd_store(
        self, store: str, ceph_conf: str, user: str, pool: str,
    ) -> None:
        """Check the options of an RBD store, in both workers."""
        for path in (_API, _REMOTE):
            self.assertEqual((ceph_conf, user, pool), tuple(
                self.host.option(path, store, f'rbd_store_{option}')
                for option in ('ceph_conf', 'user', 'pool')), path)

    def test_the_file_store_is_the_default(self) -> None:
        self.stack()
        for path in (_API, _REMOTE):
            self.assertEqual('central:file,dcn0:rbd', self.host.option(
                path, 'DEFAULT', 'enabled_backends'))
            self.assertEqual('central', self.host.option(
                path, 'glance_store', 'default_backend'))

    def test_each_store_has_its_place(self) -> None:
        self.stack()
        self.assertEqual('/opt/stack/data/glance/central/', self.host.option(
            _API, 'central', 'filesystem_store_datadir'))
        self.assert_rbd_store(
            'dcn0', '/etc/ceph/ceph.conf', 'glance', 'images')

    def test_names_are_those_of_localrc(self) -> None:
        self.stack('NOVA_RBD_MULTISTORE_CENTRAL_STORE=hub',
                   'NOVA_RBD_MULTISTORE_LOCAL_STORE=edge',
                   'GLANCE_CEPH_USER=pictures', 'GLANCE_CEPH_POOL=gallery')
        self.assertEqual('hub:file,edge:rbd', self.host.option(
            _API, 'DEFAULT', 'enabled_backends'))
        self.assertEqual('hub', self.host.option(
            _API, 'glance_store', 'default_backend'))
        self.assertEqual('/opt/stack/data/glance/hub/', self.host.option(
            _API, 'hub', 'filesystem_store_datadir'))
        self.assert_rbd_store(
            'edge', '/etc/ceph/ceph.conf', 'pictures', 'gallery')
        self.assertIsNone(self.host.option(_API, 'dcn0', 'rbd_store_pool'))
        self.assertEqual('edge', self.host.option(
            'nova/nova.conf', 'libvirt', 'images_rbd_glance_store_name'))

    def test_workers_stage_apart(self) -> None:
        self.stack()
        places = {self.host.option(
            path, 'os_glance_staging_store', 'filesystem_store_datadir')
            for path in (_API, _REMOTE)}
        self.assertEqual(2, len(places - {None}), str(places))
        self.assertIn('g-api-r', self.host.running())

    def test_imports_convert(self) -> None:
        self.stack()
        for directory in ('glance', 'glance-remote'):
            path = f'{directory}/glance-image-import.conf'
            self.assertEqual("['image_conversion']", self.host.option(
                path, 'image_import_opts', 'image_import_plugins'))
            self.assertEqual('raw', self.host.option(
                path, 'image_conversion', 'output_format'))

    def test_a_cluster_that_is_there(self) -> None:
        self.stack('NOVA_RBD_MULTISTORE_OTHER_CEPH_CONF=/srv/far/ceph.conf',
                   'NOVA_RBD_MULTISTORE_OTHER_STORE=far',
                   'NOVA_RBD_MULTISTORE_OTHER_POOL=pictures')
        self.assertEqual('central:file,dcn0:rbd,far:rbd', self.host.option(
            _API, 'DEFAULT', 'enabled_backends'))
        self.assert_rbd_store(
            'far', '/srv/far/ceph.conf', 'glance', 'pictures')
        self.assertEqual([], self.host.calls('cephadm'))

    def test_the_second_cluster_of_the_ceph_plugin(self) -> None:
        self.stack('MULTI_CEPH=True')
        self.assertEqual('central:file,dcn0:rbd,dcn1:rbd', self.host.option(
            _API, 'DEFAULT', 'enabled_backends'))
        self.assert_rbd_store(
            'dcn1', '/etc/ceph2/ceph.conf', 'glance', 'images')
        # Where librbd would look for the key otherwise is the first cluster.
        self.assertEqual(
            '/etc/ceph2/ceph.client.glance.keyring', self.host.option(
                'ceph2/ceph.conf', 'client.glance', 'keyring'))
        created, enabled = self.host.calls('cephadm')
        cluster = (r'^cephadm shell --fsid [-0-9a-f]{36} '
                   r'--config /etc/ceph2/ceph\.conf '
                   r'--keyring /etc/ceph2/ceph\.client\.admin\.keyring -- ')
        self.assertRegex(
            created, cluster + r'ceph osd pool create images 8 8$')
        self.assertRegex(
            enabled, cluster + r'ceph osd pool application enable images rbd$')

    def test_another_cluster_than_the_ceph_plugin_s(self) -> None:
        self.stack('MULTI_CEPH=True',
                   'NOVA_RBD_MULTISTORE_OTHER_CEPH_CONF=/srv/far/ceph.conf')
        self.assert_rbd_store('dcn1', '/srv/far/ceph.conf', 'glance', 'images')
        self.assertEqual([], self.host.calls('cephadm'))
        self.assertEqual([], list((self.host.etc / 'ceph2').iterdir()))
