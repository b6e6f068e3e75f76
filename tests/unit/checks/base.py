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

"""Base of the tests of the check, on FakeGlance."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import io
from typing import Any

from testtools import content

from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import bench
from nova_rbd_multistore.checks import importcheck
from nova_rbd_multistore.checks import material
from nova_rbd_multistore.checks import options
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import worker as worker_mod
from nova_rbd_multistore.glance import imports
from tests import base

# The path of all others begins with that of this request.
CREATE = '/v2/images'

NAMES = ('glance-1', 'glance-2', 'glance-3')


@dataclasses.dataclass
class Hook:
    """What happens before a request that is to come.

    :ivar number: which of those that it is for, from 1.
    """

    method: str
    path: str
    act: Callable[[], object]
    number: int = 1
    url: str | None = None

    def tried(self, method: str, url: str, path: str) -> None:
        """Count a request, and act before the one that is meant."""
        meant = (path == self.path if self.path == CREATE
                 else self.path in path)
        if method == self.method and meant and self.url in (None, url):
            self.number -= 1
            if self.number == 0:
                self.act()


class Hooked(imports.Imports):
    """Imports that tell a test what they are about to send."""

    def __init__(self, case: CheckTestCase, url: str) -> None:
        super().__init__(
            case.fake.access(case.user, url=url), retries=1,
            sleep=case.fake.clock.sleep)
        self._case = case
        self._url = url

    def _request(self, method: str, what: str, url: str, **body: Any) -> Any:
        for hook in self._case.hooks:
            hook.tried(method, self._url, url)
        return super()._request(method, what, url, **body)


class CheckTestCase(base.TestCase):
    """Checks the three workers of FakeGlance."""

    def setUp(self) -> None:
        super().setUp()
        self.fake = self.useFixture(
            fixture.FakeGlance('central', 'dcn0', 'dcn1'))
        self.user = self.fake.tenant
        self.hooks: list[Hook] = []
        self.via: str | None = self.fake.url
        self.told: list[row.Row] = []

    @property
    def topology(self) -> worker_mod.Topology:
        """The workers of the fake, as they are now."""
        return worker_mod.Topology(tuple(
            worker_mod.Worker(worker_mod.Origin.parse(url).host.split('.')[0],
                              url) for url in self.fake.workers), self.via)

    def before(self, method: str, path: str, act: Callable[[], object],
               number: int = 1, worker: int | None = None) -> None:
        """Have something happen before a request is sent.

        :param path: a part of it.
        :param number: which request it is, from 1.
        :param worker: to which it is sent, None for any.
        """
        self.hooks.append(Hook(
            method, path, act, number,
            None if worker is None else self.fake.workers[worker]))

    def reach(self, url: str) -> imports.Imports:
        """Return Glance at a URL."""
        return Hooked(self, url)

    def at(self, number: int) -> imports.Imports:
        """Return Glance at a worker."""
        return self.reach(self.fake.workers[number])

    def bench(self, cancelled: Callable[[], bool] = lambda: False,
              ) -> bench.Bench:
        """Return a bench with all workers."""
        return bench.Bench(
            {one.name: self.reach(one.url) for one in self.topology.workers},
            self.fake.clock, cancelled)

    def prepare(self, **changes: Any) -> importcheck.ImportCheck:
        """Return a check that can be run.

        :param changes: of the options.
        """
        return importcheck.ImportCheck(
            self.topology, self.reach, self.options(**changes),
            self.fake.clock, self.told.append)

    def options(self, **changes: Any) -> options.Options:
        """Return options with which a run is short."""
        return options.Options(**{'raw': material.RawData(1), **changes})

    def check(self, **changes: Any) -> row.Report:
        """Run a check to its end."""
        report = self.prepare(**changes).run()
        self.addDetail('report', content.text_content(
            '\n'.join(map(str, report.rows))))
        return report

    def left_over(self, number: int = 0) -> str:
        """Leave an image whose data are staged at a worker."""
        image_id = self.at(number).create('left', 'raw', [bench.TAG])
        self.at(number).stage(image_id, io.BytesIO(b'left over'))
        return image_id

    def assert_found(self, report: row.Report, *expected: str) -> None:
        """Check that this was found and nothing else, and nothing is left."""
        self.assertEqual(
            sorted(expected), sorted(one.code for one in report.findings))
        self.assert_clean()

    def assert_clean(self) -> None:
        """Check that there is no image of a check and no staged data."""
        self.assertEqual([], [
            image.id for image in self.made() if not image.deleted])
        self.assertEqual([{}] * len(self.fake.workers), [
            dict(self.fake.worker(number).staging)
            for number in range(len(self.fake.workers))])

    def made(self) -> list[fixture.Image]:
        """Return all images that checks have made, be they deleted."""
        return [image for image in self.fake._database.images.values()
                if bench.TAG in image.tags]

    def rows(self, report: row.Report, check: str) -> list[row.Row]:
        """Return the rows of one check."""
        return [one for one in report.rows if one.check == check]
