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

"""The ports of a lab: all follow from the port base."""

from collections.abc import Mapping
import contextlib
import ipaddress
import pathlib
import socket
import struct
from typing import NamedTuple

from lab import exception
from lab import process

ADDRESS = '127.0.0.1'
# Of a guest that migrates; libvirt takes the other one for a mistake.
MIGRATION_ADDRESS = '127.0.0.2'

# Of the first worker of the hub's Glance; each has an address of its own and
# all have the same port, as the pods of a StatefulSet do.
_FIRST_WORKER_ADDRESS = ipaddress.IPv4Address('127.0.0.11')

# A lab stays within this many ports from its base.
SPAN = 500

# An OSD listens on four: for clients, for other OSDs, and a heartbeat port
# for each. The range gives a restarted one some choice.
OSD_PORTS = 10

_FIXED = {'haproxy': 0, 'keystone': 1, 'mariadb': 2, 'placement': 3,
          'nova-api': 4, 'neutron-server': 5, 'rabbitmq': 6, 'epmd': 7,
          'erlang': 8}
_WORKERS_AT = 10
_WORKERS_TLS_AT = 11
_EDGES_AT = 30
_MONS_AT = 50
_OSDS_AT = 100
_MGRS_AT = 300
_SSHDS_AT = 320
_MIGRATIONS_AT = 400

# libvirt wants a range.
_MIGRATION_PORTS = 2

_LISTEN = '0A'
# As /proc shows addresses: IPv4, and IPv4 within IPv6.
_ANY = ('00000000', '0' * 32)
_MAPPED = '0000000000000000FFFF0000'
_LOCAL_RANGE = pathlib.Path('/proc/sys/net/ipv4/ip_local_port_range')


class Endpoint(NamedTuple):
    """Where a daemon listens."""

    address: str
    port: int


def fixed(base: int, daemon: str) -> int:
    """Return the port of a daemon that a lab has once."""
    return base + _FIXED[daemon]


def worker(base: int) -> int:
    """Return the port that all workers of the hub's Glance have."""
    return base + _WORKERS_AT


def worker_tls(base: int) -> int:
    """Return the port at which all of them take TLS."""
    return base + _WORKERS_TLS_AT


def resolver_address(base: int) -> str:
    """Return the address of the lab's resolver, whose port is not ours."""
    return f'127.53.{base >> 8}.{base & 255}'


def worker_address(number: int) -> str:
    """Return the address of a worker of the hub; they count from 1."""
    return str(_FIRST_WORKER_ADDRESS + (number - 1))


def edge(base: int, site_index: int) -> int:
    """Return the port of a site's own Glance; sites count from 0."""
    return base + _EDGES_AT + site_index


def mon(base: int, site_index: int) -> int:
    """Return the port of a site's monitor; sites count from 0."""
    return base + _MONS_AT + site_index


def osd(base: int, site_index: int) -> range:
    """Return the ports among which a site's OSD chooses its own."""
    first = base + _OSDS_AT + OSD_PORTS * site_index
    return range(first, first + OSD_PORTS)


def mgr(base: int, site_index: int) -> int:
    """Return the port of a site's manager; sites count from 0."""
    return base + _MGRS_AT + site_index


def sshd(base: int, compute_index: int) -> int:
    """Return the port of a compute's SSH server; computes count from 0."""
    return base + _SSHDS_AT + compute_index


def migration(base: int, compute_index: int) -> range:
    """Return the ports at which a compute gets servers that are running."""
    first = base + _MIGRATIONS_AT + _MIGRATION_PORTS * compute_index
    return range(first, first + _MIGRATION_PORTS)


def check_base(base: int) -> None:
    """Refuse a base from which a lab would leave the range of ports.

    :raises exception.InvalidSettings: when it does
    """
    if not 1024 <= base <= 65536 - SPAN:
        raise exception.InvalidSettings(
            f'a port base is 1024 to {65536 - SPAN}, not {base}')


def overlaps_local_range(base: int) -> bool:
    """Tell whether the kernel gives these ports to outgoing connections.

    Then a daemon of the lab may find its port taken for a moment.
    """
    try:
        low, high = (int(word) for word in _LOCAL_RANGE.read_text().split())
    except OSError:
        return False
    return base <= high and base + SPAN > low


def check_free(wanted: Mapping[Endpoint, str]) -> None:
    """Refuse to go on when a port is taken.

    :param wanted: the daemon that needs the port, by address and port
    :raises exception.PortBusy: for the first that is
    """
    for one in sorted(wanted):
        if not is_free(one.port, one.address):
            raise exception.PortBusy(one.address, one.port, wanted[one],
                                     holder(one.port, one.address))


def is_free(port: int, address: str = ADDRESS) -> bool:
    """Tell whether a daemon could listen on that port now."""
    with socket.socket() as probe:
        # As daemons do: connections that still linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def holder(port: int, address: str = ADDRESS) -> str | None:
    """Name the process that listens on a port; None if /proc hides it.

    One that listens on all addresses has the port of each.
    """
    inodes = _listening_inodes(port, address)
    for entry in process.PROC.iterdir():
        if not entry.name.isdigit():
            continue
        if _sockets(entry / 'fd') & inodes:
            return process.describe(int(entry.name))
    return None


def _sockets(files: pathlib.Path) -> set[str]:
    found = set()
    # Other users' processes are closed to us, and files come and go.
    with contextlib.suppress(OSError):
        for link in files.iterdir():
            with contextlib.suppress(OSError):
                found.add(link.readlink().name)
    return found


def _listening_inodes(port: int, address: str) -> set[str]:
    found = set()
    # The kernel prints the words of an address in its own byte order.
    word, = struct.unpack('=I', ipaddress.IPv4Address(address).packed)
    wanted = {f'{where}:{port:04X}' for where in (
        *_ANY, f'{word:08X}', f'{_MAPPED}{word:08X}')}
    for table in ('tcp', 'tcp6'):
        try:
            lines = (process.PROC / 'net' / table).read_text().splitlines()
        except OSError:
            continue
        for line in lines[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and fields[1] in wanted:
                found.add(f'socket:[{fields[9]}]')
    return found
