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

"""The machine's clock."""

from __future__ import annotations

import datetime
import time

from nova_rbd_multistore import timing
from tests import base


class ClockTestCase(base.TestCase):

    def test_system_is_the_time_module(self):
        clock = timing.Clock.system()

        self.assertIs(time.monotonic, clock.monotonic)
        self.assertIs(time.sleep, clock.sleep)

    def test_system_looks_the_functions_up_when_asked(self):
        # eventlet replaces time.sleep after this package is imported.
        def green_sleep(seconds):
            raise AssertionError('only looked up')

        self.patch(time, 'sleep', green_sleep)

        self.assertIs(green_sleep, timing.Clock.system().sleep)

    def test_system_knows_the_zone(self):
        self.assertEqual(
            datetime.UTC, timing.Clock.system().utcnow().tzinfo)
