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

"""The description of a lab: ``lab.json`` in the state directory.

The file is a contract: tests and other tools read it. It is one JSON object
whose keys are the fields of :class:`State`, nested objects being the other
classes of this module, of :mod:`lab.workerstate` and, below ``cloud``, of
:mod:`lab.computestate`. Paths are absolute, everything listens on the
loopback, and the file holds passwords (mode 0600). It is replaced as a whole,
so that a reader never sees half of it. ``version`` grows when a key changes
its meaning or goes; new keys may come at any time.

A pid is only to be trusted together with the start time beside it (field 22
of /proc/PID/stat): null means that the daemon was not started or was stopped
by the lab, and a process that died by itself leaves its pid here.
"""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import json
import pathlib
from typing import Any
from typing import TypeVar

from lab import computestate
from lab import confile
from lab import directory
from lab import exception
from lab import ports
from lab import process
from lab import settings
from lab import workerstate

VERSION = 1

_LOOPBACK = ports.ADDRESS


@dataclasses.dataclass(frozen=True)
class User:
    """A user with its project and roles; both are in domain Default."""

    name: str
    password: str = dataclasses.field(repr=False)
    project: str
    roles: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Keyrings:
    """Keyring files of a site's Ceph users, named as the users."""

    admin: pathlib.Path
    glance: pathlib.Path
    nova: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Site:
    """One site: a Ceph cluster, and the Glance store of the same name."""

    name: str
    store: str
    fsid: str
    ceph_conf: pathlib.Path
    keyrings: Keyrings
    images_pool: str
    vms_pool: str
    mon_port: int


@dataclasses.dataclass(frozen=True)
class Database:
    """The MariaDB server; ``passwords`` by user, root included."""

    port: int
    socket: pathlib.Path
    passwords: dict[str, str] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Daemon:
    """One daemon, in the order of starting."""

    name: str
    log: pathlib.Path
    ports: tuple[int, ...]
    pid: int | None = None
    start_time: int | None = None
    address: str = _LOOPBACK


@dataclasses.dataclass(frozen=True)
class State:
    """The whole lab.

    ``ready``: ``up`` came to its end. ``glance_url`` is the load-balanced
    one, as in the service catalog. ``workers`` are the hub's, ``edges`` the
    Glances of edge sites that have one. ``cloud``: null with the profile
    ``storage``; ``names``, ``tls``: null when ``up`` was not asked for them.
    """

    settings: settings.LabSettings
    keystone_url: str
    region: str
    glance_url: str
    users: tuple[User, ...]
    sites: tuple[Site, ...]
    workers: tuple[workerstate.Worker, ...]
    database: Database
    daemons: tuple[Daemon, ...] = ()
    ready: bool = False
    cloud: computestate.Cloud | None = None
    edges: tuple[workerstate.Worker, ...] = ()
    names: workerstate.Names | None = None
    tls: workerstate.Tls | None = None
    version: int = VERSION

    def user(self, name: str) -> User:
        """Return the user of that name.

        :raises exception.UnknownName: when there is none
        """
        return _named('user', self.users, name)

    def site(self, name: str) -> Site:
        """Return the site of that name.

        :raises exception.UnknownName: when there is none
        """
        return _named('site', self.sites, name)

    def edge(self, site: str) -> workerstate.Worker | None:
        """Return a site's own Glance, None when it uses the hub's."""
        return next((one for one in self.edges if one.site == site), None)


_Named = TypeVar('_Named', User, Site)


def _named(kind: str, among: Sequence[_Named], name: str) -> _Named:
    for one in among:
        if one.name == name:
            return one
    raise exception.UnknownName(kind, name, [one.name for one in among])


# What has a process of its own.
_Described = TypeVar('_Described', workerstate.Worker,
                     computestate.Compute)


def save(where: directory.StateDirectory, lab: State) -> None:
    """Write the description, with the pids as they are recorded now."""
    with where.recording():
        _write(where, lab)


def update(where: directory.StateDirectory,
           change: Callable[[State], State]) -> State:
    """Change the description as it is now; return it as it is then.

    :raises exception.NoLab: when there is none
    """
    with where.recording():
        _write(where, change(load(where)))
        return load(where)


def load(where: directory.StateDirectory) -> State:
    """Read the description.

    :raises exception.NoLab: when there is none
    :raises exception.StateUnreadable: when it is damaged or of another
        version
    """
    try:
        raw = json.loads(where.description.read_text())
    except FileNotFoundError as exc:
        raise exception.NoLab(where.path, 'no lab') from exc
    except ValueError as exc:
        raise exception.StateUnreadable(where.description, str(exc)) from exc
    version = raw.get('version') if isinstance(raw, dict) else None
    if version != VERSION:
        raise exception.StateUnreadable(
            where.description, f'its version is {version}, not {VERSION}')
    try:
        return _parse(raw)
    except (KeyError, TypeError) as exc:
        raise exception.StateUnreadable(
            where.description, f'missing or wrong: {exc}') from exc


def read_pid(where: directory.StateDirectory,
             name: str) -> process.Process | None:
    """Return the process recorded for a daemon; it may be dead by now."""
    try:
        pid, start_time = where.pid_file(name).read_text().split()
    except FileNotFoundError:
        return None
    return process.Process(int(pid), int(start_time))


def write_pid(where: directory.StateDirectory, name: str,
              started: process.Process | None) -> None:
    """Record the process of a daemon, None when it was stopped."""
    if started is None:
        where.pid_file(name).unlink(missing_ok=True)
    else:
        confile.write(where.pid_file(name),
                      f'{started.pid} {started.start_time}\n')
    with where.recording():
        _write(where, load(where))


def _write(where: directory.StateDirectory, lab: State) -> None:
    seen = {daemon.name: read_pid(where, daemon.name)
            for daemon in lab.daemons}
    lab = dataclasses.replace(
        lab,
        daemons=tuple(_with_process(daemon, seen[daemon.name])
                      for daemon in lab.daemons),
        workers=tuple(_with_pid(worker, seen.get(worker.name))
                      for worker in lab.workers),
        edges=tuple(_with_pid(worker, seen.get(worker.name))
                    for worker in lab.edges),
        cloud=_with_pids(lab.cloud, seen))
    text = json.dumps(dataclasses.asdict(lab), indent=2, default=str)
    confile.write(where.description, text + '\n')


def _with_process(daemon: Daemon, seen: process.Process | None) -> Daemon:
    return dataclasses.replace(
        daemon, pid=seen.pid if seen else None,
        start_time=seen.start_time if seen else None)


def _with_pid(described: _Described,
              seen: process.Process | None) -> _Described:
    return dataclasses.replace(described, pid=seen.pid if seen else None)


def _with_pids(
    cloud: computestate.Cloud | None,
    seen: dict[str, process.Process | None],
) -> computestate.Cloud | None:
    if cloud is None:
        return None
    return dataclasses.replace(cloud, computes=tuple(
        _with_pid(compute, seen.get(f'compute-host.{compute.name}'))
        for compute in cloud.computes))


def _parse(raw: dict[str, Any]) -> State:
    asked = raw['settings']
    return State(
        settings=settings.LabSettings(
            # A lab that was made before there were any has none.
            **{**asked, 'sites': tuple(asked['sites']),
               'edges': tuple(asked.get('edges', ()))}),
        keystone_url=raw['keystone_url'],
        region=raw['region'],
        glance_url=raw['glance_url'],
        users=tuple(User(**{**user, 'roles': tuple(user['roles'])})
                    for user in raw['users']),
        sites=tuple(_site(site) for site in raw['sites']),
        workers=tuple(map(workerstate.parse, raw['workers'])),
        database=Database(**_paths(raw['database'], 'socket')),
        daemons=tuple(Daemon(**{**_paths(daemon, 'log'),
                                'ports': tuple(daemon['ports'])})
                      for daemon in raw['daemons']),
        ready=raw['ready'],
        cloud=computestate.parse(raw.get('cloud')),
        edges=tuple(map(workerstate.parse, raw.get('edges', ()))),
        names=workerstate.parse_names(raw.get('names')),
        tls=workerstate.parse_tls(raw.get('tls')))


def _site(raw: dict[str, Any]) -> Site:
    keyrings = Keyrings(**_paths(raw['keyrings'], 'admin', 'glance', 'nova'))
    return Site(**{**_paths(raw, 'ceph_conf'), 'keyrings': keyrings})


def _paths(raw: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**raw, **{key: pathlib.Path(raw[key]) for key in keys}}
