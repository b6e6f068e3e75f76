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

"""A directory in which DevStack's phases run as on a host of their own."""

from __future__ import annotations

from collections.abc import Sequence
import configparser
import dataclasses
import getpass
import os
import pathlib
import subprocess

import fixtures

_HERE = pathlib.Path(__file__).parent
_PROJECT = _HERE.parent.parent

CEPH_PLUGIN = 'devstack-plugin-ceph'
OUR_PLUGIN = 'nova-rbd-multistore'

# Programs that only say that they were called.
_RECORDED = ('cephadm', 'pip', 'edit-constraints', 'uwsgi')

# Where what a host keeps is below the sandbox.
_KEPT = ('etc', 'systemd/active', 'systemd/enabled')


@dataclasses.dataclass(frozen=True)
class Source:
    """Whose functions run the phases.

    :ivar devstack: a directory like DevStack's, with ``functions``,
        ``stackrc`` and ``lib``.
    :ivar ceph_plugin: one like devstack-plugin-ceph's.
    """

    devstack: pathlib.Path
    ceph_plugin: pathlib.Path


OWN = Source(_HERE / 'own', _HERE / 'own' / CEPH_PLUGIN)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a script of DevStack's ended.

    :ivar output: what it has printed, and to where does not matter.
    """

    status: int
    output: str


class Sandbox(fixtures.Fixture):
    """A host on which nothing has been stacked yet.

    :ivar root: the directory.
    :ivar etc: in place of ``/etc``.
    :ivar dest: in place of ``/opt/stack``.
    :ivar checkout: our own plugin.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def _setUp(self) -> None:
        self.checkout = _PROJECT
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.etc = self.root / 'etc'
        self.dest = self.root / 'opt' / 'stack'
        for directory in (
                'home', 'etc/ceph', 'etc/ceph2', 'etc/glance', 'etc/nova',
                'etc/systemd/system', 'opt/stack/data',
                'opt/stack/logs', 'opt/stack/glance/etc/metadefs',
                'opt/stack/requirements/.venv/bin', 'systemd/active',
                'systemd/enabled', 'systemd/loaded', 'journal'):
            (self.root / directory).mkdir(parents=True)
        # What an installed Glance and a virtual environment have.
        for name in ('glance-api-paste.ini', 'schema-image.json',
                     'metadefs/compute.json'):
            (self.dest / 'glance' / 'etc' / name).touch()
        self._link_programs()
        self._link_trees()
        self.configure()

    def _link_programs(self) -> None:
        programs = self.root / 'bin'
        programs.mkdir()
        for program in (_HERE / 'bin').iterdir():
            (programs / program.name).symlink_to(program)
        for name in _RECORDED:
            (programs / name).symlink_to('record')
        (self.dest / 'requirements/.venv/bin/edit-constraints').symlink_to(
            programs / 'edit-constraints')

    def _link_trees(self) -> None:
        devstack = self.root / 'devstack'
        devstack.mkdir()
        for path in self._source.devstack.iterdir():
            (devstack / path.name).symlink_to(path)
        ceph = self.dest / CEPH_PLUGIN / 'devstack'
        ceph.mkdir(parents=True)
        for name in ('lib', 'override-defaults', 'settings'):
            (ceph / name).symlink_to(
                self._source.ceph_plugin / 'devstack' / name)
        (ceph / 'plugin.sh').symlink_to(_HERE / 'ceph-plugin.sh')
        (self.dest / OUR_PLUGIN).symlink_to(_PROJECT)

    def configure(
        self, *lines: str,
        plugins: Sequence[str] = (CEPH_PLUGIN, OUR_PLUGIN),
    ) -> None:
        """Write the localrc.

        :param lines: of it, after those that every test needs.
        :param plugins: the names of those that are enabled, in this order.
        """
        localrc = [
            f'DEST={self.dest}',
            f'DATA_DIR={self.dest}/data',
            f'SERVICE_DIR={self.dest}/status',
            f'SUBUNIT_OUTPUT={self.dest}/devstack.subunit',
            f'LOGDIR={self.dest}/logs',
            f'STACK_USER={getpass.getuser()}',
            f'GLANCE_CONF_DIR={self.etc}/glance',
            f'CEPH_CONF_DIR={self.etc}/ceph',
            f'CEPH2_CONF_DIR={self.etc}/ceph2',
            'CINDER_CEPH_UUID=5c7a1d5e-0000-4000-8000-000000000001',
            'HOST_IP=127.0.0.1',
            'SERVICE_PASSWORD=secret',
            'LIBVIRT_TYPE=qemu',
            'ENABLED_SERVICES=key,n-api,n-cpu,g-api',
            *lines,
            *(f'enable_plugin {name} https://git.example.org/{name}'
              for name in plugins)]
        (self.root / 'devstack' / '.localrc.auto').write_text(
            '\n'.join(localrc) + '\n')

    def add_plugin(self, name: str, case: str, commands: str) -> str:
        """Make another plugin, and return its name.

        :param case: the phase in which it does something, for example
            ``stack extra``.
        :param commands: what it does then, in bash.
        """
        directory = self.dest / name / 'devstack'
        directory.mkdir(parents=True)
        (directory / 'plugin.sh').write_text(
            f'if [[ "$1 $2" == "{case}" ]]; then\n{commands}\nfi\n')
        return name

    def run(self, script: str, repeat: bool = False) -> Outcome:
        """Run ``stack``, ``unstack`` or ``clean``.

        :param repeat: run each phase of our plugin twice.
        """
        return self._execute(
            _HERE / 'drive', script, REPEAT='1' if repeat else '')

    def _execute(
        self, program: pathlib.Path, *arguments: str, **environment: str,
    ) -> Outcome:
        done = subprocess.run(
            [program, *arguments], cwd=self.root, env={
                'HOME': str(self.root / 'home'),
                'LC_ALL': 'C.UTF-8',
                'PATH': f'{self.root}/bin:/usr/sbin:/usr/bin:/sbin:/bin',
                'SANDBOX': str(self.root),
                'TERM': 'dumb',
                **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=120)
        return Outcome(done.returncode, done.stdout)

    def start(self, unit: str) -> Outcome:
        """Start a unit."""
        return self._execute(self.root / 'bin' / 'systemctl', 'start', unit)

    def power_off(self) -> None:
        """Forget what only a running host knows: no unit is active."""
        for path in (self.root / 'systemd').glob('active/*'):
            path.unlink()
        for path in (self.root / 'systemd').glob('loaded/*'):
            path.unlink()

    def set_compute(self, behaviour: str) -> None:
        """Say how our console script behaves: ``silent`` or ``stops``."""
        (self.root / 'n-cpu').write_text(behaviour)

    def break_program(self, name: str) -> None:
        """Have a program fail that only says that it was called."""
        (self.root / f'broken-{name}').touch()

    def age_journal(self) -> None:
        """Have all that units have said be said long ago."""
        for journal in (self.root / 'journal').iterdir():
            lines = journal.read_text().splitlines()
            journal.write_text(''.join(
                f'1 {line.partition(" ")[2]}\n' for line in lines))

    def calls(self, prefix: str) -> list[str]:
        """Return the commands that begin so, in the order of the calls."""
        path = self.root / 'calls'
        lines = path.read_text().splitlines() if path.exists() else []
        return [self._portable(line) for line in lines
                if line.startswith(prefix)]

    def option(self, path: str, section: str, option: str) -> str | None:
        """Return the value of an option in a file below ``etc``.

        None means that the file, the section or the option is not there.
        """
        parser = configparser.RawConfigParser(strict=False, delimiters='=')
        parser.read(self.etc / path)
        value = parser.get(section, option, fallback=None)
        return None if value is None else self._portable(value)

    def running(self) -> dict[str, str]:
        """Return the command of each unit that is active."""
        return {
            path.name.removeprefix('devstack@'): self._portable(
                path.read_text().strip())
            for path in (self.root / 'systemd' / 'active').iterdir()}

    def tree(self) -> dict[str, str]:
        """Return all that the host keeps: the text of each file."""
        found = {}
        for top in _KEPT:
            for directory, _, names in os.walk(self.root / top):
                for name in names:
                    path = pathlib.Path(directory, name)
                    found[str(path.relative_to(self.root))] = self._portable(
                        path.read_text())
        return found

    def _portable(self, text: str) -> str:
        return text.replace(str(self.root), '')
