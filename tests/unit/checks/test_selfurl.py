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

"""Which URLs are tried."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies

from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.checks import worker
from tests import base
from tests.unit.checks import test_worker

LIKELY_FIRST = [
    selfurl.Kind.OWN, selfurl.Kind.OTHER_WORKER, selfurl.Kind.LOAD_BALANCER]


def topology(*urls, via=None, shared=(), aliases=()):
    return worker.Topology(tuple(
        worker.Worker(f'w{number}', url, frozenset(aliases))
        for number, url in enumerate(urls)), via, tuple(shared))


def kinds(one, position=0):
    return {candidate.url: (candidate.kind, candidate.owner)
            for candidate in selfurl.candidates(
                one.workers[position], one)}


class CandidatesTestCase(base.TestCase):

    @hypothesis.given(
        strategies.lists(test_worker.ORIGINS, min_size=1, max_size=4,
                         unique=True),
        strategies.none() | test_worker.ORIGINS.map(str))
    def test_once_each_and_the_likely_first(self, origins, via):
        one = topology(*map(str, origins), via=via)
        found = list(selfurl.candidates(one.workers[0], one))
        self.assertEqual(len(found), len({each.url for each in found}))
        self.assertEqual(selfurl.Kind.OWN, found[0].kind)
        places = [LIKELY_FIRST.index(each.kind)
                  if each.kind in LIKELY_FIRST else 3 for each in found]
        self.assertEqual(sorted(places), places)
        # Each is a request.
        self.assertLess(len(found), 40 * (len(origins) + 3))

    def test_kinds(self):
        one = topology('http://glance-0.x:9292', 'http://glance-1.x:9292',
                       via='http://glance.x/image', shared=['http://all:9292'])
        own, other = ('w0', 'w1')
        for url, kind, owner in (
                ('http://glance-0.x:9292', 'OWN', own),
                ('http://glance-1.x:9292', 'OTHER_WORKER', other),
                ('http://glance.x/image', 'LOAD_BALANCER', None),
                ('http://glance.x/image/', 'LOAD_BALANCER', None),
                ('http://glance.x:80', 'LOAD_BALANCER', None),
                ('http://all:9292', 'LOAD_BALANCER', None),
                ('glance-0.x:9292', 'NO_SCHEME', own),
                ('glance-0.x', 'NO_SCHEME', own),
                ('//glance-0.x:9292', 'NO_SCHEME', own),
                ('http://glance-0.x:9292/', 'OWN', own),
                ('http://glance-0.x:9292/v2', 'PATH', own),
                ('https://glance-0.x:9292', 'OTHER_SCHEME', own),
                ('http://glance-0.x', 'OTHER_SCHEME', own),
                ('http://glance-2.x:9292', 'STALE', None)):
            self.assertEqual(
                (selfurl.Kind[kind], owner), kinds(one).get(url), url)

    def test_default_port(self):
        found = kinds(topology('http://a', 'https://b'))
        for url, kind in (('http://a', 'OWN'), ('http://a:80', 'OWN'),
                          ('https://b', 'OTHER_WORKER'),
                          ('https://b:443', 'OTHER_WORKER')):
            self.assertEqual(selfurl.Kind[kind], found[url][0], url)

    def test_path_of_its_own(self):
        found = kinds(topology('http://a/image', 'http://b/image'))
        self.assertEqual(selfurl.Kind.OWN, found['http://a/image'][0])
        self.assertEqual(
            selfurl.Kind.OTHER_WORKER, found['http://b/image'][0])
        self.assertEqual(selfurl.Kind.PATH, found['http://a:80/v2'][0])

    def test_address_of_six(self):
        found = kinds(topology('http://[fd00::1]:9292'))
        self.assertEqual(
            selfurl.Kind.NO_SCHEME, found['[fd00::1]:9292'][0])
        self.assertEqual(selfurl.Kind.NO_SCHEME, found['fd00::1'][0])
        self.assertEqual(
            selfurl.Kind.PATH, found['http://[fd00::1]:9292/image'][0])

    def test_aliases(self):
        found = kinds(topology('http://a:1', aliases=['10.0.0.1']))
        self.assertEqual(selfurl.Kind.OWN, found['http://10.0.0.1:1'][0])


class StaleTestCase(base.TestCase):

    def stale(self, *urls, position=0):
        return [url for url, (kind, _owner) in kinds(
            topology(*urls), position).items()
            if kind is selfurl.Kind.STALE]

    def test_numbers_that_nobody_has(self):
        self.assertEqual(
            [f'http://glance-{number}.a.b:1' for number in (
                1, 3, 4, 5, 6, 7)],
            self.stale('http://glance-0.a.b:1', 'http://glance-2.a.b:1'))

    def test_zeros_in_front(self):
        self.assertEqual(
            [f'http://g{number:02}:1' for number in (0, 2, 3, 4, 5, 6)],
            self.stale('http://g01:1'))

    def test_zeros_in_front_of_another(self):
        found = self.stale('http://g10:1', 'http://g09:1')
        self.assertIn('http://g08:1', found)
        self.assertNotIn('http://g8:1', found)
        self.assertIn('http://g11:1', found)

    def test_last_number_of_the_first_label(self):
        self.assertIn('http://dcn1-glance3b.x7:1',
                      self.stale('http://dcn1-glance2b.x7:1'))

    def test_no_siblings(self):
        for url in ('http://glance:1', 'http://10.0.0.1:1',
                    'http://[fd00::1]:1', 'http://glance.dcn1:1'):
            self.assertEqual([], self.stale(url))

    def test_date(self):
        found = self.stale('http://glance-20260101:1')
        self.assertLess(len(found), 60)
        self.assertIn('http://glance-20260100:1', found)
