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

"""Boots where Glance has its default policies and hides locations."""

from __future__ import annotations

import ddt

from lab import boot
from lab import fixture
from lab import settings
from tests import labtest


@ddt.ddt
class HiddenLocationsTestCase(labtest.LabTestCase):

    # With the second, a record shows one location of several: the first.
    @ddt.data({}, {'show_image_direct_url': 'true'})
    def test_service_credential_suffices(self, shown: dict[str, str]) -> None:
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(
                copy_policy=None, show_locations=False,
                overrides={'DEFAULT': shown})))
        image_id = self.make_image()
        for _ in ('copy and clone', 'clone'):
            disk, = self.boot(boot.Request(image_id, 'dcn0'))
            self.assertIsNone(disk.error)
            self.assertEqual(f'images/{image_id}@snap', disk.parent)
            self.assertEqual(1, self.copies(image_id))

        refused, = self.boot(boot.Request(
            image_id, 'dcn1', overrides={'glance': {'auth_type': ''}}))
        self.assertEqual(boot.ERROR, refused.result)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
