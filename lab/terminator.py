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

"""TLS in front of one worker of Glance, whose uWSGI has none."""

from collections.abc import Sequence
import socket
import ssl

from lab import authority
from lab import confile
from lab import daemon
from lab import launcher
from lab import waiting
from lab import workerstate

_CONFIGURATION = """\
global
    log stdout format raw local0
    maxconn 200
    nbthread 1

defaults
    mode http
    log global
    option httplog
    timeout connect 5s
    # As of the load balancer.
    timeout client 1m
    timeout server 15m

frontend tls
    bind {worker.address}:{worker.tls_port} ssl crt {pem}
    default_backend worker

backend worker
    server {worker.name} {worker.address}:{worker.port}
"""
_TIMEOUT = 5.0


class Terminator(daemon.Daemon):
    """``tls.WORKER``: HAProxy that lives and dies with the worker."""

    def __init__(self, worker: workerstate.Worker,
                 starter: launcher.Launcher) -> None:
        super().__init__(f'tls.{worker.name}', starter)
        self._worker = worker
        home = self._state.service(self.name)
        self._conf = home / 'haproxy.cfg'
        self._pem = home / 'server.pem'

    @property
    def address(self) -> str:
        return self._worker.address

    @property
    def ports(self) -> Sequence[int]:
        port = self._worker.tls_port
        return () if port is None else (port,)

    def prepare(self) -> None:
        """Write its configuration, with a certificate of the lab's."""
        worker = self._worker
        self.configure(authority.Authority(
            authority.home(self._state)).issue(
                [worker.host] if worker.host else [], worker.address))

    def configure(self, certificate: str) -> None:
        """Write its configuration; it counts from a restart.

        :param certificate: with the key, in the format PEM
        """
        confile.write(self._pem, certificate)
        self.listen()

    def listen(self) -> None:
        """Write where it listens; the certificate stays as it is."""
        confile.write(self._conf, _CONFIGURATION.format(
            worker=self._worker, pem=self._pem))

    def command(self) -> Sequence[str]:
        return ['haproxy', '-db', '-f', str(self._conf)]

    def look(self) -> waiting.Look:
        # Whether anybody should trust it is not the question here.
        unchecked = ssl.create_default_context()
        unchecked.check_hostname = False
        unchecked.verify_mode = ssl.CERT_NONE
        try:
            with socket.create_connection(
                    (self.address, self.ports[0]), _TIMEOUT) as connection, \
                    unchecked.wrap_socket(connection) as wrapped:
                return waiting.Look(True, str(wrapped.version()))
        except OSError as exc:
            return waiting.Look(False, f'no TLS: {exc}')
