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
import testtools

from lab import directory
from lab import exception
from lab import glance_api
from lab import launcher
from lab import settings
from tests.unit.lab import samples


class _GlanceApi(glance_api.GlanceApi):
    """A worker that runs with the policies that were there at its start."""

    running = None
    starts_before_interruption = None

    def stop(self, timeout=None):
        self.running = None
        return True

    def start(self):
        if self.starts_before_interruption == 0:
            self.starts_before_interruption = None
            raise exception.Interrupted('SIGINT', 130)
        if self.starts_before_interruption:
            self.starts_before_interruption -= 1
        self.running = self.worker.policy.read_text()
        return 0.0


class ConfiguredTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        lab = samples.described(root)
        self.glance = _GlanceApi(lab.workers[0], lab, launcher.Launcher(
            directory.StateDirectory(root)))
        self.glance.prepare()
        self.glance.start()
        self.default = self.glance.running
        self.conf = self.glance.worker.conf.read_text()

    def assert_default(self):
        self.assertEqual(self.default, self.glance.running)
        self.assertEqual(self.conf, self.glance.worker.conf.read_text())

    def test_it_runs_with_other_settings_within_the_block_only(self):
        with self.glance.configured(settings.OPEN):
            self.assertIn('copy_image', self.glance.running)
            self.assertIn('show_multiple_locations = true',
                          self.glance.worker.conf.read_text())
        self.assertNotIn('copy_image', self.default)
        self.assert_default()

    def test_it_has_its_own_after_an_error(self):
        def fail():
            with self.glance.configured(settings.OPEN):
                raise ValueError
        self.assertRaises(ValueError, fail)
        self.assert_default()

    def test_it_has_its_own_after_an_interruption_of_either_restart(self):
        def change():
            with self.glance.configured(settings.OPEN):
                pass
        for starts in (0, 1):
            self.glance.starts_before_interruption = starts
            self.assertRaises(exception.Interrupted, change)
            self.assert_default()
