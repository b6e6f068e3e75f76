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


"""Nova's tables, its cells, and what operators do with nova-manage."""

import pathlib

from lab import confile
from lab import directory
from lab import launcher
from lab import novaconf
from lab import state


class NovaManage:
    """Runs ``nova-manage`` with the configuration of the controller."""

    def __init__(self, lab: state.State, starter: launcher.Launcher) -> None:
        self._lab = lab
        self._launcher = starter
        self._conf = conf_file(starter.state)

    def prepare(self) -> None:
        """Write the configuration and make tables and cells, with MariaDB.

        The steps are those of Nova's installation guide.

        :raises exception.CommandFailed: when one fails
        """
        assert self._lab.cloud is not None
        confile.write(self._conf, confile.ini(novaconf.controller(
            self._lab, self._lab.cloud, self._launcher.state)))
        self._run('api_db', 'sync')
        self._run('cell_v2', 'map_cell0')
        self._run('cell_v2', 'create_cell', '--name', 'cell1')
        self._run('db', 'sync')

    def discover_hosts(self) -> None:
        """Map computes that have come up into their cell.

        :raises exception.CommandFailed: when it fails
        """
        self._run('cell_v2', 'discover_hosts')

    def _run(self, *arguments: str) -> None:
        self._launcher.run('nova-manage', [
            str(launcher.python_program('nova-manage')),
            '--config-file', str(self._conf), *arguments], timeout=300)


def conf_file(where: directory.StateDirectory) -> pathlib.Path:
    """Return the nova.conf of all services but the computes."""
    return where.service('nova') / 'nova.conf'
