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

"""Images that earlier checks have left."""

from __future__ import annotations

from nova_rbd_multistore import fixture
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.checks import leftovers
from nova_rbd_multistore.checks import row
from tests.unit.checks import base


class LeftOversTestCase(base.CheckTestCase):

    def test_listed_and_removed(self):
        ids = {self.left_over(number) for number in range(3)}
        self.fake.add_image()
        report = self.check()
        self.assertEqual({('left-over', image_id) for image_id in ids}, {
            (one.code, one.facts['image']) for one in report.findings})
        self.assertIn('made at 2026-01-01', report.findings[0].detail)
        report = self.check(remove_left_overs=True)
        self.assert_found(report)
        self.assertEqual(ids, {
            one.facts['image'] for one in self.rows(
                report, row.LEFT_OVERS)})

    def test_read_only_removes_nothing(self):
        self.left_over()
        report = self.check(read_only=True, remove_left_overs=True)
        self.assertEqual(['left-over'], [
            one.code for one in report.findings])

    def test_not_removable(self):
        image_id = self.left_over()
        self.fake.break_requests(fixture.Fault(
            403, 'Protected.', method='DELETE'))
        report = self.check(remove_left_overs=True)
        found, = report.findings
        self.assertEqual(('not-removed', image_id),
                         (found.code, found.facts['image']))
        self.assertIn('Protected', found.detail)
        self.assertIn('the worker that has its staged data', found.remedy)

    def test_worker_that_is_gone(self):
        image_id = self.left_over(0)
        self.fake.stop_worker(0)
        report = self.check(remove_left_overs=True)
        self.assertEqual({'worker-down', 'not-removed'}, {
            one.code for one in report.findings})
        self.assertIn(image_id, report.findings[0].facts['staged'])

    def test_removed_meanwhile(self):
        self.left_over()
        images = leftovers.listed(self.at(0))
        self.at(0).delete(images[0].id)
        self.assertEqual([], list(leftovers.removed(self.at(1), images)))

    def test_many(self):
        ids = {self.at(0).create(f'{number}', 'raw', [base.bench.TAG])
               for number in range(60)}
        self.assertEqual(
            ids, {image.id for image in leftovers.listed(self.at(2))})

    def test_time_that_is_not_told(self):
        one, = leftovers.reported((image_mod.Image('x', 'queued'),))
        self.assertIn('a time that Glance does not tell', one.detail)
