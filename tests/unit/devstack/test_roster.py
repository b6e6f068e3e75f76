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

"""The list of checks, and what the documentation has of it."""

from __future__ import annotations

import pathlib
import re

from devstack.tools.verification import roster
from tests import base

DOC = (pathlib.Path(__file__).parents[3]
       / 'doc/source/contributor/devstack-checks.inc')


class RosterTestCase(base.TestCase):

    def test_the_documentation_has_the_same_checks(self):
        names = re.findall(r'^   \* - ``([\w-]+)``$', DOC.read_text(),
                           re.MULTILINE)

        self.assertEqual([one.name for one in roster.CHECKS], names)

    def test_the_documentation_has_what_only_the_library_passes(self):
        text = DOC.read_text().partition('With ``--compute upstream``,')[2]
        names = re.findall(r'``([\w-]+)``', text.partition('count')[0])

        self.assertEqual([one.name for one in roster.CHECKS
                          if one.library_only], names)

    def test_what_a_check_builds_on_comes_before_it(self):
        before: set[str] = set()
        for one in roster.CHECKS:
            self.assertLessEqual(set(one.needs), before, one.name)
            before.add(one.name)

    def test_all_by_default(self):
        self.assertEqual(roster.CHECKS, roster.chosen([]))

    def test_chosen_ones_with_what_they_build_on(self):
        self.assertEqual(
            ['stores', 'first-boot', 'second-boot'],
            [one.name for one in roster.chosen(['second-boot', 'stores'])])


class LayeringTestCase(base.TestCase):
    """Reading and judging stay apart."""

    FOLDER = pathlib.Path(roster.__file__).parent
    READERS = {'os', 'socket', 'subprocess', 'rados', 'rbd',
               'keystoneauth1', 'time', 'openstack'}

    def test_judges_read_nothing(self):
        for path in (self.FOLDER / 'judging').glob('*.py'):
            text = path.read_text()
            imported = re.findall(
                r'^(?:import|from) ([\w.]+)(?: import (\w+))?$', text,
                re.MULTILINE)
            for module, name in imported:
                self.assertNotIn(module.partition('.')[0], self.READERS, path)
                self.assertNotIn(name, {
                    'bench', 'images', 'journal', 'servers', 'cluster',
                    'conf'}, path)
            self.assertNotIn('open(', text, path)

    def test_modules_are_short(self):
        for path in self.FOLDER.rglob('*.py'):
            self.assertLessEqual(
                len(path.read_text().splitlines()), 300, path)
