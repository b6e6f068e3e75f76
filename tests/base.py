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

"""What all tests stand on."""

from __future__ import annotations

import logging

import fixtures
import hypothesis
import testtools

# The same examples in every run: a change that breaks one has to show in the
# run of that change. Input is generated slowly on a busy machine, which says
# nothing about the code.
hypothesis.settings.register_profile(
    'unit', derandomize=True, database=None, deadline=None, max_examples=100,
    suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile('unit')


class TestCase(testtools.TestCase):
    """A test with its log captured.

    :ivar log: what was logged, with the level first on each line.
    """

    def setUp(self) -> None:
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger(
            level=logging.DEBUG, format='%(levelname)s %(name)s %(message)s'))

    def logged(self, level: str, name: str = 'nova_rbd_multistore') -> list[
            str]:
        """Return the messages of a level from our own modules."""
        prefix = f'{level} {name}'
        return [line.split(' ', 2)[2] for line in self.log.output.splitlines()
                if line.startswith(prefix)]
