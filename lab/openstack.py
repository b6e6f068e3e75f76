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

"""The ``openstack`` command, as a user of the lab types it."""

from collections.abc import Callable

from lab import cloud
from lab import clouds
from lab import commandline
from lab import launcher

# Seconds for one command; importing the client takes most of them.
_TIMEOUT = 300


class OpenStack:
    """Runs ``openstack`` for a user, who is named by the environment.

    :param announce: called with each command line, as one types it, before
        it runs
    :raises exception.UnknownName: when the lab has no such user
    """

    def __init__(self, lab: cloud.Lab, user: str,
                 announce: Callable[[str], None]) -> None:
        clouds.write(lab.directory, lab.state)
        self._environment = clouds.environment(
            lab.directory, lab.state, user)
        self._launcher = lab.launcher
        self._announce = announce

    def run(self, *arguments: str) -> str:
        """Run a command to its end; return what it prints.

        :raises exception.CommandFailed: when it fails or takes too long
        """
        self._announce(commandline.render(('openstack', *arguments)))
        return self._launcher.run(
            'openstack',
            [str(launcher.python_program('openstack')), *arguments],
            extra=self._environment, timeout=_TIMEOUT)
