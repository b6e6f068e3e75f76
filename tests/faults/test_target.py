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

"""Faults of the store that the image is copied to."""

from __future__ import annotations

from tests.faults import base
from tests.faults import catalogue

_TARGET = catalogue.Group.TARGET


class TargetTestCase(base.FaultTestCase):

    @catalogue.fault(
        _TARGET, 'Glance may read and not write the local store',
        'Give Glance\'s Ceph user the capability '
        '``profile rbd pool=<pool of the store>`` in that cluster.')
    def test_read_only(self) -> None:
        image_id = self.make_image()
        self.limit_glance('dcn0', 'profile rbd-read-only pool=images')
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'store dcn0', 'accepted the copy 3 times',
            'could not write to the store')
        self.assertEqual({'staged'}, self.traces(image_id).keys())
        self.report_refused(disk)
