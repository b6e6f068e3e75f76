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

"""Images that are made for a check."""

from __future__ import annotations

import pathlib

import fixtures

from devstack.tools.verification import check
from devstack.tools.verification import images
from devstack.tools.verification import ledger as ledger_mod
from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import material
from tests import base


class ImagesTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.fake = self.useFixture(fixture.FakeGlance('central', 'dcn0'))
        for position in range(3):
            self.fake.worker(position).converts = True
        self.user = images.service(self.fake.access(self.fake.tenant))
        self.admin = images.service(self.fake.access(self.fake.admin))
        self.ledger = ledger_mod.Ledger()
        self.workshop = images.Workshop(
            'verify-1', 60.0, self.fake.clock, self.ledger,
            lambda _text: None)

    def test_an_upload_is_found_and_removed(self):
        image = self.workshop.upload(
            self.user, 'boots', material.SmallQcow2())

        self.assertEqual(('raw', {'central'}, 'verify-1-boots'), (
            image.disk_format, image.stores, image.name))
        self.assertEqual((image.id,), tuple(
            one.id for one in self.admin.tagged('verify-1')))
        self.assertEqual([f'image {image.id}'], self.ledger.things)
        self.assertEqual([], self.ledger.sweep(lambda _text: None))
        self.assertEqual((), self.admin.tagged('verify-1'))

    def test_an_import_that_fails(self):
        self.fake.fail_next(fixture.Failure.WRITE)

        failed = self.assertRaises(
            check.Failed, self.workshop.upload, self.user, 'boots',
            material.SmallQcow2())

        self.assertIn('has ended', failed.reason)
        self.assertEqual(1, len(self.ledger.things))

    def test_found_by_id_and_by_name(self):
        image = self.workshop.upload(
            self.user, 'boots', material.SmallQcow2())

        for named in (image.id, 'verify-1-boots'):
            found = self.user.found(named)
            assert found is not None
            self.assertEqual(image.id, found.id)
        self.assertIsNone(self.user.found('verify-1'))

    def test_download(self):
        image = self.workshop.upload(
            self.user, 'boots', material.SmallQcow2())
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path) / 'image'

        self.user.download(image.id, path)

        self.assertEqual(image.size, path.stat().st_size)

    def test_a_refusal(self):
        image = self.workshop.upload(
            self.user, 'policy', material.RawData(1))

        self.assertIn('403', images.refused(
            lambda: self.user.submit_copy(image.id, 'dcn0')))

    def test_no_refusal(self):
        image = self.workshop.upload(
            self.user, 'policy', material.RawData(1))

        self.assertRaises(
            check.Failed, images.refused,
            lambda: self.admin.submit_copy(image.id, 'dcn0'))
        self.assertRaises(
            check.Failed, images.refused,
            lambda: self.user.image('no-such-image'))

    def test_a_request_by_its_id(self):
        first, through = (images.service(self.fake.access(
            self.fake.tenant, position)) for position in (0, 1))
        for method in ('POST', 'DELETE'):
            staged = [self.workshop.stage(first, 'sent', material.RawData(1))
                      for _worker in range(2)]

            self.assertEqual('req-here', first.send(
                method, staged[0], 'req-here'))
            self.assertNotIn(through.send(method, staged[1], 'req-there'),
                             ('req-there', None))

        self.assertRaises(exception.NotFound, first.send, 'DELETE',
                          staged[0], 'req-here')
