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

import ddt

from nova_rbd_multistore import exception
from nova_rbd_multistore import version
from tests import base


def versions(*ids):
    return {'versions': [{'id': one, 'status': 'SUPPORTED'} for one in ids]}


@ddt.ddt
class NewestTestCase(base.TestCase):

    @ddt.data((['v2.9', 'v2.17', 'v2.16'], (2, 17)),
              (['v2.17', 'v3.0'], (3, 0)),
              (['v1', 'v2.8', '2.99', 'v2.x', 'v2.٣'], (2, 8)),
              (['v1'], None), ([], None))
    @ddt.unpack
    def test_compared_as_numbers(self, ids, newest):
        self.assertEqual(
            newest, version.newest_from_glance(versions(*ids)))

    @ddt.data([], {}, {'versions': None}, {'versions': [7]},
              {'versions': [{'id': 2}]}, versions('v2.\n1'))
    def test_hostile_answer(self, body):
        self.assertRaises(
            exception.InvalidRecord, version.newest_from_glance, body)


@ddt.ddt
class EndpointTestCase(base.TestCase):

    @ddt.unpack
    @ddt.data(
        ('http://a/v2', 'http://a'), ('http://a/v2.17/', 'http://a'),
        ('http://a/image/v2', 'http://a/image'), ('http://a/', 'http://a'),
        ('http://a/versions', 'http://a/versions'),
        ('http://a/v', 'http://a/v'), ('http://v2', 'http://v2'))
    def test_without_version(self, url, expected):
        self.assertEqual(expected, version.without_version(url))
