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

import subprocess

import testtools

from lab import commandline


class RenderTestCase(testtools.TestCase):

    def test_short_one(self):
        self.assertEqual("$ openstack server show 'my own'",
                         commandline.render(
                             ['openstack', 'server', 'show', 'my own']))

    def test_long_one_is_continued(self):
        self.assertEqual(
            '$ openstack server \\\n'
            '      create --nic \\\n'
            '      none first',
            commandline.render(
                ['openstack', 'server', 'create', '--nic', 'none', 'first'],
                width=21))

    def test_a_shell_reads_the_same_words(self):
        words = ['one', 'two words', "it's", '', 'x' * 40, '--last']
        _, _, typed = commandline.render(
            ['printf', '%s\\n', *words], width=20).partition('$ ')
        done = subprocess.run(['sh', '-c', typed], capture_output=True,
                              text=True, check=True)
        self.assertEqual(words, done.stdout.split('\n')[:-1])
