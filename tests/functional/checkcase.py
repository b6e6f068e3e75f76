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

"""Base of the tests of the check of a distributed import."""

from __future__ import annotations

from collections.abc import Sequence
import dataclasses
from typing import Any

from testtools import content

from lab import clients
from lab import fixture
from lab import settings
from lab import workerstate
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import bench
from nova_rbd_multistore.checks import importcheck
from nova_rbd_multistore.checks import options
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports
from tests import labtest

# No self URL at all.
UNSET = {'DEFAULT': {'worker_self_reference_url': ''}}


class CheckTestCase(labtest.LabTestCase):
    """Checks the three workers of the hub.

    :cvar OPTIONS: of each run.
    """

    OPTIONS = options.Options(pairs=options.Pairs.RING)

    def setUp(self) -> None:
        super().setUp()
        self.assertEqual(3, len(self.workers))
        self.names = [one.name for one in self.topology.workers]
        # A test that fails may leave what the next one would find.
        self.addCleanup(self._sweep)

    @property
    def workers(self) -> Sequence[workerstate.Worker]:
        """Those of the hub, as they are now."""
        return self.lab.state.workers

    @property
    def topology(self) -> worker_mod.Topology:
        """These workers, which the resolver of this process does not know."""
        return worker_mod.Topology(
            tuple(worker_mod.Worker(
                one.name, one.url, frozenset({one.host} if one.host else ()))
                for one in self.workers),
            self.lab.state.glance_url)

    def reach(self, url: str) -> imports.Imports:
        """Return Glance at a URL as a tenant."""
        return imports.Imports(glance.Access(
            clients.session_for(self.lab.state, 'demo'), endpoints=(url,)),
            retries=1)

    def prepare(self, tell: Any = lambda one: None,
                **changes: Any) -> importcheck.ImportCheck:
        """Return a check that can be run.

        :param tell: takes each row when it is known.
        :param changes: of the options.
        """
        return importcheck.ImportCheck(
            self.topology, self.reach,
            dataclasses.replace(self.OPTIONS, **changes),
            timing.Clock.system(), tell)

    def check(self, tell: Any = lambda one: None,
              **changes: Any) -> row.Report:
        """Run a check to its end."""
        report = self.prepare(tell, **changes).run()
        self.addDetail('report', content.text_content(
            '\n'.join(map(str, report.rows))))
        return report

    def configure(self, asked: settings.GlanceSettings,
                  *numbers: int) -> None:
        """Configure workers until the end of the test.

        :param numbers: theirs, from 0; none is all of them.
        """
        self.useFixture(fixture.GlanceConfigured(
            self.lab, asked, *(self.workers[number].name for number in (
                numbers or range(len(self.workers))))))

    def assert_found(self, report: row.Report, *expected: str) -> None:
        """Check that this was found and nothing else, and nothing is left."""
        self.assertEqual(
            sorted(expected), sorted(one.code for one in report.findings))
        self.assert_clean()

    def assert_clean(self) -> None:
        """Check that no check has left an image or staged data."""
        self.assertEqual((), self.reach(
            self.lab.state.glance_url).tagged(bench.TAG))
        for worker in self.workers:
            self.assertEqual([], list(worker.staging.iterdir()))

    def _sweep(self) -> None:
        for image in self.reach(self.lab.state.glance_url).tagged(bench.TAG):
            self.admin.images.delete(image.id)
        for worker in self.workers:
            for path in worker.staging.iterdir():
                path.unlink()
