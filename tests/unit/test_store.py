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

"""What an administrator is told about stores."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import store
from tests import base
from tests import payloads


def details(**more):
    return {'stores': [{
        'id': 'dcn0', 'type': 'rbd',
        'properties': {'pool': 'images', 'fsid': 'ABC'}, **more}]}


@ddt.ddt
class RbdPoolsTestCase(base.TestCase):

    def test_recording(self):
        body = payloads.recorded('stores-detail')['answer']['body']
        pools = store.rbd_pools_from_glance(body)

        self.assertEqual({'central', 'dcn0', 'dcn1'}, pools.keys())
        self.assertEqual({'images'}, {pool.pool for pool in pools.values()})
        self.assertEqual(3, len({pool.fsid for pool in pools.values()}))

    def test_fsids_are_written_as_clusters_write_them(self):
        self.assertEqual({'dcn0': store.RbdPool('abc', 'images')},
                         store.rbd_pools_from_glance(details()))

    @ddt.data({'type': 'file'}, {'type': None}, {'properties': None},
              {'properties': {}}, {'properties': {'pool': 'images'}},
              {'properties': {'pool': 'images', 'fsid': None}},
              {'properties': {'pool': '', 'fsid': 'abc'}})
    def test_store_that_is_passed_over(self, more):
        self.assertEqual({}, store.rbd_pools_from_glance(details(**more)))

    @ddt.data([], {}, {'stores': None}, {'stores': [7]},
              details(id=None), details(properties={'pool': 7, 'fsid': 'a'}),
              details(properties={'pool': 'a\nb', 'fsid': 'a'}))
    def test_hostile_answer(self, body):
        self.assertRaises(
            exception.InvalidRecord, store.rbd_pools_from_glance, body)
