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

"""Check that the machine and the Python environment have what a lab needs."""

from collections.abc import Callable
import importlib.util
import pathlib
import sys

from lab import exception
from lab import launcher
from lab import uwsgi

# Programs, each with the Debian or Ubuntu package that has it.
PROGRAMS = {
    'ceph': 'ceph-common',
    'rbd': 'ceph-common',
    'ceph-mon': 'ceph-mon',
    'ceph-osd': 'ceph-osd',
    'monmaptool': 'ceph-base',
    'mariadbd': 'mariadb-server',
    'mariadb-install-db': 'mariadb-server',
    'haproxy': 'haproxy',
}

# Bindings that no Python package index has.
BINDINGS = {'rados': 'python3-rados', 'rbd': 'python3-rbd'}
_BINDINGS_AT = pathlib.Path('/usr/lib/python3/dist-packages')

MODULES = ('glance', 'glanceclient', 'keystone', 'keystoneauth1',
           'keystoneclient', 'pymysql')
COMMANDS = ('glance-manage', 'keystone-manage')

REQUIREMENTS = pathlib.Path(__file__).with_name('requirements.txt')


def check(find_program: Callable[[str], str | None] = launcher.program,
          has_module: Callable[[str], bool] | None = None) -> None:
    """Refuse to go on when something is missing; all of it is named.

    :raises exception.PackagesMissing: when it is in a distribution package
    :raises exception.RequirementsMissing: when it belongs into the Python
        environment
    """
    has_module = has_module or _has_module
    missing = {name: package for name, package in PROGRAMS.items()
               if find_program(name) is None}
    unseen = [name for name in BINDINGS if not has_module(name)]
    missing |= {f'python module {name}': BINDINGS[name] for name in unseen
                if not _bindings(name)}
    if missing:
        raise exception.PackagesMissing(
            sorted(missing), sorted(set(missing.values())))
    if unseen:
        raise exception.RequirementsMissing(
            unseen, f'run: {sys.executable} tools/link_bindings.py')
    absent = [name for name in MODULES if not has_module(name)]
    absent += [name for name in COMMANDS
               if not launcher.python_program(name).exists()]
    if uwsgi.find() is None:
        absent.append(uwsgi.PROGRAMS[0])
    if absent:
        raise exception.RequirementsMissing(
            absent, f'install with: {sys.executable} -m pip install '
                    f'-r {REQUIREMENTS}')


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _bindings(name: str) -> list[pathlib.Path]:
    return list(_BINDINGS_AT.glob(f'{name}.*.so'))
