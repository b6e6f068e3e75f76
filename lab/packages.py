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
from collections.abc import Mapping
import dataclasses
import importlib.util
import os
import pathlib
import sys

from lab import dnsmasq
from lab import exception
from lab import launcher
from lab import nova_compute
from lab import rabbitmq
from lab import settings
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

# What names of workers need besides.
NAMES_PROGRAMS = {
    dnsmasq.NAME: 'dnsmasq-base',
    'unshare': 'util-linux',
}

# Bindings that no Python package index has.
BINDINGS = {'rados': 'python3-rados', 'rbd': 'python3-rbd'}
_BINDINGS_AT = pathlib.Path('/usr/lib/python3/dist-packages')

MODULES = ('cryptography', 'glance', 'glanceclient', 'keystone',
           'keystoneauth1', 'keystoneclient', 'pymysql')
COMMANDS = ('glance-manage', 'keystone-manage')

# What the profile "cloud" needs besides.
CLOUD_PROGRAMS = {
    'busybox': 'busybox-static',
    'ceph-mgr': 'ceph-mgr',
    'dropbear': 'dropbear-bin',
    'epmd': 'erlang-base',
    rabbitmq.PROGRAM: 'rabbitmq-server',
    'libvirtd': 'libvirt-daemon',
    'virtlogd': 'libvirt-daemon',
    'mcopy': 'mtools',
    'mkfs.fat': 'dosfstools',
    'nsenter': 'util-linux',
    'qemu-img': 'qemu-utils',
    'qemu-system-x86_64': 'qemu-system-x86',
    'ssh': 'openssh-client',
    'syslinux': 'syslinux',
    'unshare': 'util-linux',
}
CLOUD_BINDINGS = {'libvirt': 'python3-libvirt'}
# Loaded by the programs above, which start without them.
CLOUD_DRIVERS = {
    '*/libvirt/connection-driver/libvirt_driver_qemu.so':
        'libvirt-daemon-driver-qemu',
    '*/qemu/block-rbd.so': 'qemu-block-extra',
}
_DRIVERS_AT = pathlib.Path('/usr/lib')
CLOUD_MODULES = ('amqp', 'neutron', 'nova', 'openstackclient', 'placement')
CLOUD_COMMANDS = (nova_compute.PROGRAM, 'neutron-db-manage',
                  'nova-conductor', 'nova-manage', 'nova-scheduler',
                  'placement-manage', 'privsep-helper')

_USUAL = settings.LabSettings()

REQUIREMENTS = pathlib.Path(__file__).with_name('requirements.txt')


@dataclasses.dataclass(frozen=True)
class Needs:
    """What a profile needs; packages are values where there are any."""

    programs: Mapping[str, str]
    bindings: Mapping[str, str]
    drivers: Mapping[str, str]
    modules: tuple[str, ...]
    commands: tuple[str, ...]


def needs(asked: settings.LabSettings) -> Needs:
    """Return what a lab needs."""
    programs = PROGRAMS if asked.names is None \
        else {**PROGRAMS, **NAMES_PROGRAMS}
    if asked.profile == settings.CLOUD:
        return Needs({**programs, **CLOUD_PROGRAMS},
                     {**BINDINGS, **CLOUD_BINDINGS}, CLOUD_DRIVERS,
                     MODULES + CLOUD_MODULES, COMMANDS + CLOUD_COMMANDS)
    return Needs(programs, BINDINGS, {}, MODULES, COMMANDS)


def check(find_program: Callable[[str], str | None] = launcher.program,
          has_module: Callable[[str], bool] | None = None,
          asked: settings.LabSettings = _USUAL) -> None:
    """Refuse to go on when something is missing; all of it is named.

    :raises exception.PackagesMissing: when it is in a distribution package
    :raises exception.RequirementsMissing: when it belongs into the Python
        environment
    """
    has_module = has_module or _has_module
    wanted = needs(asked)
    unseen = [name for name in wanted.bindings if not has_module(name)]
    _check_packages(wanted, find_program, unseen)
    if unseen:
        raise exception.RequirementsMissing(
            unseen, f'run: {sys.executable} tools/link_bindings.py')
    absent = [name for name in wanted.modules if not has_module(name)]
    absent += [name for name in wanted.commands
               if not launcher.python_program(name).exists()]
    if uwsgi.find() is None:
        absent.append(uwsgi.PROGRAMS[0])
    if absent:
        raise exception.RequirementsMissing(
            absent, f'install with: {sys.executable} -m pip install '
                    f'-r {REQUIREMENTS}')


def check_permitted(asked: settings.LabSettings,
                    user: int | None = None) -> None:
    """Refuse a lab that this user cannot run.

    :param user: its numeric id, None for who runs this
    :raises exception.InvalidSettings: when namespaces need root
    """
    user = os.geteuid() if user is None else user
    if user == 0:
        return
    if asked.profile == settings.CLOUD:
        raise exception.InvalidSettings(
            f'the profile {asked.profile!r} makes mount and PID namespaces '
            f'for its computes, which only root may; run it with sudo')
    if asked.names is not None:
        raise exception.InvalidSettings(
            'a lab with names has a resolver on port 53 and a mount '
            'namespace for each worker, which only root may have; run it '
            'with sudo')


def _check_packages(wanted: Needs,
                    find_program: Callable[[str], str | None],
                    unseen: list[str]) -> None:
    missing = {name: package for name, package in wanted.programs.items()
               if find_program(name) is None}
    missing |= {f'python module {name}': wanted.bindings[name]
                for name in unseen if not _bindings(name)}
    missing |= {pathlib.PurePath(pattern).name: package
                for pattern, package in wanted.drivers.items()
                if not any(_DRIVERS_AT.glob(pattern))}
    if missing:
        raise exception.PackagesMissing(
            sorted(missing), sorted(set(missing.values())))


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _bindings(name: str) -> list[pathlib.Path]:
    return list(_BINDINGS_AT.glob(f'{name}.*'))
