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

"""``image show``, on FakeGlance."""

from __future__ import annotations

import datetime

import yaml

from nova_rbd_multistore import fixture
from nova_rbd_multistore.cmd import exitcodes
from nova_rbd_multistore.placing import images
from tests.unit.cmd import running

SLOW = fixture.Pace(starting=0.0, listing=0.0, staging=1.0, writing=2000.0)


class ImageShowTestCase(running.CloudTestCase):

    def setUp(self):
        super().setUp()
        self.image_id = self.fake.add_image(size=20 * 1024 * 1024)

    def show(self, *options):
        done = running.run('image', 'show', self.image_id, *options)
        self.assertEqual((exitcodes.OK, ''), (done.code, done.err))
        return done

    def stores(self, *options):
        """Return the stores by name."""
        shown = self.show('-f', 'json', *options).json
        return {one['store']: one for one in shown['stores']}

    def states(self, *options):
        return {name: one['state']
                for name, one in self.stores(*options).items()}

    def copy(self, *stores):
        images.Images(self.fake.access(self.fake.admin)).submit_copies(
            self.image_id, stores)

    def test_json_has_numbers_lists_and_times(self):
        self.fake.deployment.pace = SLOW
        self.copy('dcn0')
        self.fake.clock.sleep(62)
        shown = self.show('-f', 'json').json
        central, dcn0, dcn1 = shown.pop('stores')
        self.assertEqual({
            'id': self.image_id, 'name': f'image-{self.image_id[:8]}',
            'status': 'active', 'disk_format': 'raw',
            'size': 20 * 1024 * 1024, 'owner': self.fake.tenant.project,
            'import_task': dcn0['task'], 'import_hidden': False}, shown)
        self.assertEqual(
            ('present', None, 'images'),
            (central['state'], central['since'], central['pool']))
        self.assertEqual(
            ('copying', 'processing', 'Copied 0 MiB'),
            (dcn0['state'], dcn0['task_status'], dcn0['message']))
        self.assertEqual(36, len(dcn0['fsid']))
        self.assertRegex(dcn0['request_id'], '^req-')
        since, until = map(datetime.datetime.fromisoformat, (
            dcn0['since'], dcn0['locked_until']))
        self.assertEqual(datetime.timedelta(hours=1), until - since)
        self.assertEqual('absent', dcn1['state'])

    def test_all_states(self):
        self.assertEqual({'central': 'present', 'dcn0': 'absent',
                          'dcn1': 'absent'}, self.states())
        self.fake.deployment.pace = fixture.Pace(
            starting=10.0, staging=1.0, writing=50.0)
        self.fake.obstruct(self.image_id, 'dcn0')
        self.copy('dcn0', 'dcn1')
        self.assertEqual({'central': 'present', 'dcn0': 'queued',
                          'dcn1': 'queued'}, self.states())
        self.fake.clock.sleep(10.5)
        self.assertEqual({'central': 'present', 'dcn0': 'copying',
                          'dcn1': 'copying'}, self.states())
        self.fake.clock.sleep(2)
        self.assertEqual({'central': 'present', 'dcn0': 'failed',
                          'dcn1': 'copying'}, self.states())
        self.fake.kill_worker()
        self.fake.clock.sleep(700)
        self.assertEqual({'central': 'present', 'dcn0': 'failed',
                          'dcn1': 'stalled'}, self.states())
        self.assertEqual({'central': 'present', 'dcn0': 'failed',
                          'dcn1': 'copying'},
                         self.states('--stalled-after', '900'))

    def test_hidden_task(self):
        self.fake.deployment.pace = SLOW
        self.copy('dcn0')
        self.fake.clock.sleep(2)
        self.log_in(self.fake.tenant)
        shown = self.show('-f', 'json').json
        self.assertIs(True, shown['import_hidden'])
        dcn0 = shown['stores'][1]
        self.assertEqual(
            ('copying', None, None, None, None),
            (dcn0['state'], dcn0['task'], dcn0['since'],
             dcn0['locked_until'], dcn0['fsid']))
        self.assertIn('may not see', dcn0['detail'])

    def test_table_has_the_image_and_its_stores(self):
        lines = self.show().out.splitlines()
        self.assertIn(f'| id            | {self.image_id} |', lines)
        self.assertRegex('\n'.join(lines), r'\| size +\| 20 MiB \(20971520\)')
        self.assertIn('| store   | state   | since | locked_until | detail |',
                      lines)
        self.assertIn('| central | present |       |              |        |',
                      lines)

    def test_columns(self):
        self.assertEqual('central present\ndcn0 absent\ndcn1 absent\n',
                         self.show('-f', 'value', '-c', 'store',
                                   '-c', 'state').out)
        self.assertEqual([{'store': 'central'}, {'store': 'dcn0'},
                          {'store': 'dcn1'}],
                         self.show('-f', 'json', '-c', 'store').json['stores'])

    def test_yaml_is_as_json(self):
        self.assertEqual(self.show('-f', 'json').json,
                         yaml.safe_load(self.show('-f', 'yaml').out))

    def test_csv_has_a_line_for_each_store(self):
        header, *rows = self.show('-f', 'csv').out.splitlines()
        self.assertTrue(header.startswith('"store","state",'))
        self.assertEqual(3, len(rows))

    def test_name_cannot_command_a_terminal(self):
        image = self.fake.image(self.image_id)
        image.properties['evil'] = 'x'
        self.useFixture(running.fixtures.MonkeyPatch(
            'nova_rbd_multistore.image.Image.name', 'a\x1b[2Jb\nc'))
        self.assertNotIn('\x1b', self.show().out)
