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

"""Workers are found: given, from names, from the catalog."""

from __future__ import annotations

import socket
from unittest import mock

import ddt
import fixtures

from nova_rbd_multistore import glance
from nova_rbd_multistore.checks import discovery
from nova_rbd_multistore.checks import exception
from tests import base

SERVICE = 'glance.svc'
PODS = {f'10.0.0.{number}': f'glance-{number}.{SERVICE}'
        for number in (1, 2, 10)}
NAMES = {SERVICE: ['10.0.0.10', '10.0.0.1', '10.0.0.2'],
         **{name: [address] for address, name in PODS.items()}}


def resolver(names=NAMES, pointers=PODS):
    """Return a resolver of two tables."""
    def addresses(name):
        if name not in names:
            raise socket.gaierror(-2, 'Name or service not known')
        return names[name]

    return discovery.Resolver(addresses, pointers.get)


@ddt.ddt
class DiscoveredTestCase(base.TestCase):

    def test_pods_in_the_order_of_their_numbers(self):
        self.assertEqual(
            [f'http://glance-{number}.{SERVICE}:9292'
             for number in (1, 2, 10)],
            discovery.discovered(SERVICE, resolver()))

    def test_one_pod(self):
        for service in (f'glance-1.{SERVICE}', f'glance-1.{SERVICE}:9292'):
            self.assertEqual([f'http://glance-1.{SERVICE}:9292'],
                             discovery.discovered(service, resolver()))

    @ddt.data(
        {}, dict.fromkeys(PODS, SERVICE), dict.fromkeys(PODS, 'localhost'),
        dict.fromkeys(PODS, 'elsewhere.example'),
        dict.fromkeys(PODS, 'both.example'))
    def test_addresses_without_a_name_of_their_own(self, pointers):
        names = {**NAMES, 'localhost': ['127.0.0.1'],
                 'both.example': ['10.0.0.1', '10.0.0.2', '10.0.0.10']}
        self.assertEqual(
            [f'http://{address}:9292' for address in PODS],
            discovery.discovered(SERVICE, resolver(names, pointers)))

    def test_both_families(self):
        six = {f'fd00::{number}': f'glance-{number}.{SERVICE}'
               for number in (1, 2)}
        four = {f'10.0.0.{number}': f'glance-{number}.{SERVICE}'
                for number in (1, 2)}
        names = {SERVICE: [*six, *four], **{
            f'glance-{number}.{SERVICE}': [
                f'fd00::{number}', f'10.0.0.{number}'] for number in (1, 2)}}
        self.assertEqual(
            [f'http://glance-{number}.{SERVICE}:9292' for number in (1, 2)],
            discovery.discovered(SERVICE, resolver(names, six | four)))
        # One of them leads elsewhere.
        self.assertIn('http://[fd00::1]:9292', discovery.discovered(
            SERVICE, resolver(names, six)))

    def test_addresses_of_six(self):
        self.assertEqual(
            ['http://[fd00::1]:80', 'http://[fd00::2]:80'],
            discovery.discovered(f'{SERVICE}:80', resolver(
                {SERVICE: ['fd00::2', 'fd00::1']}, {})))

    def test_unknown(self):
        error = self.assertRaises(
            exception.UnknownHost, discovery.discovered, 'no.invalid',
            resolver())
        self.assertIn('no.invalid has no address', str(error))
        self.assertIn('not known', error.reason)

    @ddt.unpack
    @ddt.data(
        ('a', 'http://a:9292'), ('a:1', 'http://a:1'),
        ('https://a', 'https://a:9292'), ('https://a:443', 'https://a:443'),
        ('a/', 'http://a:9292'), ('[fd00::1]', 'http://[fd00::1]:9292'),
        ('http://[fd00::1]', 'http://[fd00::1]:9292'),
        ('[fd00::1]:1', 'http://[fd00::1]:1'))
    def test_service(self, given, url):
        self.assertEqual(url, str(discovery.service_origin(given)))

    @ddt.data('', 'a/image', 'ftp://a', 'a:b', 'a:0', 'fd00::1', 'u:p@a')
    def test_no_service(self, given):
        self.assertRaises(
            exception.InvalidUrl, discovery.service_origin, given)


@ddt.ddt
class GivenTestCase(base.TestCase):

    def given(self, *urls, **tables):
        return discovery.given(urls, resolver(**tables))

    def test_names_and_aliases(self):
        first, second = self.given(
            f'http://glance-1.{SERVICE}:9292/v2/', 'http://10.0.0.2:9292')
        self.assertEqual(
            ('glance-1', f'http://glance-1.{SERVICE}:9292',
             {'10.0.0.1', f'glance-1.{SERVICE}'}),
            (first.name, first.url, first.aliases))
        self.assertEqual(
            ('10.0.0.2', {f'glance-2.{SERVICE}'}),
            (second.name, second.aliases))

    @ddt.data(
        ('http://a', 'http://a'), ('http://a', 'http://a/v2'),
        ('http://a', 'http://a:80/'), ('http://a', 'HTTP://A'),
        (f'http://glance-1.{SERVICE}:1', 'http://10.0.0.1:1'),
        ('http://10.0.0.1:1', f'http://glance-1.{SERVICE}:1'))
    def test_twice(self, urls):
        one, = self.given(*urls)
        self.assertEqual(urls[0], one.url)

    @ddt.data(
        ('http://a:1', 'http://a:2'), ('http://a', 'https://a'),
        ('http://a/one', 'http://a/two'))
    def test_two_of_one_host(self, urls):
        self.assertEqual(2, len({one.name for one in self.given(*urls)}))

    def test_no_alias(self):
        for url in ('http://unknown:1', f'http://{SERVICE}:1',
                    'http://10.0.0.99:1'):
            self.assertEqual(frozenset(), self.given(url)[0].aliases)
        # Everybody's name.
        one, = self.given(
            'http://127.0.0.1:1', names={'localhost': ['127.0.0.1']},
            pointers={'127.0.0.1': 'localhost'})
        self.assertEqual(frozenset(), one.aliases)

    def test_invalid(self):
        self.assertRaises(
            exception.InvalidUrl, self.given, 'http://a', 'glance:9292')


class TopologyTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.endpoints = {'image': ['http://glance.example/v2'],
                          'image_remote': []}
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.glance.catalog.urls',
            lambda _access, kind: tuple(self.endpoints[kind])))

    def topology(self, **wanted):
        return discovery.topology(
            discovery.Wanted(**wanted), glance.Access(None), resolver())

    def urls(self, one):
        return [worker.url for worker in one.workers]

    def test_given(self):
        one = self.topology(workers=['http://a', 'http://b'])
        self.assertEqual(['http://a', 'http://b'], self.urls(one))
        self.assertEqual('http://glance.example', one.via)
        self.assertEqual(('http://glance.example',), one.shared)

    def test_given_and_discovered(self):
        one = self.topology(
            workers=['http://a', f'http://glance-1.{SERVICE}:9292'],
            services=[SERVICE], via='http://lb/v2/')
        self.assertEqual(
            ['http://a', *(f'http://glance-{number}.{SERVICE}:9292'
                           for number in (1, 2, 10))], self.urls(one))
        self.assertEqual('http://lb', one.via)
        self.assertEqual(
            ('http://glance.example', f'http://{SERVICE}:9292'), one.shared)

    def test_name_of_a_pod_is_not_shared(self):
        one = self.topology(services=[f'glance-1.{SERVICE}'])
        self.assertEqual(('http://glance.example',), one.shared)

    def test_catalog(self):
        self.endpoints = {
            'image': ['http://a', 'http://internal'],
            'image_remote': ['http://b', 'http://c']}
        one = self.topology()
        self.assertEqual(['http://a', 'http://b'], self.urls(one))
        self.assertEqual('http://internal', one.via)

    def test_catalog_with_one_endpoint(self):
        one = self.topology()
        self.assertEqual(['http://glance.example'], self.urls(one))
        self.assertIsNone(one.via)

    def test_catalog_without_any(self):
        self.endpoints['image'] = []
        error = self.assertRaises(exception.NoWorkers, self.topology)
        self.assertIn('--worker', str(error))
        one = self.topology(workers=['http://a'])
        self.assertIsNone(one.via)

    def test_load_balancer_is_a_worker(self):
        error = self.assertRaises(
            exception.SameUrl, self.topology,
            workers=['http://a', 'http://b'], via='http://b/v2')
        self.assertEqual('http://b', error.url)
        # The catalog's endpoint may be one.
        one = self.topology(workers=['http://a', 'http://glance.example'])
        self.assertIsNone(one.via)


class SystemTestCase(base.TestCase):

    def test_addresses(self):
        self.assertIn('127.0.0.1', discovery.Resolver.system().addresses(
            '127.0.0.1'))

    def test_label_that_is_none(self):
        for name in ('a..b', 'x' * 70):
            self.assertRaises(
                OSError, discovery.Resolver.system().addresses, name)

    def test_name(self):
        with mock.patch('socket.gethostbyaddr', return_value=('a', [], [])):
            self.assertEqual('a', discovery.Resolver.system().name('::1'))
        with mock.patch('socket.gethostbyaddr', side_effect=socket.herror):
            self.assertIsNone(discovery.Resolver.system().name('::1'))
