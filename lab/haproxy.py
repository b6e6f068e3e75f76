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

"""HAProxy: the URL that users of the hub's Glance know."""

from collections.abc import Sequence
import pathlib
import socket
import urllib.parse

from lab import confile
from lab import daemon
from lab import directory
from lab import exception
from lab import launcher
from lab import ports
from lab import state
from lab import uwsgi
from lab import waiting
from lab import workerstate

_CONFIGURATION = """\
global
    log stdout format raw local0
    maxconn 500
    stats socket {admin} mode 600 level admin
    nbthread 1

defaults
    mode http
    log global
    option httplog
    # A worker that is gone costs a request nothing, it goes to another.
    option redispatch 1
    retries 3
    timeout connect 5s
    # Not for a whole request, but without a byte. A client that goes on
    # sending to a worker that has already refused must not hang.
    timeout client 1m
    # A worker answers an upload when it has written it to the store.
    timeout server 15m

frontend glance
    bind {address}:{port}
    default_backend workers

backend workers
    balance roundrobin
    option httpchk GET /healthcheck
    http-check expect status 200
    default-server {check}
{servers}
"""
_CHECK = 'check inter 1s fall 2 rise 1'

# After what it has changed, in many ways.
_MOVED = "by 'stats socket command'"
_UNKNOWN = 'No such server.'

# Seconds that a worker's connections may take to end.
_IDLE_TIMEOUT = 20


def admin_socket(where: directory.StateDirectory) -> pathlib.Path:
    """Return the socket on which HAProxy takes orders."""
    return where.service('haproxy') / 'admin.sock'


def drain(where: directory.StateDirectory, worker: str) -> None:
    """Have HAProxy send no more requests to a worker.

    :raises exception.OrderRefused: when HAProxy does not do so
    """
    _order(where, f'set server workers/{worker} state drain')


def resume(where: directory.StateDirectory, worker: str) -> None:
    """Have HAProxy send requests to a worker that is known to be ready.

    :raises exception.OrderRefused: when HAProxy does not do so
    """
    # Its own check would notice up to a second later; until then a crash of
    # the last other worker would leave it with none.
    _order(where, f'set server workers/{worker} state ready; '
                  f'set server workers/{worker} health up')


def add(where: directory.StateDirectory, worker: workerstate.Worker) -> None:
    """Have HAProxy know a new worker; ``resume`` brings it requests.

    :raises exception.OrderRefused: when HAProxy does not do so
    """
    server = f'workers/{worker.name}'
    _order(where, f'add server {server} {worker.address}:{worker.port} '
                  f'{_CHECK}', 'New server registered.')
    _order(where, f'enable health {server}')


def move(where: directory.StateDirectory,
         worker: workerstate.Worker) -> None:
    """Have HAProxy know the new address of a worker.

    :raises exception.OrderRefused: when HAProxy does not do so
    """
    _order(where, f'set server workers/{worker.name} addr {worker.address} '
                  f'port {worker.port}', _MOVED)


def delete(where: directory.StateDirectory, worker: str) -> None:
    """Have HAProxy forget a worker, when its last requests have ended.

    :raises exception.OrderRefused: when HAProxy does not do so in time
    """
    server = f'workers/{worker}'

    def look() -> waiting.Look:
        try:
            _order(where, f'set server {server} state maint')
            _order(where, f'del server {server}', 'Server deleted.')
        except exception.OrderRefused as exc:
            return waiting.Look(exc.answer == _UNKNOWN, exc.answer)
        return waiting.Look(True, 'deleted')

    try:
        waiting.until(look, _IDLE_TIMEOUT)
    except waiting.TimedOut as exc:
        raise exception.OrderRefused(
            'haproxy', f'del server {server}', exc.last_state) from exc


def _order(where: directory.StateDirectory, text: str,
           good: str = '') -> None:
    """Send an order; an answer without ``good`` at its end is a refusal.

    :param good: '' for no answer at all
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(admin_socket(where)))
        except (FileNotFoundError, ConnectionRefusedError):
            # It does not run, so it sends no requests either.
            return
        connection.sendall(f'{text}\n'.encode())
        with connection.makefile() as answer:
            said = answer.read().strip()
    if said != good and not (good and said.endswith(good)):
        raise exception.OrderRefused('haproxy', text, said)


class HAProxy(daemon.Daemon):
    """``haproxy``: round robin over the Glance workers."""

    def __init__(self, lab: state.State, starter: launcher.Launcher) -> None:
        super().__init__('haproxy', starter)
        self._lab = lab
        self._conf = self._state.service(self.name) / 'haproxy.cfg'
        self._port = urllib.parse.urlsplit(lab.glance_url).port or 0

    @property
    def ports(self) -> Sequence[int]:
        return (self._port,)

    def prepare(self) -> None:
        """Write its configuration."""
        servers = '\n'.join(
            f'    server {worker.name} {worker.address}:{worker.port}'
            for worker in self._lab.workers)
        confile.write(self._conf, _CONFIGURATION.format(
            address=ports.ADDRESS, port=self._port, servers=servers,
            check=_CHECK, admin=admin_socket(self._state)))

    def command(self) -> Sequence[str]:
        return ['haproxy', '-db', '-f', str(self._conf)]

    def look(self) -> waiting.Look:
        return uwsgi.look(f'{self._lab.glance_url}/healthcheck')
