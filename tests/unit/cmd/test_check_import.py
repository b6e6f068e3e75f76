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

"""``check import``, on FakeGlance."""

from __future__ import annotations

import argparse
import csv
import io
import pathlib
import re
import signal
import subprocess
import sys

import ddt
import fixtures
import yaml

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore.checks import importcheck
from nova_rbd_multistore.checks import material
from nova_rbd_multistore.checks import options as options_mod
from nova_rbd_multistore.cmd import check_import
from nova_rbd_multistore.cmd import exitcodes
from tests import base
from tests import signals
from tests.unit.cmd import running

_TIMEOUT = 60


class CheckCase(running.CloudTestCase):

    def setUp(self):
        super().setUp()
        self.log_in(self.fake.tenant)
        self.useFixture(fixtures.MonkeyPatch(
            'tenacity.nap.sleep', self.fake.clock.sleep))
        # What a token alone gives: no catalog.
        self.endpoints = {'image': (self.fake.url,), 'image_remote': ()}
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.glance.catalog.urls',
            lambda _access, kind: self.endpoints[kind]))
        # No names of this machine.
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.checks.discovery._aliases',
            lambda *_args: frozenset()))

    def check(self, *words, err=None, workers=True):
        given = [word for url in self.fake.workers
                 for word in ('--worker', url)] if workers else []
        return running.run(
            'check', 'import', '--size', '1', *given, *words, err=err)


@ddt.ddt
class OutputTestCase(CheckCase):

    def test_table(self):
        done = self.check()
        self.assertEqual(exitcodes.OK, done.code, done.err)
        self.assertIn('| check ', done.out)
        self.assertIn('glance-1 -> glance-2', done.out)
        self.assertNotIn('| facts', done.out)
        self.assertEqual('19 ok, 3 note', done.out.splitlines()[-1])

    def test_findings_have_paragraphs(self):
        self.fake.worker(0).self_url = None
        self.fake.worker(1).self_url = 'glance-2.invalid'
        done = self.check()
        self.assertEqual(exitcodes.FINDINGS, done.code)
        after = done.out.rpartition('+\n')[2]
        self.assertIn('\nself-url-unset: glance-1\n  What is', after)
        self.assertIn('\nself-url-no-scheme: glance-2\n', after)
        self.assertLessEqual(max(map(len, after.splitlines())), 79)
        self.assertIn('Set worker_self_reference_url in [DEFAULT] of '
                      'glance-api.conf of glance-1', ' '.join(after.split()))
        self.assertIn('2 found', after.splitlines()[-1])

    def test_json(self):
        self.fake.worker(0).self_url = None
        done = self.check('-f', 'json')
        self.assertEqual(exitcodes.FINDINGS, done.code)
        self.assertEqual(
            {'check', 'workers', 'verdict', 'seconds', 'code', 'detail',
             'remedy', 'facts'}, {name for row in done.json for name in row})
        found, = (row for row in done.json if row['verdict'] == 'found')
        self.assertEqual(('self-url-unset', ['glance-1']),
                         (found['code'], found['workers']))
        self.assertEqual('glance-2', found['facts']['through'])
        good = next(row for row in done.json if row['check'] == 'worker')
        self.assertEqual((None, None, None), (
            good['code'], good['remedy'], good['seconds']))

    def test_yaml_is_as_json(self):
        done = self.check('--read-only', '-f', 'yaml')
        self.assertEqual(self.check('--read-only', '-f', 'json').json,
                         yaml.safe_load(done.out))

    def test_csv_and_value(self):
        done = self.check('--read-only', '-f', 'csv', '-c', 'check',
                          '-c', 'verdict')
        self.assertEqual(
            [['check', 'verdict'], *[['worker', 'ok']] * 3],
            list(csv.reader(io.StringIO(done.out))))
        done = self.check('--read-only', '-f', 'value', '-c', 'verdict')
        self.assertEqual('ok\nok\nok\n', done.out)

    def test_no_paragraphs_for_programs(self):
        self.fake.stop_worker(0)
        done = self.check('--read-only', '-f', 'value', '-c', 'code',
                          '-c', 'verdict')
        self.assertEqual(exitcodes.FINDINGS, done.code)
        self.assertEqual(3, len(done.out.splitlines()))
        self.assertIn('found worker-down', done.out)

    def test_progress_in_a_pipe(self):
        done = self.check('--pairs', 'ring', '-f', 'json')
        lines = done.err.splitlines()
        self.assertEqual(len(done.json), len(lines))
        self.assertIn('import glance-1 -> glance-2: ok, forwarded, active in '
                      'central', lines)
        self.assertNotIn('\x1b', done.err)

    def test_progress_has_the_code_of_a_finding(self):
        self.fake.worker(0).self_url = 'glance-1.invalid'
        self.assertIn('self URL glance-1: found, self-url-no-scheme\n',
                      self.check('-f', 'json').err)

    def test_progress_on_a_terminal(self):
        done = self.check('-f', 'json', err=running.Terminal())
        self.assertIn('import glance-1 -> glance-2: ok\r\x1b[K', done.err)
        self.assertNotIn('\n', done.err)
        # Nothing is left when the terminal has obeyed.
        self.assertEqual('', re.sub(r'[^\n]*\r\x1b\[K', '', done.err))

    def test_token_is_not_told(self):
        self.fake.stop_worker(0)
        done = self.check('-f', 'json')
        for text in (done.out, done.err, self.log.output):
            self.assertNotIn(self.fake.tenant.token, text)


@ddt.ddt
class CodeTestCase(CheckCase):

    @ddt.data(
        ('--worker', 'glance-1:9292'), ('--worker', 'http://'),
        ('--worker', 'http://u:secret@glance'), ('--discover', 'a/b'),
        ('--discover', 'a..b'), ('--via', 'glance'), ('--size', '0'),
        ('--size', 'x'), ('--timeout', '-1'), ('--parallel', '0'),
        ('--pairs', 'some'), ('--image-file', '/no/such/file'),
        ('--via', 'http://glance-1.invalid'), ('--nonsense',))
    def test_usage(self, words):
        done = self.check(*words)
        self.assertEqual((exitcodes.USAGE, ''), (done.code, done.out))
        self.assertNotIn('secret', done.err)
        self.assertNotIn('Traceback', done.err)
        self.assertEqual([], self.fake.requests)

    def test_no_workers(self):
        self.endpoints['image'] = ()
        done = self.check(workers=False)
        self.assertEqual((exitcodes.USAGE, ''), (done.code, done.out))
        self.assertIn('--worker', done.err)
        self.assertEqual(1, len(done.err.splitlines()))

    def test_catalog_alone(self):
        done = self.check('-f', 'json', workers=False)
        self.assertEqual(exitcodes.OK, done.code, done.err)
        self.assertIn('nothing can be forwarded', done.out)

    def test_all_workers_are_down(self):
        for number in range(3):
            self.fake.stop_worker(number)
        self.assertEqual(exitcodes.FINDINGS, self.check().code)

    def test_unreachable(self):
        def down(*_args):
            raise exception.GlanceUnavailable('log in', 'no connection')

        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.glance.catalog.urls', down))
        done = self.check()
        self.assertEqual((exitcodes.UNREACHABLE, ''), (done.code, done.out))
        self.assertIn('no connection', done.err)

    def test_handlers_are_restored(self):
        before = [signal.getsignal(one)
                  for one in (signal.SIGINT, signal.SIGTERM)]
        self.check('--read-only')
        self.fake.break_requests(fixture.Fault(500, method='GET'), 1000)
        self.check('--read-only')
        self.assertEqual(before, [
            signal.getsignal(one)
            for one in (signal.SIGINT, signal.SIGTERM)])


@ddt.ddt
class SignalTestCase(CheckCase):

    @ddt.data(signal.SIGINT, signal.SIGTERM)
    def test_first_one_stops_and_cleans(self, number):
        seen = []

        def tell(told):
            # In the main thread, where signals are handled.
            if told.check == 'self URL' and not seen:
                signal.raise_signal(number)
                seen.append(signal.getsignal(number))

        before = signal.getsignal(number)
        made = importcheck.ImportCheck

        def prepare(*args):
            return made(*args[:-1], lambda told: (tell(told),
                                                  args[-1](told)))

        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.checks.importcheck.ImportCheck', prepare))
        done = self.check('--parallel', '1', '-f', 'json')
        self.assertEqual(exitcodes.INTERRUPTED, done.code, done.err)
        self.assertIn('Stopping, and removing what was made; once more to '
                      'leave it.\n', done.err)
        self.assertEqual('run', done.json[-1]['check'])
        # The second one is not ours.
        self.assertEqual([signal.SIG_DFL], seen)
        self.assertEqual(before, signal.getsignal(number))
        self.assertEqual([], [
            image for image in self.fake._database.images.values()
            if not image.deleted])


class OptionsTestCase(base.TestCase):

    def options(self, *words):
        parser = argparse.ArgumentParser()
        check_import._add_workers(parser)
        check_import._add_work(parser)
        return check_import._options(parser.parse_args(words))

    def test_defaults(self):
        made, default = self.options(), options_mod.Options()
        self.assertEqual(
            [(default.stores, default.timeout, default.pairs,
              default.read_only, default.remove_left_overs,
              default.parallel, default.raw.size, default.qcow2.size)],
            [(made.stores, made.timeout, made.pairs, made.read_only,
              made.remove_left_overs, made.parallel, made.raw.size,
              made.qcow2.size)])

    def test_all(self):
        made = self.options(
            '--store', 'a', '--store', 'b', '--pairs', 'ring', '--size', '3',
            '--timeout', '7.5', '--parallel', '2', '--read-only',
            '--remove-left-overs')
        self.assertEqual(
            (frozenset('ab'), 7.5, options_mod.Pairs.RING, True, True, 2,
             3 << 20),
            (made.stores, made.timeout, made.pairs, made.read_only,
             made.remove_left_overs, made.parallel, made.raw.size))

    def test_file(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('i'))
        path.write_bytes(b'raw')
        made = self.options('--image-file', str(path))
        self.assertEqual((3, material.MIB), (made.raw.size, made.qcow2.size))
        path.write_bytes(material.SmallQcow2().open('x').read())
        made = self.options('--image-file', str(path), '--size', '2')
        self.assertIsInstance(made.qcow2, material.ImageFile)
        self.assertEqual(2 << 20, made.raw.size)


_PROGRAM = '''
import sys

from nova_rbd_multistore import fixture
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import discovery
from nova_rbd_multistore.cmd import cloud
from nova_rbd_multistore.cmd import main

fake = fixture.FakeGlance('central', clock=timing.Clock.system())
fake.setUp()
fake.deployment.pace = fixture.Pace(0.0, 0.0, 0.0, writing=float(sys.argv[1]))
cloud.access = lambda options: fake.access(fake.tenant)
discovery._aliases = lambda *args: frozenset()
code = main.main(['check', 'import', '--size', '1', *(
    word for url in fake.workers for word in ('--worker', url))])
print('left', sum(not image.deleted
                  for image in fake._database.images.values()))
sys.exit(code)
'''


class ProcessTestCase(base.TestCase):

    def start(self, writing):
        process = subprocess.Popen(
            [sys.executable, '-c', _PROGRAM, str(writing)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=signals.heed_interrupts)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        # Until imports run.
        while 'self URL glance-3' not in process.stderr.readline():
            self.assertIsNone(process.poll())
        return process

    def test_once(self):
        process = self.start(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_TIMEOUT)
        self.assertEqual(exitcodes.INTERRUPTED, process.returncode, err)
        self.assertIn('stopped before its end', err)
        self.assertIn('left 0\n', out)

    def test_twice(self):
        process = self.start(1000.0)
        process.send_signal(signal.SIGINT)
        while 'Stopping' not in process.stderr.readline():
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        # A shell makes 130 of that.
        self.assertEqual(-signal.SIGINT, process.wait(5))
