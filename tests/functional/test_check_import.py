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

"""What the check finds on workers that are set up in a wrong way."""

from __future__ import annotations

import tempfile

import ddt

from lab import fixture
from lab import settings
from nova_rbd_multistore.checks import options
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import worker as worker_mod
from tests.contract import quotas
from tests.functional import checkcase

_CONVERSION = {
    'image_import_opts': {'image_import_plugins': "['image_conversion']"},
    'image_conversion': {'output_format': 'raw'},
}
_NOWHERE = 'http://127.0.0.1:1'


class CorrectTestCase(checkcase.CheckTestCase):

    def test_all_pairs_into_two_stores(self) -> None:
        report = self.check(
            pairs=options.Pairs.ALL,
            stores=frozenset({'central', 'dcn1'}))
        self.assert_found(report)
        pairs = {(first, second) for first in self.names
                 for second in self.names if first != second}
        for check in (row.IMPORT, row.DELETE):
            rows = [one for one in report.rows if one.check == check]
            self.assertEqual(pairs, {one.workers for one in rows})
            self.assertEqual({row.Verdict.OK}, {one.verdict for one in rows})
            self.assertEqual({True}, {one.facts['forwarded']
                                      for one in rows})
        self.assertEqual({('central', 'dcn1')}, {
            tuple(one.facts['stores']) for one in report.rows
            if one.check == row.IMPORT})
        self.assertEqual(
            [row.Verdict.OK], [one.verdict for one in report.rows
                               if one.check == row.BALANCER])

    def test_read_only_makes_nothing(self) -> None:
        before = self.admin_tasks()
        report = self.check(read_only=True)
        self.assert_found(report)
        self.assertEqual({row.WORKER}, {one.check for one in report.rows})
        self.assertEqual(before, self.admin_tasks())

    def admin_tasks(self) -> int:
        return len(list(self.admin.tasks.list()))

    def test_stop(self) -> None:
        check = self.prepare(lambda one: check.stop()
                             if one.check == row.IMPORT else None)
        report = check.run()
        self.assertEqual((), report.findings)
        self.assertEqual([row.RUN], [one.check for one in report.rows[-1:]])
        self.assert_clean()

    def test_left_overs(self) -> None:
        left = self.reach(self.workers[1].url)
        with tempfile.TemporaryFile() as data:
            data.write(b'left over')
            data.seek(0)
            image_id = left.create(
                'left', 'raw', ['nova-rbd-multistore-check'])
            left.stage(image_id, data)
        report = self.check(read_only=True)
        self.assertEqual(
            [('left-over', image_id)],
            [(one.code, one.facts['image']) for one in report.findings])
        # In any case it is in nobody's way.
        report = self.check(remove_left_overs=True)
        self.assert_found(report)


@ddt.ddt
class SelfUrlTestCase(checkcase.CheckTestCase):
    """One worker calls itself by something that is wrong.

    In a lab with names, where no worker calls itself by its address.
    """

    def setUp(self) -> None:
        super().setUp()
        self.assertIsNotNone(self.lab.state.names, 'start it with --names')

    @ddt.named_data(
        ['unset', 'self-url-unset', ''],
        ['no_scheme', 'self-url-no-scheme', '{host}:{port}'],
        ['path', 'self-url-path', 'http://{host}:{port}/image'],
        ['path_of_the_api', 'self-url-path', 'http://{host}:{port}/v2'],
        ['load_balancer', 'self-url-load-balancer', '{balancer}'],
        ['duplicate', 'self-url-duplicate', '{other}'],
        ['other_worker', 'self-url-other-worker', '{address}'],
        ['unreachable', 'self-url-unreachable', _NOWHERE],
        ['other_scheme', 'self-url-unreachable', 'https://{host}:{port}'],
        ['unknown_name', 'self-url-unreachable', 'http://glance.invalid:80'],
    )
    @ddt.unpack
    def test_found(self, code: str, url: str) -> None:
        mine = worker_mod.Origin.parse(self.workers[0].url)
        given = url.format(
            host=mine.host, port=mine.port, other=self.self_url(1),
            address=self.workers[1].url,
            balancer=self.lab.state.glance_url)
        self.configure(settings.GlanceSettings(overrides={
            'DEFAULT': {'worker_self_reference_url': given}}), 0)
        report = self.check()
        self.assert_found(report, code)
        found, = report.findings
        self.assertEqual(self.names[0], found.workers[0])
        if given and given != _NOWHERE and 'invalid' not in given:
            self.assertEqual(given, found.facts['url'])

    def test_slash_at_its_end_does_no_harm(self) -> None:
        self.configure(settings.GlanceSettings(
            self_reference_url=f'{self.self_url(0)}/'), 0)
        report = self.check()
        self.assert_found(report)

    def test_public_endpoint_counts_where_it_is_unset(self) -> None:
        self.configure(settings.GlanceSettings(overrides={
            'DEFAULT': {'worker_self_reference_url': '',
                        'public_endpoint': self.lab.state.glance_url}}))
        self.assert_found(self.check(), *['self-url-load-balancer'] * 3)

    def test_stale_after_a_rename(self) -> None:
        stale = self.self_url(0)
        self.useFixture(fixture.Renamed(
            self.lab, self.workers[0].name, 'glance-api-7'))
        report = self.check()
        self.assert_found(report, 'self-url-stale')
        self.assertEqual(stale, report.findings[0].facts['url'])

    def self_url(self, number: int) -> str:
        worker = self.workers[number]
        return f'http://{worker.host}:{worker.port}'

    def test_shared_staging(self) -> None:
        shared = self.workers[0].staging
        self.configure(settings.GlanceSettings(overrides={
            **checkcase.UNSET, 'os_glance_staging_store': {
                'filesystem_store_datadir': str(shared)}}))
        self.assert_found(self.check(), *['staging-shared'] * 3)


class WorkerTestCase(checkcase.CheckTestCase):
    """Something else is wrong with a worker, or with who asks."""

    def test_method_disabled(self) -> None:
        self.configure(settings.GlanceSettings(
            import_methods=('copy-image', 'web-download')), 2)
        report = self.check()
        self.assert_found(report, 'method-disabled')
        self.assertEqual((self.names[2],), report.findings[0].workers)
        self.assertEqual('glance-direct', report.findings[0].facts['method'])

    def test_store_is_not_known_at_one(self) -> None:
        self.configure(settings.GlanceSettings(overrides={'DEFAULT': {
            'enabled_backends': 'central:rbd, dcn0:rbd, dcn1:rbd'}}), 2)
        report = self.check()
        self.assert_found(report, 'store-missing')
        self.assertEqual('dcn10', report.findings[0].facts['store'])

    def test_store_that_no_worker_has(self) -> None:
        report = self.check(stores=frozenset({'dcn99'}))
        self.assertIn('store-missing',
                      [one.code for one in report.findings])
        self.assert_clean()

    def test_another_hash(self) -> None:
        self.configure(settings.GlanceSettings(overrides={
            'DEFAULT': {'hashing_algorithm': 'sha256'}}))
        self.assert_found(self.check())

    def test_not_permitted(self) -> None:
        self.configure(settings.GlanceSettings(
            policies={'add_image': '!'}), 1)
        self.assert_found(self.check(), 'not-permitted')

    def test_quota(self) -> None:
        self.make_image(1)
        with quotas.Quotas(self.lab.state, 'image_size_total') as limits:
            self.configure(settings.GlanceSettings(
                overrides=limits.overrides))
            report = self.check()
        self.assert_found(report, *['quota'] * 3)

    def test_conversion(self) -> None:
        self.configure(settings.GlanceSettings(overrides=_CONVERSION))
        report = self.check()
        self.assert_found(report)
        self.assertEqual({('raw', 1024 * 1024)}, {
            (one.facts['disk_format'], one.facts['size'])
            for one in report.rows if one.check == row.CONVERSION})

    def test_conversion_at_one_only(self) -> None:
        self.configure(settings.GlanceSettings(overrides=_CONVERSION), 0)
        report = self.check()
        self.assert_found(report, 'conversion-differs')
        self.assertEqual(tuple(self.names[1:]),
                         tuple(sorted(report.findings[0].workers)))


class DownTestCase(checkcase.CheckTestCase):
    """A worker is down, before or while the check runs."""

    def test_images_that_wait_there_are_named(self) -> None:
        waiting = self.stage_at(0)
        self.useFixture(fixture.Killed(self.lab, self.workers[0].name))
        for changes in ({'read_only': True}, {}):
            report = self.check(**changes)
            self.assertEqual(['worker-down'],
                             [one.code for one in report.findings])
            self.assertEqual([waiting], report.findings[0].facts['staged'])

    def stage_at(self, number: int) -> str:
        service = self.reach(self.workers[number].url)
        image_id = service.create('waiting', 'raw')
        with tempfile.TemporaryFile() as data:
            data.write(b'waiting')
            data.seek(0)
            service.stage(image_id, data)
        self.addCleanup(service.delete, image_id)
        return image_id

    def test_killed_between_stage_and_import(self) -> None:
        victim = self.lab.workers[self.workers[0].name]
        killed = []

        def kill(one: row.Row) -> None:
            if one.check == row.SELF_URL and not killed:
                killed.append(victim)
                victim.kill()

        self.addCleanup(victim.start)
        report = self.check(kill)
        self.assertEqual({'worker-down'},
                         {one.code for one in report.findings})
        found = report.findings[0]
        self.assertEqual((self.names[0],), found.workers)
        image_id, = found.facts['staged']
        self.assertIn(image_id, found.detail)

        victim.start()
        # The next one finds it, with its data where they were.
        self.assertEqual(
            [image_id], [path.name for path in
                         self.workers[0].staging.iterdir()])
        report = self.check(remove_left_overs=True)
        self.assert_found(report)
