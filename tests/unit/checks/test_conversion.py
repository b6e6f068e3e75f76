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

"""What becomes of qcow2 images."""

from __future__ import annotations

import pathlib

import fixtures

from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import conversion
from nova_rbd_multistore.checks import material
from nova_rbd_multistore.checks import row
from tests.unit.checks import base


class ConversionTestCase(base.CheckTestCase):

    def convert(self, *numbers):
        for number in numbers:
            self.fake.worker(number).converts = True

    def conversions(self, report):
        return self.rows(report, row.CONVERSION)

    def test_everywhere(self):
        self.convert(0, 1, 2)
        report = self.check()
        self.assert_found(report)
        self.assertEqual(
            [(row.Verdict.OK, {'disk_format': 'raw', 'size': 1 << 20})] * 3,
            [(one.verdict, one.facts) for one in self.conversions(report)])

    def test_nowhere(self):
        report = self.check()
        self.assert_found(report)
        self.assertEqual(
            [(row.Verdict.NOTE, 'qcow2')] * 3,
            [(one.verdict, one.facts['disk_format'])
             for one in self.conversions(report)])

    def test_at_one(self):
        self.convert(0)
        report = self.check()
        self.assert_found(report, 'conversion-differs')
        found, = report.findings
        self.assertEqual(('glance-2', 'glance-3'), found.workers)
        self.assertIn('staged at glance-1', found.detail)

    def test_wrong_size(self):
        self.convert(0, 1, 2)

        class Wrong(material.SmallQcow2):
            size = 12345

            def open(self, seed):
                return material.SmallQcow2().open(seed)

        report = self.check(qcow2=Wrong())
        self.assert_found(report, *['conversion-failed'] * 3)
        self.assertIn('it has 1048576 bytes in place of 12345',
                      report.findings[0].detail)

    def test_wrong_data(self):
        self.convert(0, 1, 2)

        def spoil():
            image = [one for one in self.made() if one.stores][-1]
            image.data = b'x' * (1 << 20)

        self.before('get', '/file', spoil, 13)
        report = self.check(parallel=1)
        self.assert_found(report, 'conversion-failed')
        self.assertIn('read through glance-3', report.findings[0].detail)

    def test_no_qcow2(self):
        self.convert(0, 1, 2)
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('q'))
        path.write_bytes(b'QFI\xfb' + bytes(28) + b'garbage')
        report = self.check(qcow2=material.ImageFile(path))
        self.assert_found(report, *['conversion-failed'] * 3)

    def test_refused(self):
        self.before('post', '/v2/images', lambda: self.fake.break_requests(
            fixture.Fault(400, 'qcow2 is not among disk_formats.',
                          method='POST')), 19)
        report = self.check(parallel=1)
        self.assert_found(report, 'conversion-failed')
        self.assertIn('disk_formats.', report.findings[0].detail)
        self.assertNotIn('..', report.findings[0].detail)

    def test_file_of_the_operator(self):
        self.convert(0, 1, 2)
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('q'))
        path.write_bytes(material.SmallQcow2().open('mine').read())
        report = self.check(qcow2=material.ImageFile(path))
        self.assert_found(report)

    def test_differing(self):
        self.assertEqual([], list(conversion.differing({})))
        self.assertEqual([], list(conversion.differing(
            {'a': 'raw', 'b': None})))
        one, = conversion.differing({'a': 'raw', 'b': None, 'c': 'qcow2'})
        self.assertEqual(('c',), one.workers)
