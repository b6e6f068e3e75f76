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

import pathlib

import testtools

from lab import show_servers

_INFO = """\
rbd image '6d2f7b0e_disk':
\tsize 1 GiB in 128 objects
\torder 23 (8 MiB objects)
\tsnapshot_count: 0
\tparent: images/9a3f@snap
\toverlap: 20 MiB
"""


class ShowServersTestCase(testtools.TestCase):

    def test_last_lines_of_a_console(self):
        self.assertEqual(
            'Booting\nlab-guest: ready',
            show_servers.last_lines(
                'SeaBIOS\r\n\r\n\x1b\x07Booting\r\n \r\nlab-guest: ready\r\n',
                2))

    def test_empty_console(self):
        self.assertEqual('', show_servers.last_lines('\r\n', 3))

    def test_telling_lines_of_rbd_info(self):
        self.assertEqual(
            'size 1 GiB in 128 objects\n'
            'parent: images/9a3f@snap\n'
            'overlap: 20 MiB', show_servers.telling(_INFO))

    def test_short_path(self):
        here = pathlib.Path.cwd()
        self.assertEqual('.lab/guest.raw',
                         show_servers.short_path(here / '.lab/guest.raw'))
        self.assertEqual('/elsewhere/guest.raw', show_servers.short_path(
            pathlib.Path('/elsewhere/guest.raw')))
