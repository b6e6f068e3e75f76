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


"""Nova's API."""

from collections.abc import Mapping
from collections.abc import Sequence
import urllib.parse

from lab import computestate
from lab import daemon
from lab import launcher
from lab import nova_manage
from lab import novaconf
from lab import uwsgi
from lab import waiting

_THREADS = 8


class NovaApi(daemon.Daemon):
    """``nova-api``: the compute service of the catalog."""

    def __init__(self, cloud: computestate.Cloud,
                 starter: launcher.Launcher) -> None:
        super().__init__('nova-api', starter)
        url = urllib.parse.urlsplit(cloud.nova_url)
        self._root = f'{url.scheme}://{url.netloc}/'
        self._port = url.port or 0

    @property
    def ports(self) -> Sequence[int]:
        return (self._port,)

    def prepare(self) -> None:
        """Nothing: its configuration is the controller's."""

    def command(self) -> Sequence[str]:
        return uwsgi.command('nova.wsgi.osapi_compute', self._port, _THREADS)

    def environment(self) -> Mapping[str, str]:
        conf = nova_manage.conf_file(self._state)
        return {'OS_NOVA_CONFIG_DIR': str(conf.parent),
                # Nova takes the pipeline from the first.
                'OS_NOVA_CONFIG_FILES': f'{novaconf.paste_file()};'
                                        f'{conf.name}'}

    def look(self) -> waiting.Look:
        return uwsgi.look(self._root)
