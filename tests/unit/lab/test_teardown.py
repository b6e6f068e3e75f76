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

import io
import pathlib

import fixtures
import testtools

from lab import directory
from lab import launcher
from lab import process
from lab import progress
from lab import teardown
from lab import waiting


class KindTestCase(testtools.TestCase):

    def test_kinds(self):
        for name, kind in (('ceph-osd.dcn0', 'ceph-osd'),
                           ('ceph-mon.central-1', 'ceph-mon'),
                           ('glance-api-12', 'glance-api'),
                           ('glance-api-dcn0', 'glance-api'),
                           ('glance-api-more', 'glance-api'),
                           ('tls.glance-api-1', 'tls'),
                           ('nova-compute.dcn0-1', 'nova-compute'),
                           ('mariadb', 'mariadb')):
            self.assertEqual(kind, teardown.kind_of(name))


class TeardownTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(root / 'lab')
        self.where.create()
        self.launcher = launcher.Launcher(self.where)
        self.stdout = io.StringIO()
        self.teardown = teardown.Teardown(
            self.where, progress.Progress(self.stdout), grace=2)
        self.addCleanup(self._kill_all)

    def _kill_all(self):
        for one in process.of_lab(self.where.path):
            one.kill()

    def _spawn(self, name, script):
        return self.launcher.spawn(name, ['sh', '-c', script], {})

    def _wait_for(self, path):
        waiting.until(lambda: waiting.Look(path.exists(), f'no {path}'), 10)

    def _say_when_ended(self, name):
        order, ready = self.where.path / 'order', self.where.path / name
        self._spawn(name, f'trap "echo {name} >> {order}; exit" TERM; '
                          f'touch {ready}; while :; do sleep 0.05; done')
        self._wait_for(ready)

    def test_users_before_what_they_use(self):
        for name in ('ceph-mon.a', 'ceph-osd.a', 'mariadb', 'keystone',
                     'glance-api-1', 'haproxy', 'compute.a'):
            self._say_when_ended(name)
        self.assertEqual(
            ['ceph-mon.a', 'ceph-osd.a', 'compute.a', 'glance-api-1',
             'haproxy', 'keystone', 'mariadb'], self.teardown.stop_all())
        order = (self.where.path / 'order').read_text().split()
        self.assertEqual(['compute.a', 'haproxy', 'glance-api-1',
                          'keystone'], order[:4])
        self.assertEqual({'ceph-osd.a', 'mariadb'}, set(order[4:6]))
        self.assertEqual(['ceph-mon.a'], order[6:])

    def test_power_of_a_host_goes_first(self):
        for name in ('mariadb', 'nova-api', 'nova-compute.a-0',
                     'compute-host.a-0'):
            self._say_when_ended(name)
        self.teardown.stop_all()
        order = (self.where.path / 'order').read_text().split()
        self.assertEqual('compute-host.a-0', order[0])
        self.assertEqual({'nova-api', 'nova-compute.a-0'}, set(order[1:3]))
        self.assertEqual('mariadb', order[3])

    def test_deaf_one_is_killed_with_a_warning(self):
        ready = self.where.path / 'ready'
        deaf = self._spawn('mariadb', f'trap "" TERM; touch {ready}; '
                                      'while :; do sleep 1; done')
        self._wait_for(ready)
        self.teardown.stop_all()
        self.assertFalse(deaf.is_alive())
        self.assertIn(f'warning: mariadb (pid {deaf.pid}) did not end '
                      'within 2 s and was killed', self.stdout.getvalue())

    def test_nothing_runs(self):
        self.assertEqual([], self.teardown.stop_all())
