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

"""``image copy``, on FakeGlance."""

from __future__ import annotations

import dataclasses
import re

import fixtures

from nova_rbd_multistore import fixture
from nova_rbd_multistore.cmd import exitcodes
from tests.unit.cmd import running

ENDLESS = fixture.Pace(starting=0.0, listing=0.0, writing=90000.0)


class ImageCopyTestCase(running.CloudTestCase):

    def setUp(self):
        super().setUp()
        self.image_id = self.fake.add_image()

    def copy(self, *options, err=None):
        return running.run('image', 'copy', self.image_id, *options, err=err)

    def results(self, done):
        return {row['store']: row['result'] for row in done.json}

    def test_wait(self):
        done = self.copy('--store', 'dcn0', '--wait', '-f', 'json')
        self.assertEqual(exitcodes.OK, done.code, done.err)
        row, = done.json
        self.assertEqual(
            (self.image_id, 'dcn0', 'copied', None),
            (row['image'], row['store'], row['result'], row['reason']))
        self.assertGreater(row['seconds'], 4)

    def test_no_wait_is_the_default(self):
        done = self.copy('--store', 'dcn0', '--store', 'dcn1', '-f', 'json')
        self.assertEqual(exitcodes.OK, done.code, done.err)
        self.assertEqual({'dcn0': 'accepted', 'dcn1': 'accepted'},
                         self.results(done))

    def test_again(self):
        self.copy('--store', 'dcn0', '--wait')
        done = self.copy('--store', 'dcn0', '--wait', '-f', 'json')
        self.assertEqual(exitcodes.OK, done.code)
        self.assertEqual({'dcn0': 'present'}, self.results(done))

    def test_one_of_two_fails(self):
        self.fake.obstruct(self.image_id, 'dcn0')
        done = self.copy('--store', 'dcn0', '--store', 'dcn1', '--wait',
                         '-f', 'json')
        self.assertEqual(exitcodes.NOT_COPIED, done.code)
        self.assertEqual({'dcn0': 'failed', 'dcn1': 'copied'},
                         self.results(done))
        self.assertIn('could not write', done.json[0]['reason'])

    def test_deadline(self):
        self.fake.deployment.pace = ENDLESS
        done = self.copy('--store', 'dcn0', '--wait', '--timeout', '20',
                         '-f', 'json')
        self.assertEqual(exitcodes.TIMED_OUT, done.code)
        self.assertEqual({'dcn0': 'timed_out'}, self.results(done))
        self.assertIn('--timeout', done.json[0]['reason'])

    def test_no_limit(self):
        self.fake.deployment.pace = dataclasses.replace(
            ENDLESS, writing=30000.0)
        done = self.copy('--store', 'dcn0', '--wait', '--timeout', '0',
                         '--interval', '600', '-f', 'json')
        self.assertEqual(exitcodes.OK, done.code, done.out)

    def test_not_permitted(self):
        self.log_in(self.fake.tenant)
        done = self.copy('--store', 'dcn0', '-f', 'json')
        self.assertEqual(exitcodes.NOT_COPIED, done.code)
        self.assertIn('copy_image', done.json[0]['reason'])

    def test_nothing_is_copied_when_a_name_is_unknown(self):
        unknown = 'b7c25f3e-7a53-4c39-8a4c-2d0f1f4d6c11'
        for options in (('--store', 'dcn0', '--store', 'dcn9'),
                        (unknown, '--store', 'dcn0')):
            done = self.copy(*options)
            self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
            self.assertEqual(1, len(done.err.splitlines()))
        self.assertEqual([], [request for request in self.fake.requests
                              if request.method == 'POST'])

    def test_usage(self):
        for options in ((), ('--store',), ('--store', 'a', '--parallel', '0'),
                        ('--store', 'a', '--timeout', '-1'),
                        ('--store', 'a', '--timeout', 'nan'),
                        ('--store', 'a', '--interval', 'inf')):
            self.assertEqual(exitcodes.USAGE, self.copy(*options).code)

    def test_progress_in_a_pipe_is_lines(self):
        self.fake.deployment.pace = fixture.Pace(
            starting=5.0, staging=100.0, writing=100.0)
        done = self.copy('--store', 'dcn0', '--wait')
        lines = done.err.splitlines()
        self.assertNotIn('\r', done.err)
        self.assertNotIn('\x1b', done.err)
        self.assertIn('Glance has accepted the copy', lines[0])
        self.assertIn('the copy is in progress', lines[1])
        self.assertRegex(lines[-1], r' to dcn0: copied after [\d.]+ s$')
        # Not one for each look.
        self.assertLess(len(lines), 6)

    def test_progress_on_a_terminal_is_one_line(self):
        done = self.copy('--store', 'dcn0', '--wait', '-f', 'json',
                         err=running.Terminal())
        self.assertIn('\r\x1b[K', done.err)
        self.assertRegex(
            done.err, r'copying \d s \(import task [0-9a-f]{8}, processing')
        # What is left when the terminal has obeyed.
        left = re.sub(r'[^\n]*\r\x1b\[K', '', done.err)
        self.assertRegex(left, r'^[^\n]* to dcn0: copied after [\d.]+ s\n$')
        self.assertEqual({'dcn0': 'copied'}, self.results(done))

    def test_failure_is_told_once(self):
        self.fake.obstruct(self.image_id, 'dcn0')
        done = self.copy('--store', 'dcn0', '--wait')
        self.assertEqual(1, done.err.count('Glance accepted the copy 3'))
        self.assertNotIn('Copy of image', done.err)
        # Within a table that fits on a screen.
        self.assertLess(max(map(len, done.out.splitlines())), 170)

    def test_format_that_cannot_be_cloned(self):
        self.image_id = self.fake.add_image(disk_format='qcow2')
        done = self.copy('--store', 'dcn0')
        self.assertEqual(exitcodes.OK, done.code)
        self.assertIn('has the format qcow2', done.err.splitlines()[0])

    def test_quiet(self):
        done = running.run('-q', 'image', 'copy', self.image_id,
                           '--store', 'dcn0', '--wait')
        self.assertEqual('', done.err)

    def test_log_file(self):
        path = self.useFixture(fixtures.TempDir()).join('log')
        done = running.run('--log-file', path, 'image', 'copy', self.image_id,
                           '--store', 'dcn0', '--wait')
        self.assertEqual(exitcodes.OK, done.code)
        self.assertNotIn('INFO', done.err)
        with open(path) as log:
            self.assertIn('INFO nova_rbd_multistore.copier Asked Glance',
                          log.read())

    def test_log_file_that_cannot_be_written(self):
        done = running.run('--log-file', '/nonexistent/log', 'image', 'show',
                           self.image_id)
        self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
        self.assertIn('/nonexistent/log', done.err)

    def test_logs_with_verbose(self):
        done = running.run('-v', 'image', 'copy', self.image_id,
                           '--store', 'dcn0', '--wait')
        self.assertIn('INFO nova_rbd_multistore.copier Asked Glance to copy',
                      done.err)
