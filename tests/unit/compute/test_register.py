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

"""Entering Nova: only where it is the Nova we know."""

from __future__ import annotations

import types

import ddt
import fixtures
from nova import service
from nova import version
from nova.compute import manager
import nova.conf
from nova.virt import libvirt
from nova.virt.libvirt import driver as upstream
from nova.virt.libvirt import imagebackend as theirs
from oslo_config import cfg
from oslo_utils import importutils

from nova_rbd_multistore.compute import driver
from nova_rbd_multistore.compute import imagebackend as ours
from nova_rbd_multistore.compute import register
from nova_rbd_multistore.compute import service as ours_service
from nova_rbd_multistore.compute import startup
from tests import base


@ddt.ddt
class RegisterTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        # Whatever is put in their place is taken out again.
        for name in ('Rbd', 'Backend'):
            self.useFixture(fixtures.MonkeyPatch(
                f'nova.virt.libvirt.imagebackend.{name}',
                getattr(theirs, name)))
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.libvirt.LibvirtDriver', libvirt.LibvirtDriver))
        self.patch(service, 'SERVICE_MANAGERS', dict(service.SERVICE_MANAGERS))
        self.before = theirs.Rbd, theirs.Backend, libvirt.LibvirtDriver

    def alter(self, name, value):
        self.useFixture(fixtures.MonkeyPatch(name, value))

    def mismatch(self):
        exc = self.assertRaises(
            startup.NovaShapeMismatch, register.register)
        self.assertEqual(version.version_string(), exc.release)
        return exc.differences

    def test_nova_builds_our_backend(self):
        register.register()

        self.assertIs(ours.Rbd, theirs.Rbd)
        backend = theirs.Backend(use_cow=True)
        self.assertIs(ours.Rbd, backend.backend('rbd'))

    def test_nova_loads_our_driver(self):
        register.register()

        self.assertIs(driver.LibvirtDriver, libvirt.LibvirtDriver)
        self.assertEqual(
            (upstream.LibvirtDriver,), driver.LibvirtDriver.__bases__)

    def test_nova_loads_our_service(self):
        register.register()

        name = service.SERVICE_MANAGERS['nova-compute']
        self.assertIs(ours_service.ComputeManager,
                      importutils.import_class(name))

    def test_service_is_of_the_nova_we_know(self):
        register.check_service()

    def test_names_what_differs_of_the_service(self):
        def prep_resize(self, context, image, instance, flavor):
            raise AssertionError('only looked at')

        self.patch(manager.ComputeManager, '_prep_resize', prep_resize)

        exc = self.assertRaises(
            startup.NovaShapeMismatch, register.check_service)
        difference, = exc.differences
        self.assertTrue(difference.startswith(
            'nova.compute.manager.ComputeManager._prep_resize takes (self, '
            'context, image, instance, flavor), not (self, '), difference)

    def test_ours_stands_on_novas_not_on_itself(self):
        upstream = theirs.Rbd
        register.register()

        self.assertEqual((upstream,), ours.Rbd.__bases__)

    def test_twice_is_harmless(self):
        register.register()
        register.register()

        self.assertIs(ours.Rbd, theirs.Rbd)
        self.assertIs(ours.Backend, theirs.Backend)
        backend = theirs.Backend(use_cow=True)
        self.assertIs(ours.Rbd, backend.backend('rbd'))

    def test_options_are_registered(self):
        register.register()

        self.assertEqual(
            'refuse', nova.conf.CONF.libvirt.images_rbd_glance_copy_fallback)
        self.assertIn('auth_type', nova.conf.CONF.glance)

    @ddt.named_data(
        ('a_method', 'nova.virt.libvirt.imagebackend.Rbd.copy_to_store',
         'nova.virt.libvirt.imagebackend.Rbd.copy_to_store is missing'),
        ('a_class', 'nova.storage.rbd_utils.RADOSClient',
         'nova.storage.rbd_utils.RADOSClient.__init__ is missing'),
        ('a_function', 'nova.service_auth.get_service_auth_plugin',
         'nova.service_auth.get_service_auth_plugin is missing'),
        ('an_exception', 'nova.exception.BuildAbortException',
         'nova.exception.BuildAbortException is missing'),
    )
    @ddt.unpack
    def test_names_what_is_missing(self, name, difference):
        self.alter(name, fixtures.MonkeyPatch.delete)

        self.assertIn(difference, self.mismatch())

    def test_names_a_module_that_is_missing(self):
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.compute.register._SHAPE',
            (('nova.moved_elsewhere', 'thing', None),)))

        self.assertEqual(
            ['nova.moved_elsewhere.thing is missing'], self.mismatch())

    def test_names_parameters_that_differ(self):
        def clone(self, context, image_ref, copy_to_store=True, retries=3):
            raise AssertionError('only looked at')

        self.patch(theirs.Rbd, 'clone', clone)

        self.assertEqual(
            ['nova.virt.libvirt.imagebackend.Rbd.clone takes (self, context, '
             'image_ref, copy_to_store, retries), not (self, context, '
             'image_id_or_uri, copy_to_store)'], self.mismatch())

    def test_names_an_option_that_is_missing(self):
        conf = types.SimpleNamespace(CONF={
            'libvirt': {'images_type': 'rbd'}, 'glance': {
                'api_servers': None, 'num_retries': 3}})
        self.alter('nova.conf', conf)

        self.assertIn(
            'option [libvirt] images_rbd_glance_store_name is missing',
            self.mismatch())

    def test_names_all_that_differs(self):
        self.alter('nova.exception.Forbidden', fixtures.MonkeyPatch.delete)
        self.alter('nova.exception.ImageNotActive',
                   fixtures.MonkeyPatch.delete)

        self.assertEqual(
            ['nova.exception.Forbidden is missing',
             'nova.exception.ImageNotActive is missing'], self.mismatch())

    def test_changes_nothing_where_something_differs(self):
        options = []
        self.alter('nova_rbd_multistore.conf.register_opts', options.append)
        self.alter('nova.exception.Forbidden', fixtures.MonkeyPatch.delete)

        self.mismatch()
        self.assertEqual(self.before, (
            theirs.Rbd, theirs.Backend, libvirt.LibvirtDriver))
        self.assertEqual([], options)

    def test_a_group_that_is_missing_is_a_difference_too(self):
        self.alter('nova.conf', types.SimpleNamespace(CONF=cfg.ConfigOpts()))

        self.assertIn('option [libvirt] images_type is missing',
                      self.mismatch())
