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

"""What is left, and whose it is."""

from __future__ import annotations

from typing import Any

from devstack.tools.verification import check
from devstack.tools.verification import traces
from devstack.tools.verification.checks import ending
from nova_rbd_multistore import exception
from tests import base
from tests import fake_time

OURS = '11111111-1111-4111-8111-111111111111'
THEIRS = '22222222-2222-4222-8222-222222222222'
FILE = traces.Trace('/data/staging', OURS)
DISK = traces.Trace('fsid/vms', f'{OURS}_disk')
THEIR_DISK = traces.Trace('fsid/vms', f'{THEIRS}_disk')
THEIR_IMAGE = traces.Trace('fsid/images', THEIRS)


class FakeBench:
    """A cloud with images and servers, and what they leave.

    :ivar now: what is there after the clean-up.
    """

    def __init__(self, images: set[str], servers: set[str]) -> None:
        self.admin = self.servers = self.anybodys = self.ledger = self
        self.workshop = self
        self.prefix = 'verify-1'
        self.made = 2
        self.before = frozenset({traces.Trace('/data/staging', 'old')})
        self.now: set[traces.Trace] = set(self.before)
        self.clock: Any = fake_time.FakeTime().clock()
        self.unremoved: list[str] = []
        self.strays: list[str] = []
        self._images = images
        self._servers = servers

    def clean(self) -> list[str]:
        return self.unremoved

    def seen(self) -> traces.Traces:
        return frozenset(self.now)

    def tagged(self, _tag: str) -> list[Any]:
        return []

    def named(self, _prefix: str) -> list[str]:
        return self.strays

    def show(self, server_id: str) -> str | None:
        return server_id if server_id in self._servers else None

    def image(self, image_id: str) -> str:
        if image_id in self._images:
            return image_id
        raise exception.NotFound('show image', '404')


class EndingTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.bench: Any = FakeBench(set(), set())

    def fault(self) -> str:
        return self.assertRaises(
            check.Failed, ending.nothing_left, self.bench).reason

    def test_nothing_is_left(self):
        self.assertIn('2 things of this run removed',
                      ending.nothing_left(self.bench))

    def test_what_came_with_this_run(self):
        for trace in (FILE, DISK):
            self.bench.now = {trace}
            self.assertIn(str(trace), self.fault())

    def test_what_belongs_to_others(self):
        self.bench = FakeBench({THEIRS}, {THEIRS})
        self.bench.now |= {THEIR_DISK, THEIR_IMAGE}

        self.assertIn('among the 3 names', ending.nothing_left(self.bench))

    def test_what_could_not_be_removed(self):
        self.bench.unremoved = ['image x (in use)']

        self.assertEqual('not removed: image x (in use)', self.fault())

    def test_a_server_that_nobody_registered(self):
        self.bench.strays = [OURS]

        self.assertIn(OURS, self.fault())
