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

"""What is left of a cloud that was stopped while a guest ran: nothing."""

from __future__ import annotations

import pathlib

from lab import clients
from lab import cloud
from lab import compute_node
from lab import exitcodes
from lab import ports
from lab import process
from lab import servers
from tests import ownlab
from tests.e2e import base


class StoppedTestCase(base.CloudTestCase):

    def setUp(self) -> None:
        super().setUp()
        # Beside the lab under test, with the ports that follow those of it.
        self.own = self.useFixture(ownlab.OwnLab(
            self.lab.state.settings.port_base + ports.SPAN,
            '--profile', 'cloud', '--sites', 'central,dcn0',
            '--computes', 'central=0'))

    def boot_guest(self, lab: cloud.Lab) -> None:
        """Have a guest run at dcn0."""
        image = clients.glance_for(lab.state, 'demo').images
        made = image.create(
            name='guest', container_format='bare', disk_format='raw')
        with lab.state.cloud.guest.raw.open('rb') as data:
            image.upload(made.id, data)
        tenant = servers.Servers(lab.state)
        server_id = tenant.create(
            servers.Request('guest', str(made.id), 'dcn0'))
        tenant.wait_status(server_id)
        tenant.wait_console(server_id, lab.state.cloud.guest.marker)

    def test_down_while_a_guest_runs(self) -> None:
        up = self.own.up()
        self.assertEqual(exitcodes.OK, up.returncode, up.stderr)
        lab = cloud.Lab.load(self.own.state)
        self.boot_guest(lab)
        node, = lab.computing.nodes.values()
        space, found = _inhabitants(node)
        for program in ('qemu-system', 'libvirtd', 'virtlogd'):
            self.assertTrue(any(program in one for one in found.values()),
                            f'{program} in {found}')

        down = self.own.command('down')
        self.assertEqual(exitcodes.OK, down.returncode, down.stderr)
        self.assertEqual([], self.own.remains())
        # A namespace lives as long as a process is in it, or a mount of it.
        self.assertEqual([], [one for inhabitant, one in found.items()
                              if inhabitant.is_alive()])
        self.assertNotIn(space, (
            process.PROC / 'self' / 'mountinfo').read_text())


def _inhabitants(
    node: compute_node.ComputeNode,
) -> tuple[str, dict[process.Process, str]]:
    """Return the mount namespace of a host, and the processes in it."""
    space = _mount_space(node.host.process().pid)
    found = {}
    for pid in process.pids():
        inhabitant = process.find(pid)
        if inhabitant is not None and _mount_space(pid) == space:
            found[inhabitant] = process.describe(pid)
    return str(space), found


def _mount_space(pid: int) -> pathlib.Path | None:
    try:
        return (process.PROC / str(pid) / 'ns' / 'mnt').readlink()
    except OSError:
        # It has ended meanwhile.
        return None
