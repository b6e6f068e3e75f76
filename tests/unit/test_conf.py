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

"""Options: bounds, defaults, help."""

from __future__ import annotations

import ddt
from oslo_config import cfg
from oslo_config import fixture as config_fixture

from nova_rbd_multistore import conf
from nova_rbd_multistore import copier
from nova_rbd_multistore import protocol
from tests import base


@ddt.ddt
class ConfTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        self.config = self.useFixture(config_fixture.Config(self.conf))
        conf.register_opts(self.conf)
        self.conf([], default_config_files=[])

    def test_defaults_are_those_of_the_library(self):
        limits = protocol.Limits()

        self.assertEqual(
            limits.attempts, self.conf.libvirt.images_rbd_glance_copy_attempts)
        self.assertEqual(
            limits.stall_timeout,
            self.conf.libvirt.images_rbd_glance_copy_stall_timeout)
        self.assertEqual(limits, copier.Settings().limits)

    def test_a_flat_disk_has_to_be_chosen(self):
        self.assertEqual(
            conf.REFUSE, self.conf.libvirt.images_rbd_glance_copy_fallback)

    def test_groups_that_hold_a_credential_can_be_chosen(self):
        option, = (opt for opt in conf.LIBVIRT_OPTS
                   if opt.name == 'images_rbd_glance_credential')

        self.assertEqual({conf.AUTO, conf.USER, *conf.CREDENTIAL_GROUPS},
                         set(option.type.choices))

    @ddt.data(
        ('images_rbd_glance_copy_attempts', 0),
        ('images_rbd_glance_copy_stall_timeout', -1),
        ('images_rbd_glance_copy_fallback', 'flat'),
        ('images_rbd_glance_credential', 'nova'),
        ('images_rbd_glance_hub_endpoint', 'hub.example:9292'),
        ('images_rbd_glance_hub_endpoint', 'ftp://hub.example'))
    @ddt.unpack
    def test_bounds(self, name, value):
        self.assertRaises(
            ValueError, self.config.config, group='libvirt', **{name: value})

    def test_registering_twice_is_harmless(self):
        conf.register_opts(self.conf)

        self.assertIn('auth_type', self.conf.glance)

    def test_credentials_are_options_of_glance(self):
        for name in ('auth_type', 'auth_section'):
            self.assertIsNone(self.conf.glance[name])

    def test_listed_are_all_that_are_registered(self):
        listed = {(group, opt.dest)
                  for group, opts in conf.list_opts() for opt in opts}

        for group in ('libvirt', 'glance'):
            for name in self.conf[group]:
                self.assertIn((group, name), listed)

    def test_passwords_are_secret(self):
        for _group, opts in conf.list_opts():
            for opt in opts:
                if 'password' in opt.dest or 'token' in opt.dest:
                    self.assertTrue(opt.secret, opt.name)

    @ddt.data(*conf.LIBVIRT_OPTS)
    def test_help_says_what_it_is_related_to(self, opt):
        self.assertTrue(
            opt.name.startswith('images_rbd_glance_'), opt.name)
        self.assertIn('Related options:', opt.help)
