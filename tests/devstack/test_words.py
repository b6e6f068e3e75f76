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

"""What n-cpu says when it has our backend, which three files have to know."""

from __future__ import annotations

import pathlib
import re

from tests import base

_PROJECT = pathlib.Path(__file__).parents[2]


class WordsTestCase(base.TestCase):

    def test_the_wait_knows_what_n_cpu_says(self) -> None:
        waits = re.search(
            r'local line="(?P<words>[^"]+)"',
            (_PROJECT / 'devstack/lib/rbd-multistore').read_text())
        assert waits is not None
        for path in ('nova_rbd_multistore/compute/imagebackend.py',
                     'tests/devstack/bin/systemctl'):
            self.assertIn(
                waits['words'], (_PROJECT / path).read_text(), path)
