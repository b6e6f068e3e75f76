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

"""Keystone, with Fernet tokens."""

import base64
from collections.abc import Mapping
from collections.abc import Sequence
import os
import pathlib
import urllib.parse

from lab import accounts
from lab import clients
from lab import confile
from lab import daemon
from lab import launcher
from lab import mariadb
from lab import state
from lab import uwsgi
from lab import waiting

_THREADS = 4


class Keystone(daemon.Daemon):
    """``keystone``: the identity service at ``lab.keystone_url``."""

    def __init__(self, lab: state.State, starter: launcher.Launcher) -> None:
        super().__init__('keystone', starter)
        self._lab = lab
        self._directory = self._state.service(self.name)
        self._port = urllib.parse.urlsplit(lab.keystone_url).port or 0

    @property
    def ports(self) -> Sequence[int]:
        return (self._port,)

    def prepare(self) -> None:
        """Make configuration, keys, tables, the admin; needs MariaDB."""
        self.configure({})
        for kind in ('fernet', 'credential'):
            _write_keys(self._directory / kind)
        self._manage('db_sync')
        # By environment: a password in the command line is for all to see.
        self._manage(
            'bootstrap', '--bootstrap-region-id', accounts.REGION,
            *(word for interface in accounts.INTERFACES for word in (
                f'--bootstrap-{interface}-url', self._lab.keystone_url)),
            OS_BOOTSTRAP_PASSWORD=self._lab.user(accounts.ADMIN).password)

    def configure(self, overrides: confile.Sections) -> None:
        """Write its configuration; it counts from a restart.

        :param overrides: options that replace those of the lab, by section
        """
        confile.write(self._directory / 'keystone.conf', confile.ini(
            confile.merge(self.sections(), overrides)))

    def populate(self) -> None:
        """Make the lab's accounts; Keystone runs."""
        accounts.create(
            clients.session_for(self._lab, accounts.ADMIN),
            accounts.of_profile(self._lab.settings.profile),
            {user.name: user.password for user in self._lab.users},
            self.catalog())

    def catalog(self) -> list[accounts.Service]:
        """Return all services but Keystone itself."""
        found = [accounts.Service('glance', 'image', self._lab.glance_url)]
        cloud = self._lab.cloud
        if cloud is not None:
            found += [
                accounts.Service('nova', 'compute', cloud.nova_url),
                accounts.Service('placement', 'placement',
                                 cloud.placement_url),
                accounts.Service('neutron', 'network', cloud.neutron_url)]
        return found

    def sections(self) -> confile.Sections:
        """Return the content of keystone.conf."""
        return {
            'database': {'connection': mariadb.connection(
                self._lab.database, 'keystone')},
            'token': {'provider': 'fernet'},
            'fernet_tokens': {
                'key_repository': str(self._directory / 'fernet')},
            'fernet_receipts': {
                'key_repository': str(self._directory / 'fernet')},
            'credential': {
                'key_repository': str(self._directory / 'credential')},
            # Without a cache each request costs 200 queries and 0.3 s. One
            # in the process is right as long as there is one process.
            'cache': {'enabled': 'true', 'backend': 'oslo_cache.dict'},
            # The least that bcrypt knows: a login costs 2 ms, not 250.
            'identity': {'password_hash_rounds': '4'},
        }

    def command(self) -> Sequence[str]:
        return uwsgi.command('keystone.wsgi.api', self._port, _THREADS)

    def environment(self) -> Mapping[str, str]:
        return {'OS_KEYSTONE_CONFIG_DIR': str(self._directory)}

    def look(self) -> waiting.Look:
        return uwsgi.look(self._lab.keystone_url)

    def _manage(self, *arguments: str, **extra: str) -> None:
        self._launcher.run('keystone-manage', [
            str(launcher.python_program('keystone-manage')),
            '--config-file', str(self._directory / 'keystone.conf'),
            *arguments], extra=extra)


def _write_keys(repository: pathlib.Path) -> None:
    # What "keystone-manage fernet_setup" makes, at 4 s of CPU time each: a
    # staged key 0 and a primary key 1.
    for number in ('0', '1'):
        key = base64.urlsafe_b64encode(os.urandom(32)).decode()
        confile.write(repository / number, key)
    # Keystone warns about a repository that others can look into.
    repository.chmod(0o700)
