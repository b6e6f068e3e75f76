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

import dataclasses
import json
import pathlib
import stat

import fixtures
import testtools

from lab import directory
from lab import exception
from lab import process
from lab import state
from tests.unit.lab import samples


class StateTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.where = directory.StateDirectory(path / 'lab')
        self.where.create()
        self.lab = samples.described(self.where.path)

    def _damage(self, **changes):
        raw = json.loads(self.where.description.read_text())
        raw.update(changes)
        self.where.description.write_text(json.dumps(raw))

    def test_round_trip(self):
        state.save(self.where, self.lab)
        self.assertEqual(self.lab, state.load(self.where))

    def test_round_trip_of_a_cloud(self):
        lab = samples.cloud(self.where.path, dcn0=2)
        state.save(self.where, lab)
        found = state.load(self.where)
        self.assertEqual(lab, found)
        self.assertEqual(
            ['central-0', 'dcn0-0', 'dcn0-1', 'dcn1-0'],
            [compute.name for compute in found.cloud.computes])

    def test_round_trip_of_names_and_tls(self):
        lab = samples.named(self.where.path, tls=True)
        state.save(self.where, lab)
        self.assertEqual(lab, state.load(self.where))

    def test_update_changes_what_is_described_then(self):
        state.save(self.where, self.lab)
        state.write_pid(self.where, 'mariadb', process.Process(42, 7))
        seen = state.update(self.where, lambda lab: dataclasses.replace(
            lab, region='elsewhere'))
        self.assertEqual(('elsewhere', 42),
                         (seen.region, seen.daemons[0].pid))
        self.assertEqual(seen, state.load(self.where))

    def test_pid_of_a_compute_is_its_host_s(self):
        lab = samples.cloud(self.where.path)
        lab = dataclasses.replace(lab, daemons=(state.Daemon(
            'compute-host.dcn0-0', self.where.log('x'), ()),))
        state.save(self.where, lab)
        state.write_pid(self.where, 'compute-host.dcn0-0',
                        process.Process(1, 2))
        pids = {compute.name: compute.pid
                for compute in state.load(self.where).cloud.computes}
        self.assertEqual({'central-0': None, 'dcn0-0': 1, 'dcn1-0': None},
                         pids)

    def test_lab_of_before_there_were_computes(self):
        state.save(self.where, self.lab)
        raw = json.loads(self.where.description.read_text())
        del raw['cloud'], raw['settings']['computes']
        self.where.description.write_text(json.dumps(raw))
        self.assertEqual(self.lab, state.load(self.where))

    def test_lab_of_before_there_were_edges(self):
        state.save(self.where, self.lab)
        raw = json.loads(self.where.description.read_text())
        del raw['edges'], raw['settings']['edges']
        for worker in raw['workers']:
            del worker['site']
        del raw['settings']['workers']
        self.where.description.write_text(json.dumps(raw))
        seen = state.load(self.where)
        self.assertEqual(self.lab.workers, seen.workers)
        self.assertEqual(((), ()), (seen.edges, seen.settings.edges))

    def test_glance_of_a_site(self):
        own, = self.lab.edges
        self.assertEqual(own, self.lab.edge('dcn0'))
        for site in ('central', 'dcn1'):
            self.assertIsNone(self.lab.edge(site))

    def test_pid_of_a_glance_of_a_site(self):
        own, = self.lab.edges
        lab = dataclasses.replace(self.lab, daemons=(state.Daemon(
            own.name, own.log, (own.port,)),))
        state.save(self.where, lab)
        state.write_pid(self.where, own.name, process.Process(42, 7))
        self.assertEqual([42], [
            one.pid for one in state.load(self.where).edges])

    def test_only_the_owner_may_read_it(self):
        state.save(self.where, self.lab)
        mode = stat.S_IMODE(self.where.description.stat().st_mode)
        self.assertEqual(0o600, mode)

    def test_no_draft_is_left(self):
        state.save(self.where, self.lab)
        self.assertEqual(
            [], list(self.where.path.glob('.lab.json*')))

    def test_passwords_are_not_in_the_representation(self):
        for user in self.lab.users:
            self.assertNotIn(user.password, repr(self.lab))
        for password in self.lab.database.passwords.values():
            self.assertNotIn(password, repr(self.lab))

    def test_keys_of_the_contract(self):
        state.save(self.where, self.lab)
        raw = json.loads(self.where.description.read_text())
        self.assertEqual(
            {'version', 'ready', 'settings', 'keystone_url', 'region',
             'glance_url', 'users', 'sites', 'workers', 'database',
             'daemons', 'cloud', 'edges', 'names', 'tls'}, set(raw))
        self.assertEqual([None, None], [raw['names'], raw['tls']])
        self.assertIsNone(raw['cloud'])
        self.assertEqual(1, raw['version'])
        self.assertEqual(
            {'name', 'store', 'fsid', 'ceph_conf', 'keyrings',
             'images_pool', 'vms_pool', 'mon_port'}, set(raw['sites'][0]))
        self.assertEqual(
            {'name', 'url', 'port', 'conf', 'policy', 'staging', 'tasks',
             'log', 'pid', 'site', 'address', 'host', 'tls_url'},
            set(raw['workers'][0]))
        self.assertEqual([None, None, None],
                         [one['site'] for one in raw['workers']])
        self.assertEqual(['dcn0'], [one['site'] for one in raw['edges']])

    def test_pids_are_recorded_where_readers_look(self):
        state.save(self.where, self.lab)
        state.write_pid(self.where, 'glance-api-1', process.Process(42, 7))
        seen = state.load(self.where)
        self.assertEqual([None, 42], [one.pid for one in seen.daemons])
        self.assertEqual(7, seen.daemons[1].start_time)
        self.assertEqual([42, None, None], [one.pid for one in seen.workers])

    def test_pid_of_a_stopped_daemon_goes(self):
        state.save(self.where, self.lab)
        state.write_pid(self.where, 'mariadb', process.Process(42, 7))
        state.write_pid(self.where, 'mariadb', None)
        self.assertIsNone(state.read_pid(self.where, 'mariadb'))
        self.assertEqual(self.lab, state.load(self.where))

    def test_no_lab(self):
        error = self.assertRaises(exception.NoLab, state.load, self.where)
        self.assertEqual(self.where.path, error.path)

    def test_damaged(self):
        self.where.description.write_text('{')
        self.assertRaises(exception.StateUnreadable, state.load, self.where)

    def test_not_an_object(self):
        self.where.description.write_text('[]')
        self.assertRaises(exception.StateUnreadable, state.load, self.where)

    def test_other_version(self):
        state.save(self.where, self.lab)
        self._damage(version=2)
        error = self.assertRaises(
            exception.StateUnreadable, state.load, self.where)
        self.assertIn('version is 2', str(error))

    def test_wrong_shape(self):
        state.save(self.where, self.lab)
        self._damage(users=[{'name': 'demo'}])
        self.assertRaises(exception.StateUnreadable, state.load, self.where)

    def test_user(self):
        self.assertEqual('demo', self.lab.user('demo').project)
        error = self.assertRaises(
            exception.UnknownName, self.lab.user, 'nobody')
        self.assertIn('demo', error.known)

    def test_frozen(self):
        self.assertRaises(dataclasses.FrozenInstanceError,
                          setattr, self.lab, 'region', 'elsewhere')
