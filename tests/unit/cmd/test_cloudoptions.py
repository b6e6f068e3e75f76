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

"""The options of the cloud, apart from all others."""

from __future__ import annotations

import ddt

from nova_rbd_multistore.cmd import cloudoptions
from tests import base


@ddt.ddt
class SplitTestCase(base.TestCase):

    @ddt.data(
        ('', '', ''),
        ('image show x', '', 'image show x'),
        ('--os-cloud a image show x', '--os-cloud a', 'image show x'),
        ('image show x --os-cloud a', '--os-cloud a', 'image show x'),
        ('image --os-cloud=a show x', '--os-cloud=a', 'image show x'),
        ('--insecure image show x', '--insecure', 'image show x'),
        ('image show x --os-cloud', '--os-cloud', 'image show x'),
        ('image show -- --os-cloud', '', 'image show -- --os-cloud'),
        ('image copy x --timeout 5 --os-auth-type v3token --wait',
         '--os-auth-type v3token', 'image copy x --timeout 5 --wait'))
    @ddt.unpack
    def test_split(self, argv, cloud, others):
        self.assertEqual((cloud.split(), others.split()),
                         cloudoptions.split(argv.split()))
