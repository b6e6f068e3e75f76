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

"""What stops the script, with which words."""

from __future__ import annotations

import ddt

from tests.devstack import case

_CEPH = 'devstack-plugin-ceph'
_OURS = 'nova-rbd-multistore'


@ddt.ddt
class RefusalCases(case.Case):
    """Each wrong thing in localrc, alone."""

    def assert_refused(self, message: str) -> None:
        """Stack, which has to stop with a message and to leave no trace."""
        self.fail_to_stack(message)
        self.assertEqual([], self.host.calls('pip'))
        self.assertEqual({}, self.host.tree())

    def test_ours_before_ceph_s(self) -> None:
        self.host.configure(plugins=(_OURS, _CEPH))
        self.assert_refused(
            'nova-rbd-multistore needs devstack-plugin-ceph before it: put '
            'its enable_plugin line above ours in local.conf '
            '(the plugins are: nova-rbd-multistore,devstack-plugin-ceph)')

    def test_ceph_s_is_missing(self) -> None:
        self.host.configure(plugins=(_OURS,))
        self.assert_refused(
            'nova-rbd-multistore needs devstack-plugin-ceph before it')

    def test_a_name_that_looks_like_ceph_s(self) -> None:
        other = self.host.add_plugin(
            'devstack-plugin-ceph-backup', 'stack extra', ':')
        self.host.configure(plugins=(other, _OURS))
        self.assert_refused(
            'nova-rbd-multistore needs devstack-plugin-ceph before it')

    @ddt.unpack
    @ddt.data(
        ('disable_service g-api-r',
         'nova-rbd-multistore needs a second Glance worker: '
         'enable_service g-api-r'),
        ('GLANCE_ENABLE_MULTIPLE_STORES=False',
         'nova-rbd-multistore needs GLANCE_ENABLE_MULTIPLE_STORES=True, it is '
         "'False': images are copied between stores"),
        ('GLANCE_USE_IMPORT_WORKFLOW=False',
         'nova-rbd-multistore needs GLANCE_USE_IMPORT_WORKFLOW=True, it is '
         "'False': only an import converts images to raw"),
        ('ENABLE_CEPH_NOVA=False',
         "nova-rbd-multistore needs ENABLE_CEPH_NOVA=True, it is 'False': "
         "Nova's disks have to be in Ceph"),
        ('ENABLE_CEPH_GLANCE=no',
         "nova-rbd-multistore needs ENABLE_CEPH_GLANCE=True, it is 'False': "
         'an RBD store is in Ceph'),
        ('VIRT_DRIVER=fake',
         "nova-rbd-multistore is an image backend of libvirt's driver: set "
         "VIRT_DRIVER=libvirt, it is 'fake'"),
        ('ENABLED_SERVICES=key,n-api',
         'nova-rbd-multistore has nothing to do on a host with neither g-api '
         'nor n-cpu: enable one of them, or leave the plugin out'),
        ('NOVA_RBD_MULTISTORE_LOCAL_STORE=central',
         'Two Glance stores of nova-rbd-multistore are called central: give '
         'each NOVA_RBD_MULTISTORE_*_STORE a name of its own'),
        ('NOVA_RBD_MULTISTORE_COMPUTE=libary',
         "NOVA_RBD_MULTISTORE_COMPUTE is 'libary': set it to library or "
         'upstream'),
    )
    def test_one_wrong_line(self, line: str, message: str) -> None:
        self.host.configure(line)
        self.assert_refused(message)

    def test_the_other_store_has_a_name_twice(self) -> None:
        self.host.configure(
            'NOVA_RBD_MULTISTORE_OTHER_CEPH_CONF=/srv/far/ceph.conf',
            'NOVA_RBD_MULTISTORE_OTHER_STORE=dcn0')
        self.assert_refused(
            'Two Glance stores of nova-rbd-multistore are called dcn0')

    def test_a_name_that_nobody_uses_may_be_there_twice(self) -> None:
        self.stack('NOVA_RBD_MULTISTORE_OTHER_STORE=dcn0')
        self.assertEqual('central:file,dcn0:rbd', self.host.option(
            'glance/glance-api.conf', 'DEFAULT', 'enabled_backends'))

    def test_an_installation_that_fails(self) -> None:
        self.host.break_program('pip')
        outcome = self.host.run('stack')
        self.assertNotEqual(0, outcome.status, outcome.output)
        self.assertEqual(1, len(self.host.calls('pip')))
        self.assertEqual({}, self.host.tree())

    def test_a_pool_that_cannot_be_made(self) -> None:
        self.host.configure('MULTI_CEPH=True')
        self.host.break_program('cephadm')
        outcome = self.host.run('stack')
        self.assertNotEqual(0, outcome.status, outcome.output)
        self.assertEqual(1, len(self.host.calls('cephadm')))
        self.assertEqual({}, self.host.running())
