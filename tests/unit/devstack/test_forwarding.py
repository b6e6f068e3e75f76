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

"""Requests that go to the worker with the data."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification import logline
from devstack.tools.verification.judging import forwarding
from tests import base
from tests.unit.devstack import samples

FIRST, THROUGH = samples.FIRST, samples.THROUGH


def request(
    method: str = 'POST', answered: str | None = 'req-theirs',
    error: str = '',
) -> forwarding.Request:
    return forwarding.Request(
        method, samples.IMAGE, 'req-ours', answered, error)


def proxying(
    method: str = 'POST', host: str = 'http://127.0.0.1:60998',
    request_id: str = 'req-ours',
) -> logline.Line:
    return samples.line(
        'glance.api.v2.images',
        f'Proxying {method} request to host {host} which has image.',
        request_id)


class ForwardedTestCase(base.TestCase):

    def judge(
        self, lines: list[logline.Line], asked: forwarding.Request,
    ) -> str:
        return forwarding.forwarded(lines, asked, FIRST, THROUGH)

    def fault(
        self, lines: list[logline.Line], asked: forwarding.Request,
    ) -> check.Failed:
        return self.assertRaises(check.Failed, self.judge, lines, asked)

    def test_a_request_that_was_forwarded(self):
        for method in ('POST', 'DELETE'):
            self.assertEqual('http://127.0.0.1:60998', self.judge(
                [proxying(method)], request(method)))

    def test_nothing_of_it_in_the_journal(self):
        for lines in ([], [proxying('DELETE')],
                      [proxying(request_id='req-another')]):
            failed = self.fault(lines, request())
            self.assertIn('g-api did not hand on the import', failed.reason)
            self.assertIn('/etc/glance-remote/glance-api.conf',
                          failed.remedy)

    def test_a_host_that_does_not_answer(self):
        failed = self.fault(
            [proxying(host='http://nowhere:1')],
            request(answered=None, error='HTTP 500'))

        self.assertIn('staged at g-api-r, through g-api went to '
                      'http://nowhere:1', failed.reason)
        self.assertIn('HTTP 500', failed.reason)
        self.assertIn('(http://127.0.0.1:60998)', failed.remedy)
        self.assertIn('restart devstack@g-api-r', failed.remedy)

    def test_a_deletion_that_the_wrong_worker_has_done(self):
        failed = self.fault(
            [proxying('DELETE', 'http://nowhere:1')],
            request('DELETE', answered='req-ours'))

        self.assertIn('where it did not arrive', failed.reason)


class CarriedOutTestCase(base.TestCase):

    def judge(self, *lines: logline.Line) -> int:
        return forwarding.carried_out(lines, request(), FIRST)

    def test_lines_of_the_request(self):
        access = logline.parse(
            f'[pid: 1|app: 0] () POST /v2/images/{samples.IMAGE}/import => '
            f'generated 0 bytes (HTTP/1.1 202)')
        line = samples.line('glance.async_', 'Task executed', 'req-theirs')

        self.assertEqual(2, self.judge(access, line))

    def test_lines_of_others(self):
        self.assertRaises(
            check.Failed, self.judge,
            samples.line('glance.async_', 'Task executed', 'req-another'))

    def test_one_that_forwards_as_well(self):
        failed = self.assertRaises(
            check.Failed, self.judge, proxying(request_id='req-theirs'))

        self.assertIn('as well', failed.reason)


class StagedTestCase(base.TestCase):

    path = f'PUT /v2/images/{samples.IMAGE}/stage'

    def judge(
        self, own: list[logline.Line], others: list[logline.Line],
    ) -> str:
        return forwarding.staged(own, others, samples.IMAGE, 'req-ours')

    def test_by_the_line_of_a_request_and_by_that_of_uwsgi(self):
        for line in (
            samples.line('glance.api', f'new path {self.path}', 'req-ours'),
            logline.parse(f'[pid: 1] () {self.path} => (HTTP/1.1 204)'),
        ):
            self.assertEqual('req-ours', self.judge([line], []))

    def test_somewhere_else(self):
        ours = samples.line('glance.api', self.path, 'req-ours')

        for own, others in (([], []), ([], [ours]), ([ours], [ours]), (
                [samples.line('glance.api', self.path, 'req-theirs')], [])):
            self.assertRaises(check.Failed, self.judge, own, others)
