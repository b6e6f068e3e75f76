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

"""Who may copy images and see locations, as Glance is set up."""

from __future__ import annotations

from tests.devstack import case

_API = 'glance/glance-api.conf'
_REMOTE = 'glance-remote/glance-api.conf'
_POLICY = 'glance/policy.yaml'
_OPEN = '"copy_image": "" # nova-rbd-multistore'
_UPSTREAM = 'NOVA_RBD_MULTISTORE_COMPUTE=upstream'

# An operator's own: a rule of the same name, and a comment that ends as our
# lines do not.
_OWN_RULES = (
    '"delete_image": "role:admin"\n'
    '"copy_image": "role:image-admin"\n'
    '# nova-rbd-multistore needs no rule of its own\n')


class AccessCases(case.Case):
    """Glance's defaults, and what upstream's image backend needs."""

    def write_policy(self, text: str) -> None:
        (self.host.etc / _POLICY).write_text(text)

    def policy(self, directory: str = 'glance') -> list[str]:
        """Return the lines of a worker's policy, none without a file."""
        path = self.host.etc / directory / 'policy.yaml'
        return path.read_text().splitlines() if path.exists() else []

    def assert_locations_shown(self, shown: str) -> None:
        for path in (_API, _REMOTE):
            for option in ('show_multiple_locations', 'show_image_direct_url'):
                self.assertEqual(shown, self.host.option(
                    path, 'DEFAULT', option), f'{path} {option}')

    def test_locations_are_hidden(self) -> None:
        shown = self.host.add_plugin(
            'witness', 'stack post-config',
            'iniget $GLANCE_API_CONF DEFAULT show_multiple_locations '
            '>$SANDBOX/shown')
        self.host.configure(plugins=(
            'devstack-plugin-ceph', shown, 'nova-rbd-multistore'))
        self.stack()
        # devstack-plugin-ceph had shown them.
        self.assertEqual('True\n', (self.host.root / 'shown').read_text())
        self.assert_locations_shown('False')

    def test_policy_is_that_of_glance(self) -> None:
        self.stack()
        self.assertFalse((self.host.etc / _POLICY).exists())

    def test_upstream_needs_both_open(self) -> None:
        self.stack(_UPSTREAM)
        self.assert_locations_shown('True')
        self.assertEqual([_OPEN], self.policy())
        self.assertEqual([_OPEN], self.policy('glance-remote'))

    def test_the_rule_is_written_once(self) -> None:
        self.stack(_UPSTREAM)
        self.stack()
        self.assertEqual([_OPEN], self.policy())

    def test_library_takes_the_rule_back(self) -> None:
        self.stack(_UPSTREAM)
        self.stack('NOVA_RBD_MULTISTORE_COMPUTE=library')
        self.assertEqual([], self.policy())
        self.assertEqual([], self.policy('glance-remote'))
        self.assert_locations_shown('False')

    def test_rules_of_an_operator_stay(self) -> None:
        self.write_policy(_OWN_RULES)
        self.stack()
        self.assertEqual(_OWN_RULES.splitlines(), self.policy())
        self.stack(_UPSTREAM)
        self.assertEqual([*_OWN_RULES.splitlines(), _OPEN], self.policy())
        self.stack('NOVA_RBD_MULTISTORE_COMPUTE=library')
        self.assertEqual(_OWN_RULES.splitlines(), self.policy())

    def test_a_policy_without_a_last_newline(self) -> None:
        self.write_policy('"delete_image": "role:admin"')
        self.stack(_UPSTREAM)
        self.assertEqual(
            ['"delete_image": "role:admin"', _OPEN], self.policy())
