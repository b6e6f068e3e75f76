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

from __future__ import annotations

from nova_rbd_multistore.compute import startup
from tests import base


class StartupTestCase(base.TestCase):

    def test_nova_shape_mismatch(self):
        exc = startup.NovaShapeMismatch('35.0.0', ['a is gone', 'b too'])

        self.assertIn('Nova 35.0.0', str(exc))
        self.assertIn('a is gone; b too', str(exc))
        self.assertEqual(['a is gone', 'b too'], exc.differences)
        self.assertEqual('35.0.0', exc.release)
