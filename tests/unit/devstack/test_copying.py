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

"""Who copied an image, and how often."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification import images
from devstack.tools.verification import logline
from devstack.tools.verification.judging import copying
from nova_rbd_multistore import copier
from nova_rbd_multistore import fixture
from tests import base
from tests.unit.devstack import samples

UPLOAD = samples.task(1, 'glance-direct')
COPY = samples.task(2, 'copy-image')


def tasks(*bodies: dict[str, object]) -> tuple[copying.Task, ...]:
    return copying.tasks_from_glance({'tasks': list(bodies)})


class TasksTestCase(base.TestCase):

    def test_one_copy(self):
        self.assertEqual('task-2', copying.one_copy(tasks(
            COPY, UPLOAD)).id)

    def test_none_or_several(self):
        for bodies in ((UPLOAD,), (COPY, samples.task(3, 'copy-image'))):
            failed = self.assertRaises(
                check.Failed, copying.one_copy, tasks(*bodies))
            self.assertIn('copy-image tasks, not one', failed.reason)

    def test_a_copy_that_has_not_succeeded(self):
        for status in ('failure', 'processing'):
            failed = self.assertRaises(check.Failed, copying.one_copy, tasks(
                samples.task(2, 'copy-image', status)))
            self.assertIn(status, failed.reason)

    def test_a_task_without_an_import(self):
        for strange in (None, {}, {'import_req': None},
                        {'import_req': {'method': []}}):
            self.assertEqual('', tasks({**COPY, 'input': strange})[0].method)

    def test_no_new_task(self):
        self.assertEqual(2, copying.none_new(
            tasks(COPY, UPLOAD), tasks(UPLOAD, COPY)))

    def test_a_new_task(self):
        failed = self.assertRaises(
            check.Failed, copying.none_new, tasks(UPLOAD),
            tasks(COPY, UPLOAD))

        self.assertIn('copy-image task-2 success', failed.reason)


class LinesTestCase(base.TestCase):

    def test_the_library_has_copied(self):
        self.assertEqual(samples.ENDED.message, copying.told(
            [samples.ASKED, samples.ENDED], samples.IMAGE, 'dcn0'))

    def test_what_is_missing_is_told(self):
        cases = (
            ([samples.ENDED], '0 times'),
            ([samples.ASKED] * 2 + [samples.ENDED], '2 times'),
            ([samples.ASKED], 'did not tell'),
        )
        for lines, words in cases:
            failed = self.assertRaises(
                check.Failed, copying.told, lines, samples.IMAGE, 'dcn0')
            self.assertIn(words, failed.reason)

    def test_lines_of_others_do_not_count(self):
        lines = [samples.line('nova.virt.libvirt', one.message)
                 for one in (samples.ASKED, samples.ENDED)]

        self.assertRaises(check.Failed, copying.told, lines, samples.IMAGE,
                          'dcn0')
        copying.silent(lines, samples.IMAGE)

    def test_what_operators_were_told(self):
        told = samples.line(
            'nova_rbd_multistore.compute.localimage',
            f'Image {samples.IMAGE} cannot be copied to store dcn9: Glance '
            f'has no such store', level='ERROR')
        lines = [samples.ASKED, told, samples.line(
            'nova.compute.manager', f'Image {samples.IMAGE} failed',
            level='ERROR')]

        self.assertEqual(told.message, copying.complaint(
            lines, samples.IMAGE))
        self.assertEqual('', copying.complaint(lines, 'another'))
        self.assertEqual('', copying.complaint(
            [samples.ASKED], samples.IMAGE))

    def test_silence(self):
        copying.silent([samples.IN_PLACE, samples.ENDED], samples.IMAGE)
        copying.silent([samples.ASKED], 'another')
        self.assertRaises(check.Failed, copying.silent, [samples.ASKED],
                          samples.IMAGE)


class WordsTestCase(base.TestCase):

    def test_they_are_those_of_the_library(self):
        fake = self.useFixture(fixture.FakeGlance('central', 'dcn0'))
        fake.deployment.copy_roles = None
        image_id = fake.add_image(size=8 << 20)
        service = images.service(fake.access(fake.nova))

        copier.Copier(service, copier.Settings(), fake.clock).ensure(
            image_id, 'dcn0')

        # Glance ends the task when the image is in the store already.
        fake.clock.sleep(1)

        lines = [logline.Line(words[2], words[1]) for words in (
            line.split(' ', 2) for line in self.log.output.splitlines())]
        self.assertIn('is in store dcn0 after', copying.told(
            lines, image_id, 'dcn0'))
        self.assertEqual(
            'success', copying.one_copy(service.copies(image_id)).status)
