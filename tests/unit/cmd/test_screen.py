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

"""Lines for people, and one that changes."""

from __future__ import annotations

import io
import logging

from nova_rbd_multistore.cmd import screen
from tests import base
from tests.unit.cmd import running

ERASE = '\r\x1b[K'


class ScreenTestCase(base.TestCase):

    def test_pipe_gets_lines_only(self):
        stream = io.StringIO()
        shown = screen.Screen(stream)
        shown.show('changes')
        shown.line('stays')
        shown.close()
        self.assertEqual('stays\n', stream.getvalue())

    def test_terminal(self):
        stream = running.Terminal()
        shown = screen.Screen(stream)
        shown.show('one')
        shown.show('two')
        shown.line('stays')
        shown.close()
        self.assertEqual(
            f'one{ERASE}two{ERASE}stays\ntwo{ERASE}', stream.getvalue())

    def test_line_that_changes_is_never_wider_than_the_terminal(self):
        self.useFixture(running.fixtures.EnvironmentVariable('COLUMNS', '20'))
        stream = running.Terminal()
        screen.Screen(stream).show('x' * 100)
        self.assertEqual('x' * 18 + '…', stream.getvalue())

    def test_warnings_of_others_are_not_shown(self):
        stream = io.StringIO()
        handler = screen.Handler(screen.Screen(stream), ['ours'])
        for name in ('ours', 'ours.part', 'theirs'):
            for level in (logging.WARNING, logging.ERROR):
                handler.handle(logging.LogRecord(
                    name, level, '', 0, f'{name} {level}', (), None))
        self.assertEqual(
            ['ours 30', 'ours 40', 'ours.part 30', 'ours.part 40',
             'theirs 40'], stream.getvalue().splitlines())
