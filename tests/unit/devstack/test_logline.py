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

"""Lines of a log."""

from __future__ import annotations

from devstack.tools.verification import logline
from tests import base
from tests.unit.devstack import samples


class LoglineTestCase(base.TestCase):

    def test_colours_are_no_part_of_a_line(self):
        self.assertEqual(
            logline.Line('Hello [there]', 'nova.compute', 'None req-7 demo '
                         'demo', 'INFO'),
            samples.line('nova.compute', 'Hello [there]', 'req-7'))

    def test_a_line_of_uwsgi_is_all_message(self):
        text = '[pid: 1|app: 0] 127.0.0.1 () POST /v2/images => (HTTP/1.1 202)'

        self.assertEqual(logline.Line(text), logline.parse(text))

    def test_a_package_is_not_one_whose_name_begins_alike(self):
        line = samples.line('nova_rbd_multistore_else.x', 'Hello')

        self.assertFalse(line.is_from('nova_rbd_multistore'))
        self.assertTrue(samples.ASKED.is_from('nova_rbd_multistore'))
        self.assertTrue(samples.ASKED.is_from('nova_rbd_multistore.copier'))
