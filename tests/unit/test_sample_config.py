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

"""The sample configuration in the tree is that of the code."""

from __future__ import annotations

import pathlib

import fixtures
from oslo_config import generator

from tests import base

_ROOT = pathlib.Path(__file__).parents[2]
_SAMPLE = _ROOT / 'etc/nova/nova-rbd-multistore.conf.sample'


class SampleConfigTestCase(base.TestCase):

    def test_sample_is_current(self) -> None:
        scratch = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        generated = scratch / 'sample'
        generator.main([
            '--config-file', str(_ROOT / 'etc/nova/config-generator.conf'),
            '--output-file', str(generated)])
        self.assertEqual(generated.read_text(), _SAMPLE.read_text(),
                         'run "tox -e genconfig" and commit the result')
