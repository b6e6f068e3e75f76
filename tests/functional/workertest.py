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


"""Bases of the tests of workers of the hub's Glance."""

from __future__ import annotations

import testtools

from lab import cloud
from lab import exitcodes
from lab import settings
from lab import workerstate
from tests import labtest
from tests import ownlab
from tests.functional import importing

# As of the other labs that a test starts itself: one at a time.
_PORT_BASE = settings.DEFAULT_PORT_BASE + 2000


class ImportsMixin(testtools.TestCase):
    """Tests of imports in ``self.lab``."""

    lab: cloud.Lab

    def begin(self) -> None:
        self.imports = importing.Importing(self.lab, labtest.wait_for)

    def worker(self, name: str) -> workerstate.Worker:
        return self.lab.workers[name].worker

    def stage(self, name: str) -> str:
        image_id = self.imports.stage(self.worker(name))
        self.clean_up(image_id)
        self.assertEqual([f'{name}: {image_id}'], self.imports.staged())
        return image_id

    def clean_up(self, image_id: str) -> None:
        self.addCleanup(self.imports.remove, image_id)

    def assert_forwarded(self, image_id: str, through: str) -> None:
        """The worker that is asked has the other one import the image."""
        self.assertEqual((202, False), self.imports.submit(
            image_id, self.worker(through)))
        self.imports.wait_active(image_id)
        labtest.wait_for('empty staging', lambda: not self.imports.staged())

    def assert_imported(self, on: str, through: str) -> None:
        self.assert_forwarded(self.stage(on), through)

    def assert_unreachable(self, on: str, through: str) -> str:
        """Return the image, which is still staged."""
        image_id = self.stage(on)
        status, _ = self.imports.submit(image_id, self.worker(through))
        self.assertEqual(500, status)
        self.assertEqual([f'{on}: {image_id}'], self.imports.staged())
        return image_id


class OwnLabTestCase(ImportsMixin):
    """In a lab of the test's own, which leaves nothing behind."""

    def up(self, *options: str) -> None:
        self.own = self.useFixture(ownlab.OwnLab(
            _PORT_BASE, '--sites', 'central', *options))
        up = self.own.up()
        self.assertEqual(exitcodes.OK, up.returncode, up.stderr)
        self.lab = cloud.Lab.load(self.own.state)
        self.begin()

    def clean_up(self, image_id: str) -> None:
        """Nothing: it goes with the lab."""

    def command(self, *words: str) -> None:
        done = self.own.command(*words)
        self.assertEqual(exitcodes.OK, done.returncode,
                         done.stdout + done.stderr)
        self.lab.reload()

    def down(self) -> None:
        self.command_down = self.own.command('down')
        self.assertEqual(exitcodes.OK, self.command_down.returncode)
        self.assertEqual([], self.own.remains())
