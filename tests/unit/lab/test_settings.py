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

import testtools

from lab import exception
from lab import settings


class LabSettingsTestCase(testtools.TestCase):

    def test_defaults(self):
        asked = settings.LabSettings()
        self.assertEqual(('central', 'dcn0', 'dcn1'), asked.sites)
        self.assertEqual('storage', asked.profile)

    def test_names_that_contain_each_other(self):
        asked = settings.LabSettings(sites=('central', 'dcn1', 'dcn10'))
        self.assertEqual(('central', 'dcn1', 'dcn10'), asked.sites)

    def test_refused_sites(self):
        for sites in ((), ('',), ('Central',), ('a b',), ('1st',),
                      ('a', 'a'), ('a' * 33,), ('glance_store',),
                      ('database',), ('os_glance_staging_store',),
                      tuple(f's{number}' for number in range(17))):
            with testtools.ExpectedException(exception.InvalidSettings):
                settings.LabSettings(sites=sites)

    def test_refused_profile(self):
        self.assertRaises(exception.InvalidSettings,
                          settings.LabSettings, profile='moon')

    def test_refused_osd_size(self):
        self.assertRaises(exception.InvalidSettings,
                          settings.LabSettings, osd_gib=0)

    def test_refused_workers(self):
        self.assertEqual(3, settings.LabSettings().workers)
        for workers in (0, 10):
            self.assertRaises(exception.InvalidSettings,
                              settings.LabSettings, workers=workers)

    def test_refused_names(self):
        self.assertIsNone(settings.LabSettings().names)
        self.assertRaises(exception.InvalidSettings,
                          settings.LabSettings, names='some')

    def test_refused_port_base(self):
        for base in (80, 65536):
            self.assertRaises(exception.InvalidSettings,
                              settings.LabSettings, port_base=base)

    def test_cloud_has_a_compute_at_each_site(self):
        asked = settings.LabSettings(profile='cloud', computes={'dcn0': 3})
        self.assertEqual({'central': 1, 'dcn0': 3, 'dcn1': 1},
                         asked.computes)

    def test_storage_has_no_computes(self):
        self.assertEqual({}, settings.LabSettings().computes)
        self.assertRaises(exception.InvalidSettings,
                          settings.LabSettings, computes={'dcn0': 1})

    def test_refused_computes(self):
        for computes in ({'moon': 1}, {'dcn0': -1}, {'dcn0': 15}):
            self.assertRaises(
                exception.InvalidSettings, settings.LabSettings,
                profile='cloud', computes=computes)

    def test_dcn0_has_a_glance_of_its_own_unless_told_otherwise(self):
        for sites, edges in (
                (('central', 'dcn0', 'dcn1'), ('dcn0',)),
                (('central', 'dcn1'), ()),
                # It is the hub.
                (('dcn0', 'dcn1'), ())):
            self.assertEqual(edges, settings.LabSettings(sites=sites).edges)

    def test_edges_are_in_the_order_of_the_sites(self):
        self.assertEqual(('dcn0', 'dcn1'), settings.LabSettings(
            edges=('dcn1', 'dcn0')).edges)
        self.assertEqual((), settings.LabSettings(edges=()).edges)

    def test_refused_edges(self):
        for edges in (('central',), ('moon',), ('dcn0', 'moon')):
            self.assertRaises(exception.InvalidSettings,
                              settings.LabSettings, edges=edges)

    def test_difference_in_edges(self):
        self.assertEqual(
            ['edges is dcn0, asked for dcn0,dcn1'],
            settings.LabSettings().differences(
                settings.LabSettings(edges=('dcn0', 'dcn1'))))

    def test_difference_in_computes(self):
        mine = settings.LabSettings(profile='cloud', sites=('a',))
        theirs = settings.LabSettings(profile='cloud', sites=('a',),
                                      computes={'a': 2})
        self.assertEqual(['computes is a=1, asked for a=2'],
                         mine.differences(theirs))

    def test_differences_name_what_differs(self):
        mine = settings.LabSettings(sites=('a', 'b'))
        self.assertEqual([], mine.differences(
            settings.LabSettings(sites=('a', 'b'))))
        self.assertEqual(
            ['sites is a,b, asked for a,c',
             'port_base is 21000, asked for 31000'],
            mine.differences(
                settings.LabSettings(sites=('a', 'c'), port_base=31000)))
