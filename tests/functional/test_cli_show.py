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

"""``image show`` on the lab: an image in every state."""

from __future__ import annotations

import datetime
import os
import pathlib
import subprocess
import sys
import time

import fixtures

from lab import fixture
from lab import tasks
from nova_rbd_multistore.cmd import exitcodes
from tests import confidential
from tests import labtest
from tests.contract import pools
from tests.functional import cli


class ShowTestCase(cli.CliTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.pools = pools.Pools(self.lab)

    def start_copy(self, image_id: str, *stores: str) -> None:
        self.admin.images.image_import(
            image_id, 'copy-image', stores=list(stores), allow_failure=True)
        self.addCleanup(self.wait_idle, image_id)

    def test_present_and_absent(self) -> None:
        image_id = self.make_image(8)
        shown = self.show(image_id)
        self.assertEqual(
            (image_id, self.id(), 'active', 'raw', 8 * 1024 * 1024, None,
             False),
            tuple(shown[name] for name in (
                'id', 'name', 'status', 'disk_format', 'size', 'import_task',
                'import_hidden')))
        self.assertEqual(
            {'central': 'present', 'dcn0': 'absent', 'dcn1': 'absent',
             'dcn10': 'absent'},
            {name: one['state'] for name, one in shown['stores'].items()})
        for name, one in shown['stores'].items():
            site = self.lab.sites[name].site
            self.assertEqual((site.fsid, site.images_pool),
                             (one['fsid'], one['pool']))

    def test_by_name(self) -> None:
        image_id = self.make_image(4)
        self.assertEqual(image_id, self.show(self.id())['id'])
        other = self.make_image(4)
        done = self.run_cli('image', 'show', self.id())
        self.assertEqual(exitcodes.FAILED, done.code)
        for known in (image_id, other):
            self.assertIn(known, done.error)

    def test_copying(self) -> None:
        image_id = self.make_image()
        with self.pools.paused('dcn0'):
            self.start_copy(image_id, 'dcn0')
            self.wait_copying(image_id)
            shown = self.show(image_id)
            dcn0 = shown['stores']['dcn0']
            self.assertEqual(('copying', 'processing'),
                             (dcn0['state'], dcn0['task_status']))
            self.assertEqual(shown['import_task'], dcn0['task'])
            since, until = map(datetime.datetime.fromisoformat, (
                dcn0['since'], dcn0['locked_until']))
            now = datetime.datetime.now(datetime.UTC)
            self.assertLess(abs((now - since).total_seconds()), 60)
            self.assertGreater((until - now).total_seconds(), 3500)
            self.assertEqual('absent', shown['stores']['dcn1']['state'])

            # Whose task is hidden.
            hidden = self.show(image_id, user='demo')
            self.assertIs(True, hidden['import_hidden'])
            dcn0 = hidden['stores']['dcn0']
            self.assertEqual(('copying', None, None), (
                dcn0['state'], dcn0['task'], dcn0['since']))
        self.wait_idle(image_id)
        self.assertEqual('present',
                         self.show(image_id)['stores']['dcn0']['state'])

    def test_failed(self) -> None:
        image_id = self.make_image(4)
        self.pools.create('dcn0', image_id)
        self.start_copy(image_id, 'dcn0', 'dcn1')
        self.wait_idle(image_id)
        shown = self.show(image_id)['stores']
        self.assertEqual(('failed', 'present'),
                         (shown['dcn0']['state'], shown['dcn1']['state']))
        self.assertIn('could not write to the store',
                      shown['dcn0']['detail'])

    def test_failed_while_staging(self) -> None:
        image_id = self.make_image(4)
        self.pools.hide('central', image_id)
        self.addCleanup(self.pools.show, 'central', image_id)
        self.start_copy(image_id, 'dcn0')
        self.wait_idle(image_id)
        self.wait_imports(image_id)
        dcn0 = self.show(image_id)['stores']['dcn0']
        self.assertEqual(('failed', 'failure'),
                         (dcn0['state'], dcn0['task_status']))
        self.assertIn('could not stage', dcn0['detail'])

    def test_stalled(self) -> None:
        image_id = self.make_image()
        with self.pools.paused('dcn0'):
            self.start_copy(image_id, 'dcn0')
            self.wait_copying(image_id)
            labtest.wait_for('a silence', lambda: self.show(
                image_id, '--stalled-after', '4')[
                    'stores']['dcn0']['state'] == 'stalled')
            dcn0 = self.show(image_id, '--stalled-after', '4')[
                'stores']['dcn0']
            self.assertIn('Look for a Glance API worker', dcn0['detail'])

            # Glance gives its lock to whoever asks next.
            tasks.age(self.lab.state, dcn0['task'], 4000)
            dcn0 = self.show(image_id)['stores']['dcn0']
            self.assertEqual('stalled', dcn0['state'])
            self.assertLess(
                datetime.datetime.fromisoformat(dcn0['locked_until']),
                datetime.datetime.now(datetime.UTC))


class AccessTestCase(cli.CliTestCase):

    def test_unknown_image(self) -> None:
        for wanted in ('no-such-image',
                       '00000000-0000-4000-8000-000000000000'):
            done = self.run_cli('image', 'show', wanted)
            self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
            self.assertIn(wanted, done.error)

    def test_name_that_looks_like_an_operator(self) -> None:
        for wanted in ('in:a,b', 'gt:a', 'eq:a', 'a:b "c" & d=e'):
            done = self.run_cli('image', 'show', wanted)
            self.assertEqual(exitcodes.FAILED, done.code)
            self.assertIn('no image with the id or the name', done.error)

    def test_image_of_somebody_else(self) -> None:
        image_id = self.make_image(4, user='other', visibility='private')
        done = self.run_cli('image', 'show', image_id, user='demo')
        self.assertEqual(exitcodes.FAILED, done.code)
        self.assertEqual(image_id, self.show(image_id)['id'])

    def test_wrong_password(self) -> None:
        done = self.run_cli('--os-password', 'wrong', 'image', 'show', 'x')
        self.assertEqual((exitcodes.UNREACHABLE, ''), (done.code, done.out))
        self.assertIn('401', done.error)

    def test_keystone_is_down(self) -> None:
        self.useFixture(fixture.Killed(self.lab, 'keystone'))
        done = self.run_cli('image', 'show', 'x')
        self.assertEqual((exitcodes.UNREACHABLE, ''), (done.code, done.out))
        self.assertIn(self.lab.state.keystone_url, done.error)

    def test_login_of_the_command_line_wins(self) -> None:
        user = self.lab.state.user('demo')
        done = self.run_cli(
            '--os-username', user.name, '--os-password', user.password,
            '--os-project-name', user.project, 'image', 'copy',
            self.make_image(4), '--store', 'dcn0')
        # As an administrator it would be copied.
        self.assertEqual(exitcodes.NOT_COPIED, done.code, done.err)

    def test_unknown_region(self) -> None:
        done = self.run_cli('--os-region-name', 'Mars', 'image', 'show', 'x')
        self.assertEqual(exitcodes.USAGE, done.code)
        self.assertIn('Mars', done.error)

    def test_region_without_a_glance(self) -> None:
        self.useFixture(fixtures.MonkeyPatch('lab.clouds.environment', (
            lambda *_which: self.variables())))
        done = self.run_cli('--os-region-name', 'Mars', 'image', 'show', 'x')
        self.assertEqual(exitcodes.UNREACHABLE, done.code, done.err)
        self.assertIn('Mars', done.error)

    def test_variables_in_place_of_a_file(self) -> None:
        self.useFixture(fixtures.MonkeyPatch('lab.clouds.environment', (
            lambda *_which: self.variables())))
        image_id = self.make_image(4)
        self.assertEqual(image_id, self.show(image_id)['id'])

    def variables(self) -> dict[str, str]:
        """Return a login as a shell has it."""
        user = self.lab.state.user('admin')
        return {
            'OS_AUTH_URL': self.lab.state.keystone_url,
            'OS_USERNAME': user.name, 'OS_PASSWORD': user.password,
            'OS_PROJECT_NAME': user.project, 'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default',
            'OS_IDENTITY_API_VERSION': '3'}

    def test_endpoint_of_one_worker(self) -> None:
        image_id = self.make_image(4)
        url = self.lab.state.workers[0].url
        done = self.run_cli('--os-image-endpoint-override', url, '--debug',
                            'image', 'show', image_id)
        self.assertEqual(exitcodes.OK, done.code, done.err)
        self.assertIn(f':{self.lab.state.workers[0].port}', done.err)

    def test_no_secret_is_shown_with_debug(self) -> None:
        secrets = confidential.Secrets(self.lab.state)
        wrong = secrets.add('wrong password', f'wrong-{time.time_ns()}')
        image_id = self.make_image(4)
        for done in (
                self.run_cli('--debug', 'image', 'show', image_id),
                self.run_cli('--debug', 'image', 'copy', image_id,
                             '--store', 'dcn0', '--wait'),
                self.run_cli('--debug', 'image', 'show', image_id,
                             f'--os-password={wrong}')):
            self.assertIn(' DEBUG keystoneauth', done.err)
            self.assertEqual([], secrets.within(done.out + done.err))


class WorkerConfigTestCase(cli.CliTestCase):

    def test_glance_reads_it(self) -> None:
        # Where there is no access to /etc/glance/glance-api.conf.d.
        home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        path = home / '.glance' / 'glance-api.conf.d' / 'worker.conf'
        path.parent.mkdir(parents=True)
        done = self.run_cli(
            'worker-config', '--host', 'glance-0', '--domain',
            'glance.openstack.svc.cluster.local', '--output', str(path))
        self.assertEqual(exitcodes.OK, done.code, done.err)
        read = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c',
             # As in glance.common.wsgi_app.init_app().
             'import sys; from glance.common import config; '
             'config.CONF([], project="glance", prog="glance-api", '
             'default_config_files=[sys.argv[1]]); '
             'print(config.CONF.worker_self_reference_url)',
             str(self.lab.state.workers[0].conf)],
            capture_output=True, text=True, timeout=cli.TIMEOUT, check=False,
            env={**os.environ, 'HOME': str(home)})
        self.assertEqual(
            'http://glance-0.glance.openstack.svc.cluster.local:9292\n',
            read.stdout, read.stderr)
