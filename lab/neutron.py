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


"""Neutron, of which Nova asks the networks that servers do not have."""

from collections.abc import Mapping
from collections.abc import Sequence
import pathlib
import sys
import urllib.parse

from lab import authconf
from lab import computestate
from lab import confile
from lab import daemon
from lab import launcher
from lab import mariadb
from lab import rabbitmq
from lab import state
from lab import uwsgi
from lab import waiting

_THREADS = 4


class Neutron(daemon.Daemon):
    """``neutron-server``: its API with the ML2 plugin and no agents.

    Without it Nova creates servers and then cannot show them.
    """

    def __init__(self, lab: state.State, cloud: computestate.Cloud,
                 starter: launcher.Launcher) -> None:
        super().__init__('neutron-server', starter)
        self._lab = lab
        self._cloud = cloud
        self._conf = self._state.service('neutron') / 'neutron.conf'

    @property
    def ports(self) -> Sequence[int]:
        return (urllib.parse.urlsplit(self._cloud.neutron_url).port or 0,)

    def prepare(self) -> None:
        """Make configuration and tables; needs MariaDB."""
        confile.write(self._conf, confile.ini(self.sections()))
        self._launcher.run('neutron-db-manage', [
            str(launcher.python_program('neutron-db-manage')),
            '--config-file', str(self._conf), 'upgrade', 'heads'],
            timeout=300)

    def sections(self) -> confile.Sections:
        """Return the content of neutron.conf."""
        home = self._conf.parent
        paste = pathlib.Path(sys.prefix) / 'etc/neutron/api-paste.ini'
        return {
            'DEFAULT': {
                'core_plugin': 'ml2',
                'auth_strategy': 'keystone',
                'api_paste_config': str(paste),
                'state_path': str(home),
                'transport_url': rabbitmq.transport_url(self._cloud.broker),
                # Servers of the lab have no ports to tell Nova about.
                'notify_nova_on_port_status_changes': 'false',
                'notify_nova_on_port_data_changes': 'false',
            },
            'ml2': {'type_drivers': 'local',
                    'tenant_network_types': 'local',
                    'mechanism_drivers': ''},
            'database': {'connection': mariadb.connection(
                self._lab.database, 'neutron')},
            'keystone_authtoken': authconf.authtoken(self._lab, 'neutron'),
            'oslo_concurrency': {'lock_path': str(home / 'locks')},
        }

    def command(self) -> Sequence[str]:
        return uwsgi.command('lab.neutron_wsgi', self.ports[0], _THREADS,
                             'load()')

    def environment(self) -> Mapping[str, str]:
        return {'OS_NEUTRON_CONFIG_DIR': str(self._conf.parent),
                'OS_NEUTRON_CONFIG_FILES': self._conf.name}

    def look(self) -> waiting.Look:
        return uwsgi.look(f'{self._cloud.neutron_url}/')
