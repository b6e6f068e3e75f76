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

"""Have the lab as Nova's own backend needs it for a while."""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib

from lab import accounts
from lab import clients
from lab import cloud
from lab import compute_node
from lab import exception
from lab import interrupt
from lab import narrator
from lab import nova_compute
from lab import settings
from lab import state
from lab import waiting

# Seconds.
_UP_TIMEOUT = 60
_INTERVAL = 0.5


@contextlib.contextmanager
def running(lab: state.State, nodes: Sequence[compute_node.ComputeNode],
            story: narrator.Narrator) -> Iterator[None]:
    """Have upstream's program on these computes for the time of a block.

    It reads the configuration of ours, which runs again afterwards.

    :raises exception.NotReady: when one does not start
    :raises exception.NotInTime: when Nova does not take one for up
    """
    def run(program: str) -> None:
        names = ', '.join(node.name for node in nodes)
        story.title(f'Starting {program} on {names}')
        with story.awaiting(program):
            _run(lab, nodes, program)

    try:
        run(nova_compute.UPSTREAM)
        yield
    finally:
        interrupt.completed(lambda: run(nova_compute.PROGRAM))


@contextlib.contextmanager
def served(lab: cloud.Lab, story: narrator.Narrator) -> Iterator[None]:
    """Have an open Glance for the time of a block.

    Upstream's backend has the tenant's token alone. So tenants may copy what
    they see, and see locations; for all others that is so meanwhile as well.

    :raises exception.NotReady: when a worker does not start
    """
    story.title('Opening Glance for upstream\'s backend: tenants may copy '
                'images, and see locations')
    with contextlib.ExitStack() as stack:
        with story.awaiting('Glance'):
            for worker in lab.glances.values():
                stack.enter_context(worker.configured(settings.OPEN))
        yield
        story.title('Closing Glance again')


def _run(lab: state.State, nodes: Sequence[compute_node.ComputeNode],
         program: str) -> None:
    for node in nodes:
        node.nova_compute.kill()
        node.nova_compute.program = program
    # All at once, since each takes many seconds.
    for node in nodes:
        node.nova_compute.launch()
    for node in nodes:
        node.nova_compute.wait_ready()
    _wait_up(lab, {node.name for node in nodes})


def _wait_up(lab: state.State, names: set[str]) -> None:
    """Return when the scheduler may choose these computes.

    One that was away for a minute reports some seconds after its start.
    """
    nova = clients.nova_for(lab, accounts.ADMIN)

    def look() -> waiting.Look:
        services = nova.get('/os-services', params={
            'binary': 'nova-compute'}).json()['services']
        down = sorted(names - {service['host'] for service in services
                               if service['state'] == 'up'})
        return waiting.Look(not down, f'{", ".join(down)} down')

    try:
        waiting.until(look, _UP_TIMEOUT, _INTERVAL)
    except waiting.TimedOut as exc:
        raise exception.NotInTime(
            'Nova takes a compute for down', exc.seconds,
            exc.last_state) from exc
