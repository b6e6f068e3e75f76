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

"""Whether an instance is still wanted."""

from __future__ import annotations

import types

import ddt
import fixtures
from nova import exception as nova_exception
from nova import objects
import oslo_messaging

from nova_rbd_multistore.compute import deletion
from tests.unit.compute import base

INSTANCE = '6f0e8f4b-3c0e-4b46-8d67-0b6d1b4d7c11'


@ddt.ddt
class DeletionTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.asked = []
        self.answer = types.SimpleNamespace(deleted=False, task_state=None)
        self.patch(objects.Instance, 'indirection_api', object())
        self.patch(objects.Instance, 'get_by_uuid', self.get_by_uuid)

    def get_by_uuid(self, context, uuid, expected_attrs):
        self.asked.append((context.is_admin, uuid, expected_attrs))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def requested(self):
        return deletion.requested(self.context, INSTANCE)

    def test_asks_the_conductor_for_no_more_than_it_needs(self):
        self.assertFalse(self.requested())
        self.assertEqual([(True, INSTANCE, [])], self.asked)

    @ddt.data('deleting', 'soft-deleting')
    def test_while_it_is_being_deleted(self, task_state):
        self.answer.task_state = task_state

        self.assertTrue(self.requested())

    @ddt.data('spawning', 'rebuild_spawning')
    def test_while_it_is_being_built(self, task_state):
        self.answer.task_state = task_state

        self.assertFalse(self.requested())

    def test_when_it_is_deleted(self):
        self.answer.deleted = True

        self.assertTrue(self.requested())

    def test_when_it_is_gone(self):
        self.answer = nova_exception.InstanceNotFound(instance_id=INSTANCE)

        self.assertTrue(self.requested())

    def test_unknown_is_no(self):
        self.answer = oslo_messaging.MessagingTimeout()

        self.assertFalse(self.requested())

    def test_without_a_conductor(self):
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.indirection_api', None))

        self.assertFalse(self.requested())
        self.assertEqual([], self.asked)
