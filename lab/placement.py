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


"""Placement: what computes have, and what servers have taken of it."""

from collections.abc import Mapping
from collections.abc import Sequence
import urllib.parse

from lab import authconf
from lab import computestate
from lab import confile
from lab import daemon
from lab import launcher
from lab import mariadb
from lab import state
from lab import uwsgi
from lab import waiting

_THREADS = 4


class Placement(daemon.Daemon):
    """``placement``: the placement service of the catalog."""

    def __init__(self, lab: state.State, cloud: computestate.Cloud,
                 starter: launcher.Launcher) -> None:
        super().__init__('placement', starter)
        self._lab = lab
        self._url = cloud.placement_url
        self._directory = self._state.service(self.name)

    @property
    def ports(self) -> Sequence[int]:
        return (urllib.parse.urlsplit(self._url).port or 0,)

    def prepare(self) -> None:
        """Make configuration and tables; needs MariaDB."""
        conf = self._directory / 'placement.conf'
        confile.write(conf, confile.ini(self.sections()))
        self._launcher.run('placement-manage', [
            str(launcher.python_program('placement-manage')),
            '--config-file', str(conf), 'db', 'sync'], timeout=300)

    def sections(self) -> confile.Sections:
        """Return the content of placement.conf."""
        return {
            'DEFAULT': {'debug': 'false'},
            'api': {'auth_strategy': 'keystone'},
            'placement_database': {'connection': mariadb.connection(
                self._lab.database, self.name)},
            'keystone_authtoken': authconf.authtoken(self._lab, self.name),
        }

    def command(self) -> Sequence[str]:
        return uwsgi.command('placement.wsgi.api', self.ports[0], _THREADS)

    def environment(self) -> Mapping[str, str]:
        return {'OS_PLACEMENT_CONFIG_DIR': str(self._directory)}

    def look(self) -> waiting.Look:
        return uwsgi.look(f'{self._url}/')
