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

"""How a worker of Glance is called."""

from __future__ import annotations

import urllib.parse

import ddt
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import workerconfig
from tests import base


@ddt.ddt
class FullNameTestCase(base.TestCase):

    @ddt.data(
        ('glance-0', 'glance.openstack.svc.cluster.local',
         'glance-0.glance.openstack.svc.cluster.local'),
        ('glance-0', '.example.org.', 'glance-0.example.org'),
        ('Glance-0', 'Example.org', 'glance-0.example.org'),
        ('glance-0', '', 'glance-0'),
        ('glance-0.example.org', None, 'glance-0.example.org'),
        ('glance-0.example.org.', None, 'glance-0.example.org'),
        ('glance-0.example.org', 'example.org', 'glance-0.example.org'),
        ('glance-0.example.org', '', 'glance-0.example.org'),
        ('0', 'example.org', '0.example.org'),
        ('192.0.2.1', None, '192.0.2.1'),
        ('192.0.2.1', '', '192.0.2.1'),
        ('2001:DB8::1', None, '2001:db8::1'),
        ('[2001:db8::1]', None, '2001:db8::1'))
    @ddt.unpack
    def test_full_name(self, host, domain, name):
        self.assertEqual(name, workerconfig.full_name(host, domain))

    @ddt.data(
        ('glance-0', None, '--domain'),
        ('glance-0.a.org', 'b.org', '--domain'),
        ('glance-0.xa.org', 'a.org', '--domain'),
        ('192.0.2.1', 'example.org', '--domain'),
        ('', '', '--host'), ('', 'example.org', '--host'),
        ('a..b', None, '--host'), ('-a.b', None, '--host'),
        ('a-.b', None, '--host'), ('a_b.c', None, '--host'),
        ('a b.c', None, '--host'), ('a.b\n', None, '--host'),
        ('ä.example.org', None, '--host'),
        ('a' * 64 + '.org', None, '--host'),
        ('.'.join(['a' * 60] * 5), None, '--host'),
        ('192.0.2.300', None, '--host'), ('1.2', None, '--host'),
        ('http://a.b', None, '--host'), ('a.b/glance', None, '--host'),
        ('user@a.b', None, '--host'), ('a.b:9292', None, '--host'),
        ('user:secret@a.b', None, '--host'),
        ('0.0.0.0', None, '--host'), ('::', None, '--host'),
        ('224.0.0.1', None, '--host'), ('fe80::1%eth0', None, '--host'))
    @ddt.unpack
    def test_refused(self, host, domain, option):
        exc = self.assertRaises(
            workerconfig.InvalidSetting, workerconfig.full_name, host,
            domain)
        self.assertEqual(option, exc.option)
        self.assertNotIn('secret', str(exc))


@ddt.ddt
class UrlTestCase(base.TestCase):

    @ddt.data(
        ('http', 'a.b', 9292, 'http://a.b:9292'),
        ('https', '192.0.2.1', 443, 'https://192.0.2.1:443'),
        ('http', '2001:db8::1', 1, 'http://[2001:db8::1]:1'))
    @ddt.unpack
    def test_url(self, scheme, host, port, url):
        self.assertEqual(url, workerconfig.url(scheme, host, port))

    @ddt.data(('', 'a.b', 9292), ('ftp', 'a.b', 9292),
              ('http', 'a.b', 0), ('http', 'a.b', 65536),
              ('http', 'a.b', -1))
    @ddt.unpack
    def test_refused(self, scheme, host, port):
        self.assertRaises(workerconfig.InvalidSetting,
                          workerconfig.url, scheme, host, port)

    @ddt.data('localhost', '127.0.0.1', '127.5.5.5', '::1',
              'localhost.localdomain', 'glance.localhost', 'localhost6',
              'localhost4.localdomain4', 'ip6-loopback')
    def test_loopback(self, host):
        self.assertRaises(workerconfig.InvalidSetting,
                          workerconfig.url, 'http', host, 9292)
        self.assertIn(host, workerconfig.url('http', host, 9292,
                                             allow_loopback=True))

    @hypothesis.given(strategies.one_of(
        strategies.text(max_size=30), strategies.ip_addresses().map(str),
        strategies.from_regex(r'[a-z0-9.:@/%\[\]_-]{0,30}', fullmatch=True)))
    def test_whatever_is_let_pass_is_a_plain_url(self, host):
        try:
            url = workerconfig.url(
                'http', workerconfig.full_name(host, ''), 9292)
        except workerconfig.InvalidSetting:
            return
        parts = urllib.parse.urlsplit(url)
        self.assertEqual(('http', '', '', '', 9292),
                         (parts.scheme, parts.path, parts.query,
                          parts.fragment, parts.port))
        self.assertIsNone(parts.username)
        self.assertTrue(parts.hostname)
        self.assertEqual(url, url.strip())


class SnippetTestCase(base.TestCase):

    def test_is_a_file_for_oslo_config(self):
        text = workerconfig.snippet('http://a.b:9292')
        self.assertIn('\n[DEFAULT]\nworker_self_reference_url = '
                      'http://a.b:9292\n', text)
        self.assertTrue(all(len(line) < 80 for line in text.splitlines()))
