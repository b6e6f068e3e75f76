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

"""Nodes that have a part of the services."""

from __future__ import annotations

from tests.devstack import case


class NodeCases(case.Case):
    """Several hosts make a cloud, and each has the plugin."""

    def test_a_compute_only(self) -> None:
        self.stack('ENABLED_SERVICES=n-cpu')
        self.assertEqual({'n-cpu'}, set(self.host.running()))
        self.assertIn('/nova-compute-rbd-multistore ',
                      self.host.running()['n-cpu'])
        self.assertEqual('dcn0', self.host.option(
            'nova/nova-cpu.conf', 'libvirt', 'images_rbd_glance_store_name'))
        self.assertEqual([], list((self.host.etc / 'glance').iterdir()))

    def test_a_compute_at_another_site(self) -> None:
        self.stack('ENABLED_SERVICES=n-cpu',
                   'NOVA_RBD_MULTISTORE_LOCAL_STORE=dcn7')
        self.assertEqual('dcn7', self.host.option(
            'nova/nova-cpu.conf', 'libvirt', 'images_rbd_glance_store_name'))

    def test_a_compute_needs_no_glance_on_its_host(self) -> None:
        # What concerns Glance alone is not asked of such a node.
        self.stack('ENABLED_SERVICES=n-cpu', 'ENABLE_CEPH_GLANCE=False',
                   'GLANCE_ENABLE_MULTIPLE_STORES=False')

    def test_glance_only(self) -> None:
        self.stack('ENABLED_SERVICES=key,g-api', 'ENABLE_CEPH_NOVA=False')
        self.assertEqual({'g-api', 'g-api-r'}, set(self.host.running()))
        self.assertEqual('central:file,dcn0:rbd', self.host.option(
            'glance/glance-api.conf', 'DEFAULT', 'enabled_backends'))
        self.assertEqual([], list((self.host.etc / 'nova').iterdir()))
        self.assertFalse((
            self.host.etc / 'systemd/system/devstack@n-cpu.service.d'
        ).exists())

    def test_a_controller_without_a_compute(self) -> None:
        self.stack('ENABLED_SERVICES=key,n-api,g-api')
        self.assertEqual({'g-api', 'g-api-r'}, set(self.host.running()))
        self.assertEqual('dcn0', self.host.option(
            'nova/nova.conf', 'libvirt', 'images_rbd_glance_store_name'))

    def test_each_is_unstacked(self) -> None:
        for services in ('n-cpu', 'key,g-api', 'key,n-api,g-api'):
            self.stack(f'ENABLED_SERVICES={services}')
            self.succeed('unstack')
            self.assertEqual({}, self.host.running(), services)
