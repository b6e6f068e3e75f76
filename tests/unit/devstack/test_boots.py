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

"""What the checks of boots make of a cloud."""

from __future__ import annotations

import dataclasses
from typing import Any

from devstack.tools.verification import check
from devstack.tools.verification import ledger
from devstack.tools.verification import logline
from devstack.tools.verification import servers
from devstack.tools.verification import settings
from devstack.tools.verification.checks import boots
from devstack.tools.verification.judging import copying
from devstack.tools.verification.judging import disks
from devstack.tools.verification.judging import stores
from nova_rbd_multistore import image as image_mod
from tests import base
from tests import fake_time
from tests.unit.devstack import samples

CENTRAL = image_mod.Image(
    samples.IMAGE, 'active', stores=frozenset({'central'}))
COPIED = dataclasses.replace(CENTRAL, stores=frozenset({'central', 'dcn0'}))
LOCATION = image_mod.Location(
    f'rbd://{samples.FSID}/images/{samples.IMAGE}/snap', 'dcn0')
PARENT = disks.Parent('images', samples.IMAGE, 'snap')
COPY = copying.Task('task-2', 'success', 'copy-image')


class FakeBench:
    """A cloud in which an image was copied once and all disks are clones.

    Each part may be set to something else.
    """

    def __init__(self) -> None:
        self.admin = self.user = self.servers = self.journal = self
        self.disks = self.workshop = self
        self.settings = settings.Settings()
        self.clock: Any = fake_time.FakeTime().clock()
        self.ledger = ledger.Ledger()
        self.prefix = 'verify-1'
        self.flavor = servers.Flavor('1', 'm1.tiny', 1, 512)
        self.fsid = samples.FSID
        self.local_store = 'dcn0'
        self.other_store: stores.Store | str = 'no other'
        self.upstream = False
        self.booted: str | None = None
        self.uploaded = CENTRAL
        self.now = COPIED
        self.tasks: list[tuple[copying.Task, ...]] = [(COPY,)]
        self.lines = [samples.ASKED, samples.ENDED]
        self.parent_of_disks: disks.Parent | None = PARENT
        self.fault = ''
        self.removed: list[str] = []
        self._created = 0

    def say(self, _text: str) -> None:
        pass

    def upload(self, *_arguments: Any) -> image_mod.Image:
        return self.uploaded

    material = None

    def image(self, _image_id: str) -> image_mod.Image:
        return self.now

    def copies(self, _image_id: str) -> tuple[copying.Task, ...]:
        return self.tasks.pop(0) if len(self.tasks) > 1 else self.tasks[0]

    def locations(self, _image_id: str) -> tuple[image_mod.Location, ...]:
        return (LOCATION,)

    def mark(self) -> str:
        return 'here'

    def since(self, mark: str) -> list[logline.Line]:
        assert mark == 'here'
        return self.lines

    def create(self, *_arguments: Any) -> str:
        self._created += 1
        return f'server-{self._created}'

    def active(self, server_id: str, *_arguments: Any) -> servers.Server:
        if self.fault:
            raise check.Failed(f'{server_id} is in ERROR: {self.fault}.')
        return servers.Server(server_id, '', 'ACTIVE', '', '')

    def remove(self, server_id: str) -> None:
        self.removed.append(server_id)

    def parent(self, _disk: str) -> disks.Parent | None:
        return self.parent_of_disks


class BootsTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.bench: Any = FakeBench()

    def fault(self, made: Any = boots.first) -> str:
        return self.assertRaises(check.Failed, made, self.bench).reason

    def second(self) -> None:
        self.bench.booted = samples.IMAGE
        self.bench.lines = []

    def test_first(self):
        seen = boots.first(self.bench)

        self.assertIn(f'a clone of {PARENT}; one copy-image task task-2; '
                      f'log: {samples.ENDED.message}', seen)
        self.assertEqual((samples.IMAGE, ['server-1']),
                         (self.bench.booted, self.bench.removed))

    def test_servers_are_kept(self):
        self.bench.settings = settings.Settings(keep=True)

        boots.first(self.bench)

        self.assertEqual(([], ['server server-1']), (
            self.bench.removed, self.bench.ledger.things))

    def test_first_with_faults(self):
        for part, value, words in (
            ('uploaded', COPIED, 'is in dcn0 before it was booted'),
            ('now', CENTRAL, 'is in central after the boot, not in dcn0'),
            ('parent_of_disks', None, 'is flat'),
            ('tasks', [()], 'has 0 copy-image tasks'),
            ('tasks', [(COPY, dataclasses.replace(COPY, id='task-3'))],
             'has 2 copy-image tasks'),
            ('lines', [], 'told 0 times'),
            ('fault', 'no host', 'in ERROR: no host'),
        ):
            self.bench = FakeBench()
            setattr(self.bench, part, value)
            self.assertIn(words, self.fault())
            self.assertIsNone(self.bench.booted)

    def test_what_operators_are_told_of_a_server_in_error(self):
        self.bench.fault = 'aborted'
        self.bench.lines = [samples.line(
            'nova_rbd_multistore.compute.localimage',
            f'Image {samples.IMAGE}: there is no store dcn9', level='ERROR')]

        self.assertEqual(
            'server-1 is in ERROR: aborted. The library told operators: '
            f'Image {samples.IMAGE}: there is no store dcn9', self.fault())

    def test_upstream_has_no_lines(self):
        self.bench.upstream, self.bench.lines = True, []

        self.assertIn('logs no copy', boots.first(self.bench))

    def test_second(self):
        self.second()

        self.assertIn('no new task (1 as before)', boots.second(self.bench))

    def test_second_with_faults(self):
        for part, value, words in (
            ('tasks', [(), (COPY,)], 'tasks of the image have changed'),
            ('lines', [samples.ASKED], 'asked for 1 copies'),
            ('parent_of_disks', None, 'is flat'),
            ('booted', None, 'no image that was booted'),
        ):
            self.bench = FakeBench()
            self.second()
            setattr(self.bench, part, value)
            self.assertIn(words, self.fault(boots.second))

    def test_a_crowd(self):
        self.assertIn('all 4 disks are clones', boots.crowd(self.bench))
        self.assertEqual({f'server-{number}' for number in range(1, 5)},
                         set(self.bench.removed))

    def test_another_cluster(self):
        self.bench.other_store = stores.Store(
            'dcn1', 'rbd', False, samples.OTHER_FSID)
        self.bench.uploaded = dataclasses.replace(
            CENTRAL, stores=frozenset({'dcn1'}))

        self.assertIn(f'from dcn1, cluster {samples.OTHER_FSID}: active',
                      boots.other(self.bench))
        self.bench.uploaded = CENTRAL
        self.assertIn('not into dcn1 alone', self.fault(boots.other))

    def test_no_other_cluster(self):
        self.assertEqual('no other', boots.without_other(self.bench))
        self.assertEqual('no other', self.fault(boots.other))
