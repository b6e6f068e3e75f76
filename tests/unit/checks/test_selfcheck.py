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

"""Self URLs that are wrong: each is found, and nothing else is."""

from __future__ import annotations

import ddt

from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import selfcheck
from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.checks import worker as worker_mod
from tests.unit.checks import base

K8S = 'glance.openstack.svc.cluster.local'


@ddt.ddt
class SelfUrlTestCase(base.CheckTestCase):

    def rebuild(self, *urls: str) -> None:
        """Give the workers other URLs."""
        for number, url in enumerate(urls):
            self.fake.rename_worker(number, url)

    @ddt.unpack
    @ddt.named_data(
        ('unset', 'self-url-unset', None),
        ('no_scheme', 'self-url-no-scheme', 'glance-1.invalid'),
        ('no_scheme_with_port', 'self-url-no-scheme', 'glance-1.invalid:80'),
        ('slashes', 'self-url-no-scheme', '//glance-1.invalid:80'),
        ('path', 'self-url-path', 'http://glance-1.invalid:80/image'),
        ('version', 'self-url-path', 'http://glance-1.invalid:80/v2'),
        ('load_balancer', 'self-url-load-balancer', 'http://glance.invalid'),
        ('load_balancer_slash', 'self-url-load-balancer',
         'http://glance.invalid/'),
        ('duplicate', 'self-url-duplicate', 'http://glance-2.invalid'),
        ('other_port', 'self-url-other-worker', 'http://glance-2.invalid:80'),
        ('stale', 'self-url-stale', 'http://glance-0.invalid:80'),
        ('unreachable', 'self-url-unreachable', 'http://nowhere.invalid'),
        ('other_scheme', 'self-url-unreachable', 'https://glance-1.invalid'),
    )
    def test_found(self, code, url):
        self.fake.worker(0).self_url = url
        report = self.check()
        self.assert_found(report, code)
        found, = report.findings
        self.assertEqual('glance-1', found.workers[0])
        if url is not None and 'nowhere' not in url:
            self.assertEqual(url, found.facts['url'])
            self.assertIn(url, found.detail)
        self.assertIn('worker_self_reference_url', found.remedy)
        # What follows would only say it again.
        self.assertEqual({row.Verdict.NOT_TRIED}, {
            one.verdict for one in report.rows
            if one.check in (row.BALANCER, row.CONVERSION)})

    def test_all_the_load_balancer(self):
        for number in range(3):
            self.fake.worker(number).self_url = self.fake.url
        self.assert_found(self.check(), *['self-url-load-balancer'] * 3)

    def test_all_unset(self):
        for number in range(3):
            self.fake.worker(number).self_url = None
        self.assert_found(self.check(), *['self-url-unset'] * 3)

    def test_shared_staging(self):
        for number in range(3):
            self.fake.worker(number).self_url = None
            self.fake.worker(number).staging = self.fake.worker(0).staging
        self.assert_found(self.check(), *['staging-shared'] * 3)

    def test_shared_by_two(self):
        for number in (0, 1):
            self.fake.worker(number).self_url = None
            self.fake.worker(number).staging = self.fake.worker(0).staging
        report = self.check(parallel=1)
        self.assertEqual(
            # The next one after glance-2 does not share with it.
            [('staging-shared', 'glance-1'), ('self-url-unset', 'glance-2')],
            [(one.code, one.workers[0]) for one in report.findings])
        self.assert_clean()

    @ddt.data(
        ('http://[2001:db8::1]:9292', 'http://[2001:db8::2]:9292',
         'http://[2001:db8::3]:9292'),
        ('http://glance-0.invalid:9292', 'http://glance-1.invalid:9292',
         'http://glance-2.invalid:9292'),
        tuple(f'http://glance-{number}.{K8S}:9292' for number in range(3)),
        ('https://a.invalid', 'https://b.invalid', 'https://c.invalid'),
        ('http://a.invalid', 'http://b.invalid:9292', 'https://c.invalid'),
    )
    def test_correct(self, urls):
        self.rebuild(*urls)
        report = worker_report = self.check_named()
        self.assert_found(report)
        self.assertEqual(list(urls), [
            one.facts['self_url'] for one in self.rows(
                worker_report, row.SELF_URL)])

    @ddt.data('http://[2001:db8::1]:9292/image',
              'http://[2001:db8::1]:9292/v2')
    def test_path_after_an_address_of_six(self, url):
        self.rebuild('http://[2001:db8::1]:9292', 'http://[2001:db8::2]:9292',
                     'http://[2001:db8::3]:9292')
        self.fake.worker(0).self_url = url
        self.assert_found(self.check_named(), 'self-url-path')

    @ddt.data('[2001:db8::1]:9292', '2001:db8::1')
    def test_address_of_six_without_a_scheme(self, url):
        self.rebuild('http://[2001:db8::1]:9292', 'http://[2001:db8::2]:9292',
                     'http://[2001:db8::3]:9292')
        self.fake.worker(0).self_url = url
        self.assert_found(self.check_named(), 'self-url-no-scheme')

    def test_default_port_is_written_or_not(self):
        for number, url in enumerate((
                'http://a.invalid', 'https://b.invalid', 'http://c.invalid')):
            self.fake.rename_worker(number, url)
            self.fake.worker(number).aliases.add(
                f'{url}:{80 if number != 1 else 443}')
            self.fake.worker(number).self_url = (
                f'{url}:{80 if number != 1 else 443}')
        self.assert_found(self.check_named())

    def test_stale_in_kubernetes(self):
        self.rebuild(*(f'http://glance-{number}.{K8S}:9292'
                       for number in range(3)))
        stale = f'http://glance-7.{K8S}:9292'
        self.fake.worker(1).self_url = stale
        report = self.check_named()
        self.assert_found(report, 'self-url-stale')
        self.assertEqual(stale, report.findings[0].facts['url'])

    def check_named(self) -> row.Report:
        """Check with workers that are named as the command does it."""
        check = self.prepare()
        self.assertEqual(len(self.topology.workers), len(
            {one.name for one in self.topology.workers}))
        return check.run()

    @property
    def topology(self) -> worker_mod.Topology:
        names = worker_mod.named(list(map(
            worker_mod.Origin.parse, self.fake.workers)))
        return worker_mod.Topology(tuple(
            worker_mod.Worker(name, url) for name, url in zip(
                names, self.fake.workers, strict=True)), self.via)


class JudgeTestCase(base.base.TestCase):

    def test_unknown_is_left_to_imports(self):
        one, = selfcheck.judge({'a': None})
        self.assertEqual(row.Verdict.NOTE, one.verdict)

    def test_a_third_ones(self):
        candidate = selfurl.Candidate(
            'http://b', selfurl.Kind.OTHER_WORKER, 'b')
        own = selfurl.Candidate('http://b.invalid', selfurl.Kind.OWN, 'b')
        first, second = selfcheck.judge({'a': candidate, 'b': own})
        self.assertEqual('self-url-other-worker', first.code)
        self.assertEqual(row.Verdict.OK, second.verdict)
        # Whatever the owner calls itself: it may be down.
        first, = selfcheck.judge({'a': candidate})
        self.assertEqual('self-url-other-worker', first.code)
