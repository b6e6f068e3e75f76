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

"""Workers and their URLs."""

from __future__ import annotations

import ddt
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore.checks import exception
from nova_rbd_multistore.checks import worker
from tests import base

HOSTS = strategies.from_regex(
    r'[a-z][a-z0-9-]{0,10}(\.[a-z][a-z0-9]{0,8}){0,3}', fullmatch=True) | (
    strategies.ip_addresses().map(str))
ORIGINS = strategies.builds(
    worker.Origin, strategies.sampled_from(worker.SCHEMES), HOSTS,
    strategies.integers(1, 65535))


@ddt.ddt
class UrlTestCase(base.TestCase):

    @hypothesis.given(ORIGINS)
    def test_origin(self, origin):
        self.assertEqual(origin, worker.Origin.parse(str(origin)))
        self.assertEqual(str(origin), worker.check_url(f'{origin}/v2/'))
        if origin.is_default_port:
            self.assertEqual(
                origin, worker.Origin.parse(origin.without_port))

    @ddt.data(
        ('http://a', 'http', 'a', 80), ('https://a/image', 'https', 'a', 443),
        ('http://[::1]:9292', 'http', '::1', 9292),
        ('http://A.Example:1', 'http', 'a.example', 1))
    def test_parse(self, given):
        url, *expected = given
        origin = worker.Origin.parse(url)
        self.assertEqual(
            expected, [origin.scheme, origin.host, origin.port])

    @ddt.data(
        '', 'glance', 'glance:9292', 'ftp://a', '//a', 'http://', 'http:a',
        'http://:80', 'http://a:0', 'http://a:99999', 'http://a:x',
        'http://[::1', 'http://a?b=c', 'http://a#b', 'http://fd00::1')
    def test_none(self, url):
        error = self.assertRaises(
            exception.InvalidUrl, worker.check_url, url)
        self.assertEqual(url, error.url)
        self.assertNotIn('\n', str(error))

    @ddt.data('http://user:secret@a', 'http://:secret@a', 'secret@a',
              'user:secret@a:80', 'https://secret:secret@a/b@c')
    def test_secret_is_not_told(self, url):
        error = self.assertRaises(
            exception.InvalidUrl, worker.check_url, url)
        self.assertNotIn('secret', str(error))

    def test_is_default_port(self):
        self.assertEqual([True, True, False, False], [
            worker.Origin.parse(url).is_default_port for url in (
                'http://a', 'https://a:443', 'http://a:443', 'https://a:80')])


class NamedTestCase(base.TestCase):

    def named(self, *urls):
        return worker.named([worker.Origin.parse(url) for url in urls])

    def test_as_short_as_can_be(self):
        self.assertEqual(
            ['glance-0', 'glance-1'],
            self.named('http://glance-0.a.example:1', 'http://glance-1.b:1'))
        self.assertEqual(
            ['glance.a', 'glance.b'],
            self.named('http://glance.a', 'http://glance.b'))
        self.assertEqual(
            ['a:1', 'a:2'], self.named('http://a:1', 'http://a:2'))
        self.assertEqual(
            ['http://a:1', 'https://a:1'],
            self.named('http://a:1', 'https://a:1'))
        self.assertEqual(
            ['127.0.0.1', '::1'],
            self.named('http://127.0.0.1', 'http://[::1]'))
        self.assertEqual([], self.named())

    @hypothesis.given(strategies.lists(ORIGINS, unique=True, max_size=6))
    def test_unambiguous(self, origins):
        self.assertEqual(len(origins), len(set(worker.named(origins))))


class WorkerTestCase(base.TestCase):

    def test_origins(self):
        one = worker.Worker('a', 'http://a:1', frozenset({'b', 'a', '::1'}))
        self.assertEqual(
            ['http://a:1', 'http://[::1]:1', 'http://b:1'],
            list(map(str, one.origins)))

    def test_same(self):
        one = worker.Worker('a', 'http://a:1', frozenset({'b'}))
        for url, same in (
                ('http://a:1', True), ('http://b:1', True),
                ('http://a:2', False), ('https://a:1', False),
                ('http://a:1/image', False), ('http://c:1', False)):
            other = worker.Worker('x', url)
            self.assertEqual(same, one.is_same(other), url)
            self.assertEqual(same, other.is_same(one), url)
