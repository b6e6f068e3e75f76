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

import copy
import pathlib
import types

import fixtures
import testtools

from lab import copies
from tests import payloads
from tests.unit.lab import samples


def recorded(status, method='copy-image'):
    """Return a task as Glance shows it, of another method when asked."""
    body = payloads.recorded(f'tasks-{status}')['answer']['body']
    task, = copy.deepcopy(body['tasks'])
    task['input']['import_req']['method']['name'] = method
    return task


class CountTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.lab = samples.described(
            pathlib.Path(self.useFixture(fixtures.TempDir()).path))
        self.tasks = {'i': []}
        images = types.SimpleNamespace(get_associated_image_tasks=(
            lambda image_id: {'tasks': self.tasks[image_id]}))
        self.useFixture(fixtures.MonkeyPatch(
            'lab.clients.glance_for',
            lambda lab, user: types.SimpleNamespace(images=images)))

    def test_none(self):
        self.assertEqual(0, copies.count(self.lab, 'i'))

    def test_by_status(self):
        self.tasks['i'] = [
            recorded(status) for status in
            ('success', 'failure', 'failure', 'processing', 'pending')]
        self.assertEqual(1, copies.count(self.lab, 'i'))
        self.assertEqual(2, copies.count(self.lab, 'i', copies.FAILURE))

    def test_upload_by_an_import_is_no_copy(self):
        self.tasks['i'] = [recorded('success', method='glance-direct'),
                           recorded('success', method='web-download')]
        self.assertEqual(0, copies.count(self.lab, 'i'))
