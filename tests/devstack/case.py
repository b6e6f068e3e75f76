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

"""What all tests of the phases share."""

from __future__ import annotations

import abc

from tests import base
from tests.devstack import sandbox

# Where a bash complains of what it runs.
_COMPLAINT = r'(?m)^.*: line \d+: .*$'


class Case(base.TestCase, abc.ABC):
    """A host that is stacked; whose functions do that is for a subclass."""

    def setUp(self) -> None:
        super().setUp()
        self.host = self.useFixture(sandbox.Sandbox(self.source()))

    @abc.abstractmethod
    def source(self) -> sandbox.Source:
        """Return whose functions run the phases."""

    def stack(self, *localrc: str, repeat: bool = False) -> str:
        """Stack with these lines in the localrc, and return the output."""
        if localrc:
            self.host.configure(*localrc)
        return self.succeed('stack', repeat)

    def succeed(self, script: str, repeat: bool = False) -> str:
        """Run a script that has to end well, and return its output."""
        outcome = self.host.run(script, repeat)
        self.assertEqual(0, outcome.status, outcome.output)
        self.assertNotRegex(outcome.output, _COMPLAINT)
        return outcome.output

    def fail_to_stack(self, message: str) -> None:
        """Stack, which has to stop with a message."""
        outcome = self.host.run('stack')
        self.assertNotEqual(0, outcome.status, outcome.output)
        self.assertIn(message, outcome.output)
        self.assertIn('[ERROR]', outcome.output)
        self.assertNotRegex(outcome.output, _COMPLAINT)
