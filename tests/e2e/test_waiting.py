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

"""Boots that wait for a slow copy: what they hold up, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
import sys
import time

import ddt

from lab import fixture
from lab import servers
from tests import labtest
from tests.contract import pools
from tests.e2e import base
from tests.faults import catalogue

_SITE = 'dcn0'
_HOST = 'dcn0-0'
# Nova's default for [DEFAULT] max_concurrent_builds.
_BUILDS = 10
_WAITING = 12
_DELETED = 'The instance is being deleted'


@ddt.ddt
class WaitingTestCase(base.CloudTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.node = self.computing.nodes[_HOST]

    def make_slow_image(self, seconds: float) -> str:
        """Return an image whose copy takes so long, for the time of a test."""
        image_id = self.make_guest_image()
        slow = pools.Pools(self.lab).slow_image(
            'central', image_id, int(self.guest.raw.stat().st_size / seconds))
        # After the servers are gone, when Glance may still copy.
        self.addCleanup(self.wait_idle, image_id)
        slow.__enter__()
        self.addCleanup(slow.__exit__, None, None, None)
        return image_id

    def create_waiting(self, image_id: str, count: int = 1) -> list[str]:
        """Return servers that wait for a copy of the image."""
        ids = [self.create(image_id, _SITE) for _ in range(count)]
        self.wait_copying(image_id)
        return ids

    def assert_copying(self, image_id: str) -> None:
        self.assertIn('os_glance_import_task', self.image(image_id))

    def delete_all(self, ids: Sequence[str]) -> float:
        """Delete servers and return the seconds until the last was gone."""
        started = time.monotonic()
        for one in ids:
            self.servers.delete(one)
        for one in ids:
            self.servers.wait_gone(one)
        return time.monotonic() - started

    @catalogue.fault(
        catalogue.Group.COMPUTE,
        'The instance is deleted while it waits for a copy',
        'Nothing. The copy goes on, for the next boot.')
    def test_deleted_while_it_waits_for_the_copy(self) -> None:
        image_id = self.make_slow_image(30)
        server_id, = self.create_waiting(image_id)
        waited = servers.Server(server_id, '', '', _SITE, None, None)

        seconds = self.delete_all([server_id])
        self.assert_copying(image_id)
        self.assert_no_trace(waited)
        told, = [line for line in self.node.compute.log.read_text(
            ).splitlines() if server_id in line and _DELETED in line]
        catalogue.report(self, catalogue.Measurement(
            'deleted', (told[told.index(_DELETED):],), '', seconds,
            catalogue.Since.FAULT))

        # Nobody waits for the copy, and it is there for the next.
        self.wait_idle(image_id)
        self.assertEqual({'central', _SITE}, self.stores(image_id))
        self.assert_clone(self.boot_server(image_id, _SITE), image_id)
        self.assertEqual(1, self.copies(image_id))

    @ddt.data('threading', 'eventlet')
    def test_deleted_ones_leave_the_others_waiting(self, threads: str) -> None:
        self.useFixture(fixture.ComputeConfigured(
            self.node, {'DEFAULT': {'concurrency_backend': threads}}))
        image_id = self.make_slow_image(30)
        first, second, third = self.create_waiting(image_id, 3)
        labtest.wait_for('builds on the host', lambda: all(
            self.servers.show(one).host == _HOST
            for one in (first, second, third)))
        # Whoever of them it is that follows the copy for all.
        self.delete_all([first, second])
        self.assert_copying(image_id)

        server = self.servers.wait_status(third)
        self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))

    def test_waiting_boots_hold_the_builds_of_a_compute(self) -> None:
        local_id = self.make_guest_image()
        self.delete_all([self.boot_server(local_id, _SITE).id])
        alone = self.boot_local(local_id)
        image_id = self.make_slow_image(90)

        with self.builds(_BUILDS):
            waiting = self.create_waiting(image_id, _WAITING)
            self.wait_spawning(waiting, _BUILDS)
            local = self.create(local_id, _SITE)
            # Two of the twelve are in front of it, so three have to go.
            gone = [one for one in waiting if self.is_spawning(one)][:3]
            self.assertFalse(self.is_spawning(local))
            seconds = self.delete_all(gone)
            self.servers.wait_status(local)
            self.assert_copying(image_id)
            self.delete_all([*waiting, local])

        with self.builds(_BUILDS + _WAITING):
            waiting = self.create_waiting(image_id, _WAITING)
            self.wait_spawning(waiting, _WAITING)
            beside = self.boot_local(local_id)
            self.assert_copying(image_id)
            self.delete_all(waiting)
        print(f'\na boot of a local image: {alone:.1f} s alone; beside '
              f'{_WAITING} that wait for a copy not before some of them end '
              f'with max_concurrent_builds {_BUILDS}, {beside:.1f} s with '
              f'{_BUILDS + _WAITING}; three that waited were gone '
              f'{seconds:.1f} s after they were deleted', file=sys.stderr)

    def builds(self, most: int) -> fixture.ComputeConfigured:
        """Return a compute that builds so many servers at once."""
        return fixture.ComputeConfigured(self.node, {'DEFAULT': {
            'max_concurrent_builds': str(most),
            # What the scheduler takes it for, with 2 cores and 8 GiB.
            'cpu_allocation_ratio': '16', 'disk_allocation_ratio': '16'}})

    def wait_spawning(self, ids: Sequence[str], count: int) -> None:
        """Return when so many servers are being built on their host."""
        labtest.wait_for(f'{count} builds at once', lambda: (
            sum(map(self.is_spawning, ids)) == count))

    def is_spawning(self, server_id: str) -> bool:
        return self.servers.show(server_id).task == 'spawning'

    def boot_local(self, image_id: str) -> float:
        """Boot what the site has, and return the seconds to ACTIVE."""
        started = time.monotonic()
        server_id = self.create(image_id, _SITE)
        self.servers.wait_status(server_id)
        seconds = time.monotonic() - started
        self.delete_all([server_id])
        return seconds
