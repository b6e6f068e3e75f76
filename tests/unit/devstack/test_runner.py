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

"""How checks are run, and what is printed of them."""

from __future__ import annotations

import io
import json

from devstack.tools.verification import check
from devstack.tools.verification import report as report_mod
from devstack.tools.verification import runner
from nova_rbd_multistore.cmd import screen
from tests import base
from tests import fake_time


def good(_bench: object) -> str:
    return 'all right'


def bad(_bench: object) -> str:
    raise check.Failed('it is broken', 'Mend it.')


def strange(_bench: object) -> str:
    raise ZeroDivisionError('oops')


class RunnerTestCase(base.TestCase):

    def run_checks(
        self, *checks: check.Check, upstream: bool = False,
        as_json: bool = False,
    ) -> list[str]:
        self.stdout, self.stderr = io.StringIO(), io.StringIO()
        self.report = report_mod.Report(
            self.stdout, screen.Screen(self.stderr), as_json)
        runner.Runner(None, self.report, fake_time.FakeTime().clock(),
                      upstream).run(checks)
        self.report.end()
        return self.stdout.getvalue().splitlines()

    def test_a_line_for_each_check_and_the_count_at_the_end(self):
        lines = self.run_checks(check.Check('one', '', good),
                                check.Check('two', '', bad),
                                check.Check('three', '', good))

        self.assertEqual([
            'passed   one           all right (0.0 s)',
            'FAILED   two           it is broken (0.0 s)',
            '                       -> Mend it.',
            'passed   three         all right (0.0 s)',
            '2 passed, 1 failed'], lines)

    def test_what_nobody_expected_is_a_failure_with_a_trace(self):
        lines = self.run_checks(check.Check('one', '', strange),
                                check.Check('two', '', good))

        self.assertIn('ZeroDivisionError: oops', lines[0])
        self.assertIn('in strange', self.stderr.getvalue())
        self.assertEqual('1 passed, 1 failed', lines[-1])

    def test_a_check_without_what_it_builds_on(self):
        lines = self.run_checks(
            check.Check('one', '', bad),
            check.Check('two', '', good, needs=('one',)))

        self.assertIn('FAILED   two           not possible without one',
                      lines[2])
        self.assertEqual('0 passed, 2 failed', lines[-1])

    def test_a_check_that_is_left_out_does_not_count(self):
        lines = self.run_checks(check.Check(
            'one', '', bad, left_out=lambda _bench: 'no such cluster'))

        self.assertEqual(['left out one           no such cluster',
                          '0 passed, 0 failed'], lines)

    def test_a_check_that_cannot_say_whether_it_is_left_out_is_made(self):
        lines = self.run_checks(check.Check('one', '', bad, left_out=strange))

        self.assertEqual('0 passed, 1 failed', lines[-1])

    def test_with_upstream_only_the_library_would_pass(self):
        lines = self.run_checks(
            check.Check('one', '', bad, library_only=True),
            check.Check('two', '', good, needs=('one',), library_only=True),
            check.Check('three', '', bad), upstream=True)

        self.assertTrue(lines[0].startswith('control  one '))
        self.assertIn('one, two did not pass; the library would', lines[-2])
        self.assertEqual('0 passed, 1 failed', lines[-1])

    def test_json(self):
        self.run_checks(check.Check('one', '', good),
                        check.Check('two', '', bad), as_json=True)

        self.assertEqual({
            'checks': [
                {'name': 'one', 'verdict': 'passed', 'detail': 'all right',
                 'remedy': '', 'seconds': 0.0},
                {'name': 'two', 'verdict': 'failed',
                 'detail': 'it is broken', 'remedy': 'Mend it.',
                 'seconds': 0.0}],
            'left_out': {}, 'passed': 1, 'failed': 1},
            json.loads(self.stdout.getvalue()))
        self.assertTrue(
            self.stderr.getvalue().endswith('1 passed, 1 failed\n'))

    def test_what_is_waited_for_is_said_once(self):
        self.run_checks()
        self.report.begin(check.Check('one', '', good))

        for text in ('BUILD', 'BUILD', 'ACTIVE'):
            self.report.say(text)

        self.assertEqual('... one: BUILD\n... one: ACTIVE\n',
                         self.stderr.getvalue())
