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

"""Servers that an administrator moves, or a resize would, to another host.

They are on hosts of their own, and in no zone that would keep them at their
site.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import pathlib

import fixtures

from lab import accounts
from lab import actions
from lab import compute_node
from lab import confile
from lab import fixture
from lab import records
from lab import servers
from lab import zones
from tests import labtest
from tests.e2e import base

_HOME = 'dcn1-0'
_NEIGHBOUR = 'dcn1-1'
_ABROAD = 'dcn0-0'

_ELSEWHERE = ('the root disk of the instance is not in the storage cluster of '
              'that host')
_UNKNOWN = 'it cannot be told whether the root disk of the instance is in'

# Seconds that a cluster may take to let a client in.
_PATIENCE = 3


@dataclasses.dataclass(frozen=True)
class Traces:
    """What is there of a server, for a comparison.

    :ivar disks: names of RBD images and what Ceph knows them by, by site.
    :ivar domains: hosts whose libvirt knows it.
    :ivar allocated: hosts that Placement counts it for.
    """

    host: str | None
    disks: dict[str, dict[str, str]]
    domains: set[str]
    allocated: set[str]


class MovesTestCase(base.CloudTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.servers = servers.Servers(self.lab.state, accounts.ADMIN)
        self.actions = actions.Actions(self.servers)
        self.records = records.Records(self.lab.state)
        self.image_id = self.make_guest_image()
        self.server = self.boot_on(_HOME)

    def boot_on(self, host: str) -> servers.Server:
        """Return a server that is active there and has booted."""
        server_id = self.servers.create(servers.Request(
            self.id(), self.image_id, flavor=self.guest.flavor, host=host))
        self.addCleanup(self.remove, server_id)
        server, = self.wait_booted([server_id])
        self.assertEqual(host, server.host)
        return server

    def traces(self) -> Traces:
        """Look at the server, at every site and on every host."""
        seen = self.servers.show(self.server.id)
        return Traces(
            host=seen.host,
            disks={name: {disk: site.id(site.site.vms_pool, disk)
                          for disk in site.images(site.site.vms_pool)
                          if seen.id in disk}
                   for name, site in self.lab.sites.items()},
            domains={node.name for node in self.computing.nodes.values()
                     if seen.id in node.domains()},
            allocated=self.records.allocated(seen.id))


class RefusedTestCase(MovesTestCase):
    """To a host on another cluster, which has none of the server's disks."""

    def assert_refused(self, action: str, move: Callable[[], None],
                       reason: str = _ELSEWHERE) -> None:
        """Check that a move changes nothing, and says why."""
        before = self.traces()
        self.assertEqual(
            (_HOME, [self.server.disk], {_HOME}, {_HOME}),
            (before.host, list(before.disks['dcn1']), before.domains,
             before.allocated))
        console = self.servers.console(self.server.id)
        move()
        reasons = self.records.wait_failure(self.server.id, action)
        self.servers.wait_status(self.server.id)
        self.assertIn(reason, ' '.join(reasons))
        self.assertEqual(before, self.traces())
        # It begins anew when the guest does.
        self.assertEqual(console, self.servers.console(self.server.id))
        self.assertIn(self.records.migrations(self.server.id),
                      (['error'], ['failed']))

    def test_cold_migration(self) -> None:
        self.assert_refused('migrate', lambda: self.actions.migrate(
            self.server.id, _ABROAD))

    def test_live_migration(self) -> None:
        self.assert_refused('live-migration', lambda: (
            self.actions.live_migrate(self.server.id, _ABROAD)))

    def test_resize(self) -> None:
        with fixture.OnlyFor(self.lab, _HOME, _ABROAD):
            self.assert_refused('resize', lambda: self.actions.resize(
                self.server.id, zones.LARGER_FLAVOR))

    def test_evacuation(self) -> None:
        # Its host is back when the server is looked at again.
        def move() -> None:
            with fixture.Down(self.lab, self.computing.nodes[_HOME]):
                self.actions.evacuate(self.server.id, _ABROAD)
                self.records.wait_failure(self.server.id, 'evacuate')

        self.assert_refused('evacuate', move)

    def test_cluster_that_does_not_answer(self) -> None:
        abroad = self.computing.nodes[_ABROAD]
        conf = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'ceph.conf'
        confile.write(conf, confile.ini(confile.merge(
            confile.read_ini(self.lab.sites['dcn0'].site.ceph_conf),
            {'client.nova': {'client_mount_timeout': str(_PATIENCE)}})))
        self.useFixture(fixture.ComputeConfigured(
            abroad, {'libvirt': {'images_rbd_ceph_conf': str(conf)}}))

        def move() -> None:
            with fixture.Frozen(self.lab, 'ceph-mon.dcn0'):
                self.actions.live_migrate(self.server.id, abroad.name)
                self.records.wait_failure(self.server.id, 'live-migration')

        self.assert_refused('live-migration', move, _UNKNOWN)


class AllowedTestCase(MovesTestCase):
    """To a host on the same cluster."""

    def test_resize_finds_the_host_of_its_cluster(self) -> None:
        # The scheduler prefers hosts that have more memory left, so it takes
        # those of the other sites first.
        for node in self.computing.at('dcn1')[1:]:
            self.boot_on(node.name)
        disks = self.traces().disks
        self.actions.resize(self.server.id, zones.LARGER_FLAVOR)
        resized = self.servers.wait_status(
            self.server.id, actions.VERIFY_RESIZE)
        self.assertEqual('dcn1', resized.zone)
        self.assertNotEqual(_HOME, resized.host)
        self.assertEqual(disks, self.traces().disks)
        self.assertEqual(
            {'central-0', 'dcn0-0'},
            {node.name for node in self.computing.nodes.values()
             if self.refused_by(node)})

    def refused_by(self, node: compute_node.ComputeNode) -> bool:
        """Tell whether the log of a host says that the server may not come."""
        return any(
            self.server.id in line and 'may not come to this host' in line
            for line in node.compute.log.read_text().splitlines())

    def test_live_migration_and_evacuation(self) -> None:
        disks = self.traces().disks
        self.actions.live_migrate(self.server.id, _NEIGHBOUR)
        self.assert_moved(_NEIGHBOUR, servers.ACTIVE, disks)

        with fixture.Down(self.lab, self.computing.nodes[_NEIGHBOUR]):
            self.actions.evacuate(self.server.id, _HOME)
            self.wait_on(_HOME, actions.SHUTOFF)
        self.assert_moved(_HOME, actions.SHUTOFF, disks)

    def assert_moved(
        self, host: str, status: str, disks: dict[str, dict[str, str]],
    ) -> None:
        """Check that a server is on a host, and nowhere else."""
        self.wait_on(host, status)
        # After that the host it came from has nothing of it any more.
        labtest.wait_for('the end of the migration', lambda: (
            self.records.migrations(self.server.id)[0] == 'completed'))
        self.assertEqual(Traces(host, disks, {host}, {host}), self.traces())

    def wait_on(self, host: str, status: str) -> None:
        """Return when the server has come to a host."""
        labtest.wait_for(f'{self.server.id} on {host}', lambda: (
            self.servers.show(self.server.id).host == host))
        self.servers.wait_status(self.server.id, status)
