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


"""Erlang's port mapper, without which RabbitMQ does not start."""

from collections.abc import Sequence
import socket

from lab import computestate
from lab import daemon
from lab import launcher
from lab import ports
from lab import waiting

# A request of the protocol: two bytes of length, then NAMES_REQ.
_NAMES = b'\0\x01n'
_TIMEOUT = 5.0


class Epmd(daemon.Daemon):
    """``epmd``: one of the lab's own, not the machine's on port 4369."""

    def __init__(self, broker: computestate.Broker,
                 starter: launcher.Launcher) -> None:
        super().__init__('epmd', starter)
        self._port = broker.epmd_port

    @property
    def ports(self) -> Sequence[int]:
        return (self._port,)

    def prepare(self) -> None:
        """Nothing: it has no files."""

    def command(self) -> Sequence[str]:
        return ['epmd', '-port', str(self._port),
                '-address', ports.ADDRESS]

    def look(self) -> waiting.Look:
        try:
            with socket.create_connection(
                    (ports.ADDRESS, self._port), _TIMEOUT) as connection:
                connection.sendall(_NAMES)
                return waiting.Look(bool(connection.recv(4)), 'answers')
        except OSError as exc:
            return waiting.Look(False, f'no answer: {exc}')
