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


import testtools

from lab import actions


class FakeServers:

    def __init__(self):
        self.asked = []

    def act(self, server_id, name, arguments=None):
        self.asked.append((server_id, {name: arguments}))
        return {'image_id': 'made'} if name == 'createImage' else None

    def flavor_id(self, name):
        return f'id of {name}'


class ActionsTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.servers = FakeServers()
        self.actions = actions.Actions(self.servers)

    def check(self, method, arguments, body):
        getattr(self.actions, method)('s', *arguments)
        self.assertEqual([('s', body)], self.servers.asked)

    def test_snapshot_tells_the_image(self):
        self.assertEqual('made', self.actions.snapshot('s', 'n'))
        self.assertEqual([('s', {'createImage': {'name': 'n'}})],
                         self.servers.asked)

    def test_shelve(self):
        self.check('shelve', (), {'shelve': None})

    def test_unshelve(self):
        self.check('unshelve', ('z',), {
            'unshelve': {'availability_zone': 'z'}})

    def test_rescue(self):
        self.check('rescue', ('i',), {'rescue': {'rescue_image_ref': 'i'}})

    def test_unrescue(self):
        self.check('unrescue', (), {'unrescue': None})

    def test_rebuild(self):
        self.check('rebuild', ('i',), {'rebuild': {'imageRef': 'i'}})

    def test_resize_is_to_the_flavor_of_that_name(self):
        self.check('resize', ('lab.small',),
                   {'resize': {'flavorRef': 'id of lab.small'}})

    def test_migrate(self):
        self.check('migrate', ('h',), {'migrate': {'host': 'h'}})

    def test_live_migrate(self):
        self.check('live_migrate', ('h',), {'os-migrateLive': {
            'host': 'h', 'block_migration': 'auto'}})

    def test_evacuate(self):
        self.check('evacuate', ('h',), {'evacuate': {'host': 'h'}})

    def test_confirm_resize(self):
        self.check('confirm_resize', (), {'confirmResize': None})

    def test_revert_resize(self):
        self.check('revert_resize', (), {'revertResize': None})
