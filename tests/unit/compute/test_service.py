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

"""Nova's compute service, where it would touch a disk too early."""

from __future__ import annotations

from unittest import mock

from nova import exception as nova_exception
from nova.compute import manager as theirs
from nova.compute import utils as compute_utils
from nova.virt import driver as virt_driver

from nova_rbd_multistore import exception
from nova_rbd_multistore.compute import guards
from nova_rbd_multistore.compute import rebuild
from nova_rbd_multistore.compute import register
from nova_rbd_multistore.compute import service
from nova_rbd_multistore.compute import startup
from tests.unit.compute import instances


class ServiceTestCase(instances.InstanceTestCase):

    def setUp(self):
        super().setUp()
        # What its constructor starts is not wanted here.
        self.service = object.__new__(service.ComputeManager)
        self.service.host = 'dcn1-0'
        self.done = []

    def note(self, name):
        def call(_self, *args, **kwargs):
            self.done.append((name, args, kwargs))

        return call


class RebuildTestCase(ServiceTestCase):

    def setUp(self):
        super().setUp()
        self.patch(theirs.ComputeManager, 'rebuild_instance',
                   self.note('rebuilt'))
        self.patch(rebuild.Rebuild, 'place_image', self.place)
        self.patch(rebuild.Rebuild, 'refuse', self.refuse)
        self.patch(compute_utils, 'EventReporter', self.report)
        self.failure = None
        self.events = []
        self.refused = []

    def place(self, context):
        if self.failure is not None:
            raise self.failure
        self.done.append(('placed', (context,), {}))

    def refuse(self, context, why):
        self.refused.append(why)

    def report(self, _context, name, host, uuid):
        self.events.append((name, host, uuid))
        return mock.MagicMock(**{'__exit__.return_value': False})

    def rebuild(self, *, recreate=False):
        # As over RPC, where all are named.
        self.service.rebuild_instance(
            self.context, instance=self.instance, orig_image_ref='old',
            image_ref='new', injected_files=[], new_pass='p',
            orig_sys_metadata={}, bdms=None, recreate=recreate,
            on_shared_storage=None, preserve_ephemeral=False, migration=None,
            scheduled_node=None, limits=None, request_spec=None,
            accel_uuids=[], reimage_boot_volume=False, target_state=None)

    def names(self):
        return [name for name, _args, _kwargs in self.done]

    def test_image_is_placed_first(self):
        self.rebuild()

        self.assertEqual(['placed', 'rebuilt'], self.names())
        self.assertEqual(
            [('compute_place_image', 'dcn1-0', instances.UUID)], self.events)

    def test_nova_gets_all_that_it_is_asked_with(self):
        self.rebuild()

        _name, args, kwargs = self.done[-1]
        self.assertEqual(
            (self.context, self.instance, 'old', 'new', [], 'p', {}, None,
             False), args)
        self.assertEqual(
            {'on_shared_storage', 'preserve_ephemeral', 'migration',
             'scheduled_node', 'limits', 'request_spec', 'accel_uuids',
             'reimage_boot_volume', 'target_state'}, set(kwargs))

    def test_image_that_cannot_be_placed_ends_it(self):
        self.failure = nova_exception.ImageNotFound(image_id='new')
        self.rebuild()

        self.assertEqual([], self.names())
        self.assertEqual([self.failure], self.refused)

    def test_what_nobody_thought_of_is_told_to_nova_as_well(self):
        self.failure = ValueError('surprise')

        self.assertIs(
            self.failure, self.assertRaises(ValueError, self.rebuild))
        self.assertEqual([self.failure], self.refused)

    def test_instance_that_is_being_deleted_is_left_alone(self):
        self.failure = exception.Cancelled(3)
        self.rebuild()

        self.assertEqual(([], []), (self.names(), self.refused))

    def test_evacuation_places_nothing(self):
        self.rebuild(recreate=True)

        self.assertEqual(['rebuilt'], self.names())
        self.assertEqual([], self.events)

    def test_volume_is_novas(self):
        self.root = 'volume'
        self.rebuild()

        self.assertEqual(['rebuilt'], self.names())


class PrepResizeTestCase(ServiceTestCase):

    def setUp(self):
        super().setUp()
        self.patch(theirs.ComputeManager, '_prep_resize',
                   self.note('claimed'))
        self.reason = None
        self.patch(guards, 'refusal', lambda *_: self.reason)

    def prepare(self):
        self.service._prep_resize(
            self.context, 'image', self.instance, 'flavor', {}, 'node',
            'migration', 'spec', clean_shutdown=False)

    def test_within_a_cluster_is_novas(self):
        self.prepare()

        self.assertEqual([('claimed', (
            self.context, 'image', self.instance, 'flavor', {}, 'node',
            'migration', 'spec'), {'clean_shutdown': False})], self.done)

    def test_from_another_cluster_claims_nothing(self):
        self.reason = 'its disk is elsewhere'

        exc = self.assertRaises(
            nova_exception.InstanceFaultRollback, self.prepare)
        self.assertIn(self.reason, str(exc.inner_exception))
        self.assertEqual([], self.done)


class StartTestCase(instances.InstanceTestCase):

    def test_service_of_another_shape_does_not_start(self):
        def mismatch():
            raise startup.NovaShapeMismatch('34', ['different'])

        self.patch(register, 'check_service', mismatch)
        self.patch(virt_driver, 'load_compute_driver', self.fail)

        self.assertRaises(
            startup.NovaShapeMismatch, service.ComputeManager)
