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

"""What n-cpu runs, and with which options."""

from __future__ import annotations

from tests.devstack import case

_UPSTREAM = 'NOVA_RBD_MULTISTORE_COMPUTE=upstream'
_NOVA = 'nova/nova.conf'
_BIN = '/opt/stack/data/venv/bin'
_ARGUMENTS = '--config-file /etc/nova/nova-cpu.conf'
_DROP_IN = ('systemd/system/devstack@n-cpu.service.d/'
            'nova-rbd-multistore.conf')
_PLUGINS = ('devstack-plugin-ceph', 'witness', 'nova-rbd-multistore')


class ComputeCases(case.Case):
    """n-cpu on a node that has Glance and Nova."""

    def start_differently(self, command: str) -> None:
        """Have another command in the unit of n-cpu when our turn comes."""
        self.host.add_plugin(
            'witness', 'stack extra',
            'iniset -sudo $SYSTEMD_DIR/devstack@n-cpu.service Service '
            f'ExecStart "{command}"')
        self.host.configure(plugins=_PLUGINS)

    def test_the_console_script_runs(self) -> None:
        self.stack()
        self.assertEqual(
            f'{_BIN}/nova-compute-rbd-multistore {_ARGUMENTS}',
            self.host.running()['n-cpu'])

    def test_the_drop_in(self) -> None:
        self.stack()
        self.assertEqual(
            '[Service]\n'
            'ExecStart=\n'
            f'ExecStart={_BIN}/nova-compute-rbd-multistore {_ARGUMENTS}\n',
            self.host.tree()[f'etc/{_DROP_IN}'])

    def test_the_command_is_that_of_the_unit(self) -> None:
        self.start_differently(
            '$NOVA_BIN_DIR/nova-compute --config-file /srv/a.conf '
            '--config-file /srv/b.conf --debug')
        self.stack()
        self.assertEqual(
            f'{_BIN}/nova-compute-rbd-multistore --config-file /srv/a.conf '
            '--config-file /srv/b.conf --debug', self.host.running()['n-cpu'])

    def test_another_environment(self) -> None:
        self.stack(f'DEVSTACK_VENV={self.host.root}/srv/venv')
        self.assertEqual(
            f'/srv/venv/bin/nova-compute-rbd-multistore {_ARGUMENTS}',
            self.host.running()['n-cpu'])

    def test_the_checkout_is_installed(self) -> None:
        self.stack()
        installed, = self.host.calls('pip install')
        self.assertTrue(
            installed.endswith(f' -e {self.host.checkout}'), installed)

    def test_the_store_of_the_compute(self) -> None:
        self.stack()
        for path in (_NOVA, 'nova/nova-cpu.conf'):
            self.assertEqual('dcn0', self.host.option(
                path, 'libvirt', 'images_rbd_glance_store_name'), path)
            self.assertEqual('rbd', self.host.option(
                path, 'libvirt', 'images_type'), path)

    def test_the_service_credential(self) -> None:
        self.stack()
        self.assertEqual('nova', self.host.option(
            'nova/nova-cpu.conf', 'service_user', 'username'))
        self.assertIsNone(self.host.option(_NOVA, 'glance', 'auth_type'))
        self.assertIsNone(self.host.option(
            _NOVA, 'workarounds', 'never_download_image_if_on_rbd'))

    def test_a_credential_of_its_own(self) -> None:
        self.stack('NOVA_USE_SERVICE_TOKEN=False')
        credential = {option: self.host.option(
            'nova/nova-cpu.conf', 'glance', option)
            for option in ('auth_type', 'username', 'password', 'auth_url')}
        self.assertEqual({
            'auth_type': 'password', 'username': 'nova', 'password': 'secret',
            'auth_url': 'http://127.0.0.1/identity'}, credential)

    def test_n_cpu_s_own_file_is_left_alone(self) -> None:
        for case_, name in (('stack post-config', 'first'),
                            ('stack extra', 'second')):
            self.host.add_plugin(
                name, case_,
                'if [[ -e $NOVA_CPU_CONF ]]; then cp $NOVA_CPU_CONF '
                f'$SANDBOX/{name}; fi')
        self.host.configure(plugins=(
            'devstack-plugin-ceph', 'second', 'nova-rbd-multistore', 'first'))
        self.stack()
        # DevStack copies nova.conf to it between these two phases.
        self.assertFalse((self.host.root / 'first').exists())
        self.assertEqual(
            (self.host.root / 'second').read_text(),
            (self.host.etc / 'nova/nova-cpu.conf').read_text())

    def test_upstream_s_class_as_a_control(self) -> None:
        self.stack(_UPSTREAM)
        self.assertEqual(f'{_BIN}/nova-compute {_ARGUMENTS}',
                         self.host.running()['n-cpu'])
        self.assertNotIn(f'etc/{_DROP_IN}', self.host.tree())
        self.assertEqual('True', self.host.option(
            'nova/nova-cpu.conf', 'workarounds',
            'never_download_image_if_on_rbd'))
        self.assertEqual('dcn0', self.host.option(
            _NOVA, 'libvirt', 'images_rbd_glance_store_name'))

    def test_the_control_without_a_service_token(self) -> None:
        self.stack(_UPSTREAM, 'NOVA_USE_SERVICE_TOKEN=False')
        self.assertIsNone(self.host.option(_NOVA, 'glance', 'auth_type'))

    def test_the_control_after_the_library(self) -> None:
        # As after a boot of the host, without unstack.sh before it: DevStack
        # starts n-cpu while the drop-in is still there.
        self.stack()
        self.host.power_off()
        self.stack(_UPSTREAM)
        self.assertEqual(f'{_BIN}/nova-compute {_ARGUMENTS}',
                         self.host.running()['n-cpu'])
        self.assertNotIn(f'etc/{_DROP_IN}', self.host.tree())

    def test_the_library_after_the_control(self) -> None:
        self.stack(_UPSTREAM)
        self.stack('NOVA_RBD_MULTISTORE_COMPUTE=library')
        self.assertEqual(
            f'{_BIN}/nova-compute-rbd-multistore {_ARGUMENTS}',
            self.host.running()['n-cpu'])
        self.assertIsNone(self.host.option(
            'nova/nova-cpu.conf', 'workarounds',
            'never_download_image_if_on_rbd'))

    def test_n_cpu_is_started_in_another_way(self) -> None:
        self.start_differently('/usr/bin/python3 -m nova.cmd.compute')
        self.fail_to_stack(
            'n-cpu is not started in the way nova-rbd-multistore knows: '
            f'ExecStart in {self.host.etc}/systemd/system/'
            "devstack@n-cpu.service is '/usr/bin/python3 -m nova.cmd.compute'")
        self.assertNotIn(f'etc/{_DROP_IN}', self.host.tree())

    def test_another_name_that_begins_so(self) -> None:
        self.start_differently('$NOVA_BIN_DIR/nova-compute-ironic --debug')
        self.fail_to_stack('n-cpu is not started in the way')

    def test_n_cpu_stops(self) -> None:
        self.host.set_compute('stops')
        self.fail_to_stack(
            'n-cpu was started with nova-rbd-multistore and has stopped: see '
            'journalctl -u devstack@n-cpu')

    def test_n_cpu_does_not_say_that_the_backend_is_there(self) -> None:
        self.host.configure('SERVICE_TIMEOUT=1')
        self.host.set_compute('silent')
        self.fail_to_stack(
            'n-cpu was started with nova-rbd-multistore and has not said '
            'within 1 seconds that its image backend is in place: see '
            'journalctl -u devstack@n-cpu')

    def test_what_n_cpu_said_before_does_not_count(self) -> None:
        self.stack('SERVICE_TIMEOUT=1')
        self.host.age_journal()
        self.host.set_compute('silent')
        self.fail_to_stack('has not said within 1 seconds')
