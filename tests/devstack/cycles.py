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

"""Stack again, unstack, clean: what stays and what goes."""

from __future__ import annotations

from tests.devstack import case

_UNIT_DROP_INS = 'systemd/system/devstack@n-cpu.service.d'
_UPSTREAM = 'NOVA_RBD_MULTISTORE_COMPUTE=upstream'


class CycleCases(case.Case):
    """Scripts one after the other on one host."""

    def stacked(self, *localrc: str, repeat: bool = False) -> dict[str, str]:
        """Stack, and return all that the host keeps then.

        Without the units themselves, which are DevStack's: that of g-api-r
        gets one more line each time that it is written.
        """
        self.stack(*localrc, repeat=repeat)
        return {path: text for path, text in self.host.tree().items()
                if not path.endswith('.service')}

    def test_phases_can_be_repeated(self) -> None:
        once = self.stacked()
        self.succeed('clean')
        self.assertEqual(once, self.stacked(repeat=True))
        self.succeed('unstack', repeat=True)
        self.succeed('clean', repeat=True)

    def test_phases_of_the_control_can_be_repeated(self) -> None:
        once = self.stacked(_UPSTREAM)
        self.succeed('clean')
        self.assertEqual(once, self.stacked(repeat=True))

    def test_a_second_cluster_can_be_configured_twice(self) -> None:
        once = self.stacked('MULTI_CEPH=True')
        self.assertEqual(once, self.stacked(repeat=True))

    def test_stack_twice(self) -> None:
        self.assertEqual(self.stacked(), self.stacked())

    def test_stack_unstack_stack(self) -> None:
        before = self.stacked()
        self.succeed('unstack')
        self.assertEqual(before, self.stacked())

    def test_unstack_stops_all(self) -> None:
        self.stack()
        self.assertEqual({'g-api', 'g-api-r', 'n-cpu'},
                         set(self.host.running()))
        self.succeed('unstack')
        self.assertEqual({}, self.host.running())

    def test_unstack_gives_n_cpu_back(self) -> None:
        self.stack()
        self.succeed('unstack')
        self.assertFalse((self.host.etc / _UNIT_DROP_INS).exists())
        self.host.start('devstack@n-cpu')
        self.assertTrue(self.host.running()['n-cpu'].startswith(
            '/opt/stack/data/venv/bin/nova-compute '))

    def test_other_drop_ins_stay(self) -> None:
        directory = self.host.etc / _UNIT_DROP_INS
        directory.mkdir()
        other = directory / 'limits.conf'
        other.write_text('[Service]\nLimitNOFILE=65536\n')
        self.stack()
        self.succeed('unstack')
        self.assertEqual([other], list(directory.iterdir()))
        self.succeed('clean')
        self.assertEqual([other], list(directory.iterdir()))

    def test_unstack_and_clean_where_nothing_was_stacked(self) -> None:
        for script in ('unstack', 'unstack', 'clean'):
            # The words of rmdir and of systemctl.
            self.assertNotRegex(
                self.succeed(script), 'failed to remove|not found')
        self.assertEqual({}, self.host.tree())

    def test_unstack_after_stack_has_stopped(self) -> None:
        self.host.set_compute('stops')
        self.fail_to_stack('nova-rbd-multistore and has stopped')
        self.succeed('unstack')
        self.assertFalse((self.host.etc / _UNIT_DROP_INS).exists())
        self.assertEqual({}, self.host.running())

    def test_clean_leaves_nothing_of_ours(self) -> None:
        self.stack()
        self.succeed('clean')
        kept = self.host.tree()
        for path, text in kept.items():
            self.assertNotIn('rbd-multistore', path + text)
        self.assertFalse((self.host.etc / 'glance-remote').exists())
        self.assertEqual({}, self.host.running())
        # The units themselves are DevStack's, which leaves them.
        self.assertEqual(set(), {
            path for path in kept if not path.endswith('.service')})

    def test_clean_of_the_control(self) -> None:
        self.stack(_UPSTREAM)
        self.succeed('clean')
        self.assertEqual(set(), {
            path for path in self.host.tree()
            if not path.endswith('.service')})
