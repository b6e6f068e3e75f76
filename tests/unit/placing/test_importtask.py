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

"""Which stores an import writes to."""

from __future__ import annotations

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore.placing import importtask
from tests import base
from tests import payloads


@ddt.ddt
class ImportTaskTestCase(base.TestCase):

    def test_recorded(self):
        body = payloads.recorded('tasks-processing')['answer']['body']
        one, = importtask.imports_from_glance(body)
        self.assertEqual(({'dcn0'}, 'processing'),
                         (one.stores, one.task.status))

    @ddt.data(None, 7, 'dcn0', {}, {'backend': None}, {'backend': 'dcn0'},
              {'backend': [7]}, {'backend': ['a\x1b']})
    def test_input_of_another_shape_names_no_stores(self, task_input):
        one, = importtask.imports_from_glance({'tasks': [
            {'id': 't1', 'status': 'pending', 'input': task_input}]})
        self.assertEqual(frozenset(), one.stores)

    def test_task_of_another_shape(self):
        for body in ({}, {'tasks': [7]}, {'tasks': [{'id': 't1'}]}):
            self.assertRaises(exception.InvalidRecord,
                              importtask.imports_from_glance, body)
