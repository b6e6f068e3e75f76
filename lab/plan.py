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

"""Decide everything about a new lab: names, ports, paths, passwords."""

from collections.abc import Iterator
import dataclasses
import secrets
import uuid

from lab import accounts
from lab import authority
from lab import computestate
from lab import directory
from lab import guest
from lab import mariadb
from lab import names
from lab import ports
from lab import settings
from lab import state
from lab import workerstate
from lab import zones


def new(asked: settings.LabSettings,
        where: directory.StateDirectory) -> state.State:
    """Return the description of a lab of which nothing exists yet."""
    base = asked.port_base
    return state.State(
        settings=asked,
        keystone_url=_url(ports.fixed(base, 'keystone')) + '/v3',
        region=accounts.REGION,
        glance_url=_url(ports.fixed(base, 'haproxy')),
        users=tuple(
            state.User(account.user, _password(), account.project,
                       account.roles)
            for account in accounts.of_profile(asked.profile)),
        sites=tuple(_site(name, ports.mon(base, index), where)
                    for index, name in enumerate(asked.sites)),
        workers=tuple(
            hub_worker(f'glance-api-{number}', ports.worker_address(number),
                       where, asked)
            for number in range(1, asked.workers + 1)),
        edges=tuple(
            worker(f'glance-api-{name}', ports.Endpoint(
                ports.ADDRESS, ports.edge(base, index)), where, name)
            for index, name in enumerate(asked.sites)
            if name in (asked.edges or ())),
        database=state.Database(
            port=ports.fixed(base, 'mariadb'),
            socket=where.service('mariadb') / 'mariadb.sock',
            passwords={user: _password()
                       for user in ('root', *_databases(asked))}),
        cloud=_cloud(asked, where) if asked.profile == settings.CLOUD
        else None,
        names=workerstate.Names(
            service=names.SERVICE, resolver=ports.resolver_address(base),
            publish=asked.names, etc=where.service('etc'))
        if asked.names else None,
        tls=workerstate.Tls(authority.certificate(where))
        if asked.tls else None)


def _databases(asked: settings.LabSettings) -> tuple[str, ...]:
    if asked.profile == settings.CLOUD:
        return mariadb.STORAGE + mariadb.CLOUD
    return mariadb.STORAGE


def _cloud(asked: settings.LabSettings,
           where: directory.StateDirectory) -> computestate.Cloud:
    base = asked.port_base
    images = where.service('guest')
    return computestate.Cloud(
        nova_url=_url(ports.fixed(base, 'nova-api')) + '/v2.1',
        placement_url=_url(ports.fixed(base, 'placement')),
        neutron_url=_url(ports.fixed(base, 'neutron-server')),
        broker=computestate.Broker(
            port=ports.fixed(base, 'rabbitmq'),
            epmd_port=ports.fixed(base, 'epmd'),
            erlang_port=ports.fixed(base, 'erlang'),
            user='nova', password=_password()),
        guest=computestate.Guest(
            raw=images / 'guest.raw', qcow2=images / 'guest.qcow2',
            marker=guest.MARKER, flavor=zones.FLAVOR),
        computes=tuple(
            compute for site, count in asked.computes.items()
            for compute in _computes(site, count, where)))


def _computes(
    site: str, count: int, where: directory.StateDirectory,
) -> Iterator[computestate.Compute]:
    # The same for all, since a server that migrates live takes it along.
    secret = str(uuid.uuid4())
    for number in range(count):
        name = f'{site}-{number}'
        yield computestate.Compute(
            name=name, site=site, zone=site,
            conf=where.service('hosts') / name / 'nova.conf',
            log=where.log(f'nova-compute.{name}'), secret=secret)


def _site(name: str, mon_port: int,
          where: directory.StateDirectory) -> state.Site:
    home = where.site(name)
    return state.Site(
        name=name, store=name, fsid=str(uuid.uuid4()),
        ceph_conf=home / 'ceph.conf',
        keyrings=state.Keyrings(
            admin=home / 'ceph.client.admin.keyring',
            glance=home / 'ceph.client.glance.keyring',
            nova=home / 'ceph.client.nova.keyring'),
        images_pool='images', vms_pool='vms', mon_port=mon_port)


def worker(name: str, at: ports.Endpoint,
           where: directory.StateDirectory,
           site: str | None = None) -> workerstate.Worker:
    """Return the description of a worker of Glance.

    :param site: the edge site whose Glance it is, None for one of the hub's
    """
    home = where.service(name)
    return workerstate.Worker(
        name=name, url=f'http://{at.address}:{at.port}', port=at.port,
        conf=home / 'glance-api.conf', policy=home / 'policy.yaml',
        staging=home / 'staging', tasks=home / 'tasks', log=where.log(name),
        site=site, address=at.address)


def hub_worker(
    name: str, address: str, where: directory.StateDirectory,
    asked: settings.LabSettings,
) -> workerstate.Worker:
    """Return the description of a worker of the hub's Glance."""
    base = asked.port_base
    tls_url = f'https://{address}:{ports.worker_tls(base)}'
    return dataclasses.replace(
        worker(name, ports.Endpoint(address, ports.worker(base)), where),
        host=names.host(name) if asked.names else None,
        tls_url=tls_url if asked.tls else None)


def _url(port: int) -> str:
    return f'http://{ports.ADDRESS}:{port}'


def _password() -> str:
    # Hexadecimal digits need no quoting in URLs, SQL and INI files.
    return secrets.token_hex(16)
