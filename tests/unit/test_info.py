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

"""What a Glance says of itself."""

from __future__ import annotations

import ddt
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import exception
from nova_rbd_multistore import info
from tests import base
from tests import payloads
from tests import records


def body(name):
    return payloads.recorded(name)['answer']['body']


@ddt.ddt
class InfoTestCase(base.TestCase):

    def test_methods(self):
        self.assertEqual(
            {'glance-direct', 'copy-image', 'web-download'},
            info.methods_from_glance(body('info-import')))

    def test_no_methods(self):
        self.assertEqual(frozenset(), info.methods_from_glance(
            {'import-methods': {'value': []}}))

    def test_default_store(self):
        self.assertEqual(
            'central', info.default_store_from_glance(body('stores')))

    @ddt.data([], [{'id': 'dcn0'}], [{'id': 'dcn0', 'default': 'false'}])
    def test_no_default_store(self, stores):
        self.assertIsNone(info.default_store_from_glance({'stores': stores}))

    def test_usage(self):
        usage = info.usage_from_glance(body('info-usage'))
        self.assertEqual(
            {'image_size_total', 'image_stage_total', 'image_count_total',
             'image_count_uploading'}, set(usage))
        self.assertEqual(info.Usage(0, 1), usage[info.STAGING])

    def test_no_quotas(self):
        self.assertEqual(
            {}, info.usage_from_glance(body('info-usage-none')))

    @ddt.unpack
    @ddt.named_data(
        ('methods_are_text', info.methods_from_glance,
         {'import-methods': {'value': 'glance-direct'}}),
        ('method_is_null', info.methods_from_glance,
         {'import-methods': {'value': [None]}}),
        ('methods_are_missing', info.methods_from_glance, {}),
        ('stores_are_missing', info.default_store_from_glance, {}),
        ('default_without_a_name', info.default_store_from_glance,
         {'stores': [{'default': True}]}),
        ('usage_is_missing', info.usage_from_glance, {}),
        ('usage_is_a_list', info.usage_from_glance, {'usage': []}),
        ('quota_is_a_number', info.usage_from_glance,
         {'usage': {'image_stage_total': 7}}),
        ('limit_is_missing', info.usage_from_glance,
         {'usage': {'image_stage_total': {'usage': 7}}}),
        ('usage_is_text', info.usage_from_glance,
         {'usage': {'image_stage_total': {'usage': '7', 'limit': 8}}}),
    )
    def test_hostile(self, parse, answer):
        self.assertRaises(exception.InvalidRecord, parse, answer)

    @hypothesis.given(
        strategies.sampled_from((
            info.methods_from_glance, info.default_store_from_glance,
            info.usage_from_glance)),
        records.JSON | records.broken(body('info-import'))
        | records.broken(body('stores')) | records.broken(
            body('info-usage')) | records.broken(
                body('info-usage')['usage']).map(
                    lambda usage: {'usage': usage}))
    def test_anything(self, parse, answer):
        try:
            parse(answer)
        except exception.InvalidRecord as exc:
            self.assertLess(len(str(exc)), 700)
