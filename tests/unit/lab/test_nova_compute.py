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

from lab import cloud
from lab import directory
from lab import nova_compute
from tests.unit.lab import samples


class NovaComputeTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        lab = cloud.Lab(directory.StateDirectory(root), samples.cloud(root))
        self.daemon = lab.daemon('nova-compute.dcn0-0')

    def test_runs_our_program(self):
        program, *options = self.daemon.command()
        self.assertEqual('nova-compute-rbd-multistore',
                         pathlib.Path(program).name)
        self.assertEqual('--config-file', options[0])

    def test_runs_another_with_the_same_configuration(self):
        _, *options = self.daemon.command()
        self.daemon.program = nova_compute.UPSTREAM
        program, *others = self.daemon.command()
        self.assertEqual('nova-compute', pathlib.Path(program).name)
        self.assertEqual(options, others)
