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


"""Nova's services that only listen for messages: conductor and scheduler."""

from collections.abc import Sequence

from lab import computestate
from lab import daemon
from lab import launcher
from lab import nova_manage
from lab import novaconf
from lab import rabbitmq
from lab import waiting


class NovaService(daemon.Daemon):
    """``nova-conductor`` or ``nova-scheduler``: one worker.

    :param kind: which, without ``nova-``
    """

    look_interval = 0.5

    def __init__(self, kind: str, cloud: computestate.Cloud,
                 starter: launcher.Launcher) -> None:
        super().__init__(f'nova-{kind}', starter)
        self._topic = f'{kind}.{novaconf.CONTROLLER}'
        self._broker = cloud.broker

    @property
    def ports(self) -> Sequence[int]:
        return ()

    def prepare(self) -> None:
        """Nothing: its configuration is the controller's."""

    def command(self) -> Sequence[str]:
        return [str(launcher.python_program(self.name)), '--config-file',
                str(nova_manage.conf_file(self._state))]

    def look(self) -> waiting.Look:
        return rabbitmq.look_consumed(self._broker, self._topic)
