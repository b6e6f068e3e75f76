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

"""A nova-compute that dies in the middle of a boot, and is started again."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import pathlib
import shutil

import fixtures

from lab import exception
from lab import fixture
from lab import process
from lab import servers
from tests import labtest
from tests.contract import pools
from tests.e2e import base

_HOST = 'dcn0-0'
_SITE = 'dcn0'
_NAME = f'nova-compute.{_HOST}'

_GIB = 1 << 30


class KilledTestCase(base.CloudTestCase):

    def make_large_guest(self) -> pathlib.Path:
        """Return the guest on a disk that is mostly a hole.

        Glance copies the hole as well, which takes tens of seconds.
        """
        large = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'guest.raw'
        shutil.copyfile(self.guest.raw, large)
        with large.open('r+b') as image:
            image.truncate(_GIB)
        return large

    @contextlib.contextmanager
    def killed(self) -> Iterator[None]:
        """Enter a time without nova-compute; all other daemons live on."""
        before = self.others()
        with fixture.Killed(self.lab, _NAME):
            self.assertFalse(self.lab.daemon(_NAME).is_alive())
            self.assertEqual(before, self.others())
            yield
        self.assertEqual(before, self.others())

    def others(self) -> dict[str, process.Process | None]:
        return {name: daemon.process()
                for name, daemon in self.lab.daemons.items() if name != _NAME}

    def has_clone(self, server_id: str) -> bool:
        """Tell whether a server's disk has been made, and not only begun."""
        site = self.lab.sites[_SITE]
        # librbd enters a disk into the list of the pool before all else.
        with contextlib.suppress(exception.CommandFailed):
            return site.parent(
                site.site.vms_pool, f'{server_id}_disk') is not None
        return False

    def assert_building(self, server_id: str) -> None:
        seen = self.servers.show(server_id)
        self.assertEqual(('BUILD', _HOST), (seen.status, seen.host))

    def test_while_its_boot_waits_for_a_copy(self) -> None:
        image_id = self.upload(self.make_large_guest(), disk_format='raw')
        server_id = self.create(image_id, _SITE)
        self.wait_copying(image_id)
        with self.killed():
            self.assert_building(server_id)

        # As Nova ends a boot that it finds unfinished when it starts.
        failed = self.servers.wait_status(server_id, servers.ERROR)
        self.assert_no_trace(failed)
        self.remove(failed.id)
        self.assert_no_trace(failed)

        server = self.boot_server(image_id, _SITE)
        self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))

    def test_when_its_boot_has_made_the_disk(self) -> None:
        image_id = self.make_guest_image()
        # Left from the last to the first: libvirt goes on, then nova-compute
        # is started again.
        with contextlib.ExitStack() as killed, \
                contextlib.ExitStack() as hanging:
            # nova-compute asks libvirt before the copy and after the clone,
            # so libvirt may hang from the copy on, which waits for that.
            with pools.Pools(self.lab).paused('central'):
                server_id = self.create(image_id, _SITE)
                self.wait_copying(image_id)
                hanging.enter_context(
                    fixture.Frozen(self.lab, f'libvirtd.{_HOST}'))
            labtest.wait_for(f'the disk of {server_id}',
                             lambda: self.has_clone(server_id))
            killed.enter_context(self.killed())
            self.assert_building(server_id)

        failed = self.servers.wait_status(server_id, servers.ERROR)
        self.assert_clone(failed, image_id)
        self.remove(failed.id)
        self.assert_no_trace(failed)

        server = self.boot_server(image_id, _SITE)
        self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))
