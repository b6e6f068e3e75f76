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

"""MariaDB: the databases of all services."""

from collections.abc import Sequence
import os

import pymysql

from lab import confile
from lab import daemon
from lab import launcher
from lab import ports
from lab import state
from lab import waiting

# Databases, each with a user of the same name, by what they are for.
STORAGE = ('keystone', 'glance')
CLOUD = ('placement', 'neutron', 'nova_api', 'nova')
# Nova's record of servers that no cell has taken. It is a database beside
# that of the first cell, and Nova derives its URL from that one's.
_CELL0 = 'nova_cell0'


def connection(database: state.Database, user: str) -> str:
    """Return SQLAlchemy's URL of a user's own database."""
    return (f'mysql+pymysql://{user}:{database.passwords[user]}'
            f'@{ports.ADDRESS}:{database.port}/{user}?charset=utf8mb4')


class MariaDB(daemon.Daemon):
    """``mariadb``: one server with its data in the state directory."""

    def __init__(self, database: state.Database,
                 starter: launcher.Launcher) -> None:
        super().__init__('mariadb', starter)
        self._database = database
        self._directory = database.socket.parent

    @property
    def ports(self) -> Sequence[int]:
        return (self._database.port,)

    def prepare(self) -> None:
        """Make the system tables, and the SQL that makes our databases."""
        self._directory.mkdir(mode=0o700)
        self._launcher.run(self.name, [
            'mariadb-install-db', '--no-defaults',
            f'--datadir={self._directory / "data"}',
            '--skip-test-db', '--auth-root-authentication-method=normal',
            *_as_root()])
        confile.write(self._directory / 'init.sql', self._init_sql())

    def command(self) -> Sequence[str]:
        return [
            'mariadbd', '--no-defaults',
            f'--datadir={self._directory / "data"}',
            *_as_root(),
            f'--socket={self._database.socket}',
            f'--pid-file={self._directory / "mariadbd.pid"}',
            f'--bind-address={ports.ADDRESS}',
            f'--port={self._database.port}',
            f'--init-file={self._directory / "init.sql"}',
            '--skip-name-resolve', '--skip-log-bin',
            '--character-set-server=utf8mb4',
            '--max-connections=500',
            '--innodb-buffer-pool-size=64M',
            # A kill of the server loses nothing, only a power cut would.
            '--innodb-flush-log-at-trx-commit=2',
        ]

    def look(self) -> waiting.Look:
        try:
            self._query()
        except pymysql.MySQLError as exc:
            return waiting.Look(False, f'no login as root: {exc}')
        return waiting.Look(True, 'answers')

    def _query(self) -> None:
        connected = pymysql.connect(
            unix_socket=str(self._database.socket), user='root',
            password=self._database.passwords['root'], connect_timeout=5,
            read_timeout=5)
        with connected, connected.cursor() as cursor:
            cursor.execute('SELECT 1')

    def _init_sql(self) -> str:
        # The server runs this at every start, before it lets anybody in.
        secrets = self._database.passwords
        lines = ["ALTER USER 'root'@'localhost' IDENTIFIED BY "
                 f"'{secrets['root']}';"]
        for name in secrets:
            if name != 'root':
                lines += _database(name, secrets[name])
        if 'nova' in secrets:
            lines += [
                f'CREATE DATABASE IF NOT EXISTS {_CELL0};',
                f'GRANT ALL ON {_CELL0}.* TO {_user("nova")};']
        return '\n'.join(lines) + '\n'


def _database(name: str, password: str) -> list[str]:
    return [
        f'CREATE DATABASE IF NOT EXISTS {name};',
        f'CREATE USER IF NOT EXISTS {_user(name)} IDENTIFIED BY '
        f"'{password}';",
        f'GRANT ALL ON {name}.* TO {_user(name)};']


def _user(name: str) -> str:
    return f"'{name}'@'{ports.ADDRESS}'"


def _as_root() -> list[str]:
    # It refuses to run as root unless told so, and warns others about it.
    return ['--user=root'] if os.geteuid() == 0 else []
