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

"""Faults of the store that the image is copied from."""

from __future__ import annotations

import time

from tests import labtest
from tests.faults import base
from tests.faults import catalogue

_SOURCE = catalogue.Group.SOURCE


class SourceTestCase(base.FaultTestCase):

    @catalogue.fault(
        _SOURCE, 'The worker that copies may not read the store that has the '
        'image',
        'Give Glance\'s Ceph user the capability ``profile rbd pool=<pool of '
        'the store>`` in that cluster, and each worker its key.')
    def test_unreadable(self) -> None:
        image_id = self.make_image()
        self.grant_glance('central', 'profile rbd pool=other')
        disk = self.boot_one(image_id)
        self.assert_refused(
            disk, image_id, 'store dcn0', 'accepted the copy 3 times',
            'could not stage the image from the stores that have it')
        self.assert_tenant(disk, 'copying it there failed')
        # As Glance leaves it.
        self.assertEqual(
            'dcn0', self.image(image_id)['os_glance_importing_to_stores'])
        self.assertEqual(set(), self.traces(image_id).keys())
        self.report_refused(disk)

    @catalogue.fault(
        _SOURCE, 'The worker that copies cannot read the store that has the '
        'image at first, and can later', '')
    def test_unreadable_at_first(self) -> None:
        image_id = self.make_image()
        self.pools.hide('central', image_id)
        back_at = 0.0

        def show() -> None:
            nonlocal back_at
            labtest.wait_for('a failed copy', lambda: bool(
                self.failed_copies(image_id)))
            self.pools.show('central', image_id)
            back_at = time.monotonic()

        disk = self.boot_while(image_id, show)
        self.assert_cloned(disk, image_id)
        self.assertEqual({}, self.traces(image_id))
        self.report_cloned(disk, back_at)

    @catalogue.fault(
        _SOURCE, 'The OSDs of the cluster that has the image stop answering '
        'while it is staged, and come back before Glance gives up', '')
    def test_osd_away_for_a_moment(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 8)
        disk, back_at = self.boot_without_osd(
            image_id, 'central', self.wait_staging)
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.report_cloned(disk, back_at)
