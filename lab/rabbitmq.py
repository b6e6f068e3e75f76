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


"""RabbitMQ: the messages between Nova's services."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import secrets

import amqp

from lab import computestate
from lab import confile
from lab import daemon
from lab import launcher
from lab import ports
from lab import waiting

# Not the one in Debian's sbin, which becomes another user and writes to
# that user's directories.
PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server'

_CONFIGURATION = """\
listeners.tcp.1 = {address}:{port}
default_user = {user}
default_pass = {password}
log.console = true
log.console.level = warning
log.file = false
# The disk is shared with whoever owns the machine.
disk_free_limit.absolute = 100MB
"""
_TIMEOUT = 5.0


def transport_url(broker: computestate.Broker) -> str:
    """Return oslo.messaging's URL of the broker; it has the password."""
    return (f'rabbit://{broker.user}:{broker.password}'
            f'@{ports.ADDRESS}:{broker.port}/')


def consumers(broker: computestate.Broker, queue: str) -> int:
    """Return how many processes listen on a queue; 0 when there is none.

    :raises OSError: when RabbitMQ does not answer
    :raises amqp.AMQPError: when it does not let us in
    """
    with _connection(broker) as connection:
        try:
            seen = connection.channel().queue_declare(queue, passive=True)
        except amqp.NotFound:
            return 0
        return int(seen.consumer_count)


def look_consumed(broker: computestate.Broker, queue: str) -> waiting.Look:
    """Tell whether anybody takes messages from a queue.

    The broker forgets the consumers of a process in the moment of its death,
    unlike Nova's own list of services.
    """
    try:
        found = consumers(broker, queue)
    except (OSError, amqp.AMQPError) as exc:
        return waiting.Look(False, f'no answer from RabbitMQ: {exc}')
    if found:
        return waiting.Look(True, f'listens on {queue}')
    return waiting.Look(False, f'nobody listens on {queue} yet')


class RabbitMQ(daemon.Daemon):
    """``rabbitmq``: a node of its own, with its data in the directory."""

    look_interval = 0.25

    def __init__(self, broker: computestate.Broker,
                 starter: launcher.Launcher) -> None:
        super().__init__('rabbitmq', starter)
        self._broker = broker
        self._directory = self._state.service(self.name)

    @property
    def ports(self) -> Sequence[int]:
        return (self._broker.port, self._broker.erlang_port)

    def prepare(self) -> None:
        """Write its configuration and the cookie of its node."""
        broker = self._broker
        confile.write(self._directory / 'rabbitmq.conf',
                      _CONFIGURATION.format(
                          address=ports.ADDRESS, port=broker.port,
                          user=broker.user, password=broker.password))
        confile.write(self._directory / '.erlang.cookie',
                      secrets.token_hex(16))
        # Erlang refuses one that its owner can write to by mistake.
        (self._directory / '.erlang.cookie').chmod(0o400)
        confile.write(self._directory / 'enabled_plugins', '[].\n')
        confile.write(self._directory / 'rabbitmq-env.conf', '')

    def command(self) -> Sequence[str]:
        return [PROGRAM]

    def environment(self) -> Mapping[str, str]:
        home = self._directory
        loopback = '{' + ports.ADDRESS.replace('.', ',') + '}'
        return {
            # Where the cookie is looked for.
            'HOME': str(home),
            'RABBITMQ_NODENAME': f'lab{self._broker.port}@localhost',
            'RABBITMQ_CONF_ENV_FILE': str(home / 'rabbitmq-env.conf'),
            'RABBITMQ_CONFIG_FILE': str(home / 'rabbitmq.conf'),
            'RABBITMQ_ADVANCED_CONFIG_FILE': str(home / 'advanced.config'),
            'RABBITMQ_ENABLED_PLUGINS_FILE': str(home / 'enabled_plugins'),
            'RABBITMQ_MNESIA_BASE': str(home / 'mnesia'),
            'RABBITMQ_LOG_BASE': str(home),
            'RABBITMQ_LOGS': '-',
            'RABBITMQ_PID_FILE': str(home / 'rabbitmq.pid'),
            'RABBITMQ_DIST_PORT': str(self._broker.erlang_port),
            'ERL_EPMD_PORT': str(self._broker.epmd_port),
            'ERL_EPMD_ADDRESS': ports.ADDRESS,
            # One scheduler that sleeps when there is nothing to do.
            'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS':
                '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none '
                '-start_epmd false '
                f'-kernel inet_dist_use_interface {loopback}',
            # Then its script becomes the server, so that a signal meets it.
            'RUNNING_UNDER_SYSTEMD': 'true',
        }

    def look(self) -> waiting.Look:
        try:
            with _connection(self._broker):
                return waiting.Look(True, 'lets us in')
        except (OSError, amqp.AMQPError) as exc:
            return waiting.Look(False, f'no login: {exc}')


@contextlib.contextmanager
def _connection(broker: computestate.Broker) -> Iterator[amqp.Connection]:
    connection = amqp.Connection(
        host=f'{ports.ADDRESS}:{broker.port}', userid=broker.user,
        password=broker.password, connect_timeout=_TIMEOUT,
        read_timeout=_TIMEOUT, write_timeout=_TIMEOUT)
    connection.connect()
    try:
        yield connection
    finally:
        connection.close()
