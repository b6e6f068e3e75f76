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

import fixtures
from glanceclient import exc as glance_exc
from keystoneauth1 import exceptions as ks_exc
import testtools

from lab import exception
from lab import servers
from lab import traces
from tests.unit.lab import samples


class FakeServers:
    """Nova's part: what is deleted is gone once somebody has waited."""

    def __init__(self, log):
        self.log = log
        # What each list shows, the oldest first.
        self.lists = []
        self.group_ids = []

    def named(self, prefix):
        assert prefix == 'demo-1'
        return [servers.Server(one, one, 'ACTIVE', 'dcn0', None, None)
                for one in (self.lists.pop(0) if self.lists else [])]

    def groups(self, prefix):
        assert prefix == 'demo-1'
        return self.group_ids

    def delete(self, server_id):
        self.log.append(f'delete {server_id}')

    def wait_gone(self, server_id):
        self.log.append(f'wait for {server_id}')

    def delete_group(self, group_id):
        if group_id == 'gone':
            raise ks_exc.NotFound
        self.log.append(f'delete group {group_id}')


class FakeImages:
    """Glance's part; an import ends with the second look at it.

    ``going`` is deleted by somebody else after that look.
    """

    def __init__(self, log):
        self.log = log
        self.found = []
        self._tasks = [{'os_glance_import_task': 't'}]

    def list(self):
        return self.found

    def get(self, image_id):
        if image_id == 'gone':
            raise glance_exc.HTTPNotFound
        return self._tasks.pop() if self._tasks else {}

    def delete(self, image_id):
        assert not self._tasks
        if image_id == 'going':
            raise glance_exc.HTTPNotFound
        if image_id == 'protected':
            raise glance_exc.HTTPForbidden
        self.log.append(f'delete image {image_id}')


class TracesTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.log = []
        self.servers = FakeServers(self.log)
        self.images = FakeImages(self.log)
        self.useFixture(fixtures.MonkeyPatch(
            'lab.servers.Servers', lambda lab, user: self.servers))
        self.useFixture(fixtures.MonkeyPatch(
            'lab.clients.glance_for', lambda lab, user: self))
        self.useFixture(fixtures.MonkeyPatch('lab.traces._INTERVAL', 0))
        self.traces = traces.Traces(samples.cloud(root), 'demo', 'demo-1')

    def test_nothing_there(self):
        self.traces.remove()
        self.assertEqual([], self.log)

    def test_servers_go_before_the_images_that_they_are_clones_of(self):
        self.servers.lists = [['a', 'b']]
        self.servers.group_ids = ['g']
        self.images.found = [{'id': 'i', 'name': 'demo-1-for-a'}]
        self.traces.remove()
        self.assertEqual(
            ['delete a', 'delete b', 'wait for a', 'wait for b',
             'delete group g', 'delete image i'], self.log)

    def test_server_that_appears_late(self):
        self.servers.lists = [['a'], ['b']]
        self.traces.remove()
        self.assertEqual(['delete a', 'wait for a', 'delete b',
                          'wait for b'], self.log)

    def test_import_that_does_not_end(self):
        self.useFixture(fixtures.MonkeyPatch(
            'lab.traces._IMPORT_TIMEOUT', 0))
        self.images.found = [{'id': 'i', 'name': 'demo-1-for-a'}]
        error = self.assertRaises(exception.NotInTime, self.traces.remove)
        self.assertEqual('task t', error.last_state)
        self.assertEqual([], self.log)

    def test_what_is_gone_already(self):
        self.servers.group_ids = ['gone', 'g']
        self.images.found = [{'id': one, 'name': 'demo-1-for-a'}
                             for one in ('gone', 'going', 'i')]
        self.traces.remove()
        self.assertEqual(['delete group g', 'delete image i'], self.log)

    def test_refusal_is_an_error(self):
        self.images.found = [{'id': 'protected', 'name': 'demo-1-for-a'}]
        self.assertRaises(glance_exc.HTTPForbidden, self.traces.remove)

    def test_images_of_others_stay(self):
        self.images.found = [{'id': 'i', 'name': 'my-demo-1'},
                             {'id': 'j', 'name': None}]
        self.traces.remove()
        self.assertEqual([], self.log)
