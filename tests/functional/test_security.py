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

"""What each credential and each Ceph key may and may not do.

The lines are those of the documentation's security page.
"""

from __future__ import annotations

from typing import Any

import ddt
from keystoneauth1 import session as ksa_session

from lab import accounts
from lab import authconf
from lab import boot
from lab import ceph
from lab import clients
from lab import exception
from lab import fixture
from lab import settings
from tests import labtest
from tests.functional import narrowuser

_SPARE = 'spare'
_IMAGE, _DISK, _OTHER = 'an-image', 'a-disk', 'another'
# One of them is in whatever a client prints that is refused.
_REFUSED = ('Operation not permitted', 'access denied', 'Permission denied')


class CephKeyTestCase(labtest.LabTestCase):
    """On a cluster with an image, a disk, and a pool of somebody else."""

    def setUp(self) -> None:
        super().setUp()
        self.site: ceph.Cluster = self.lab.sites['dcn0']
        self.site.run('ceph', 'osd', 'pool', 'create', _SPARE)
        self.addCleanup(
            self.site.run, 'ceph', 'osd', 'pool', 'rm', _SPARE, _SPARE,
            '--yes-i-really-really-mean-it')
        self.site.run('rbd', 'pool', 'init', _SPARE)
        for pool, name in (('images', _IMAGE), ('vms', _DISK)):
            self.site.create_image(pool, name, 8)
            self.addCleanup(self.site.remove_image, pool, name)
        self.site.create_image(_SPARE, _OTHER, 8)
        for action in ('create', 'protect'):
            self.site.run('rbd', 'snap', action, f'images/{_IMAGE}@snap')

    def run_as(self, user: str, command: str, *more: str) -> None:
        """Run ``ceph``, ``rbd`` or ``rados`` with the key of a client."""
        program, *arguments = command.split()
        self.lab.launcher.run(f'{program}.{user}', [
            program, '--conf', str(self.site.site.ceph_conf), '--id', user,
            *more, *arguments])

    def assert_may(self, user: str, *commands: str) -> None:
        for command in commands:
            self.run_as(user, command)

    def assert_may_not(self, user: str, *commands: str) -> None:
        for command in commands:
            with self.subTest(user=user, command=command):
                exc = self.assertRaises(
                    exception.CommandFailed, self.run_as, user, command)
                self.assertTrue(
                    any(words in exc.output for words in _REFUSED),
                    exc.output)

    def test_computes_key(self) -> None:
        self.assert_may(
            'nova',
            f'rbd info images/{_IMAGE}',
            f'rbd clone images/{_IMAGE}@snap vms/{_OTHER}',
            f'rbd resize --size 16 --no-progress vms/{_OTHER}',
            f'rbd rm --no-progress vms/{_OTHER}')
        self.assert_may_not(
            'nova',
            f'rbd create --size 1 images/{_OTHER}',
            f'rbd resize --size 16 --no-progress images/{_IMAGE}',
            f'rbd snap create --no-progress images/{_IMAGE}@other',
            f'rbd snap unprotect images/{_IMAGE}@snap',
            f'rbd snap rm --no-progress images/{_IMAGE}@snap',
            f'rbd rm --no-progress images/{_IMAGE}',
            f'rados --pool images rm rbd_id.{_IMAGE}',
            f'rbd ls {_SPARE}',
            f'rbd info {_SPARE}/{_OTHER}',
            f'rados --pool {_SPARE} ls',
            'ceph auth ls',
            'ceph auth get client.glance',
            'ceph osd pool create another',
            'ceph osd pool rm vms vms --yes-i-really-really-mean-it')

    def test_computes_key_in_the_cluster_of_another_site(self) -> None:
        keyring = str(self.site.site.keyrings.nova)
        self.site = self.lab.sites['dcn1']
        exc = self.assertRaises(
            exception.CommandFailed, self.run_as, 'nova', 'rbd ls vms',
            '--keyring', keyring)
        self.assertIn('Permission denied', exc.output)

    def test_any_key_may_keep_another_client_away(self) -> None:
        """Which is how RBD breaks the lock of a host that has died."""
        address = '127.0.0.1:0/4242'
        self.assert_may('nova', f'ceph osd blocklist add {address} 60')
        self.site.run('ceph', 'osd', 'blocklist', 'rm', address)

    def test_computes_key_for_fast_snapshots(self) -> None:
        self.useFixture(fixture.CephCapabilities(
            self.site, 'client.nova',
            'profile rbd pool={vms}, profile rbd pool={images}'))
        self.assert_may(
            'nova',
            f'rbd create --size 1 images/{_OTHER}',
            # What it costs.
            f'rbd rm --no-progress images/{_OTHER}',
            f'rbd snap unprotect images/{_IMAGE}@snap',
            f'rbd snap rm --no-progress images/{_IMAGE}@snap')
        self.assert_may_not('nova', f'rbd ls {_SPARE}', 'ceph auth ls')

    def test_glances_key(self) -> None:
        self.assert_may(
            'glance',
            f'rbd create --size 1 images/{_OTHER}',
            f'rbd snap create --no-progress images/{_OTHER}@snap',
            f'rbd snap protect images/{_OTHER}@snap',
            f'rbd snap unprotect images/{_OTHER}@snap',
            f'rbd snap rm --no-progress images/{_OTHER}@snap',
            f'rbd rm --no-progress images/{_OTHER}')
        self.assert_may_not(
            'glance',
            'rbd ls vms',
            f'rbd info vms/{_DISK}',
            f'rbd create --size 1 vms/{_OTHER}',
            f'rbd ls {_SPARE}',
            'ceph auth ls')


@ddt.ddt
class CredentialTestCase(labtest.LabTestCase):
    """With an image of the tenant's and one of another project."""

    def setUp(self) -> None:
        super().setUp()
        self.own = self.make_image(4, visibility='private')
        self.foreign = self.make_image(4, 'other', visibility='private')
        self.community = self.make_image(4, 'other', visibility='community')

    def session_of(self, user: str) -> ksa_session.Session:
        return clients.session_for(self.lab.state, user)

    def answers(
        self, session: ksa_session.Session, image_id: str,
    ) -> dict[str, int]:
        """Return what Glance answers to each request that copying takes."""
        def ask(method: str, path: str, **body: Any) -> int:
            return int(session.request(
                f'{self.lab.state.glance_url}/v2/{path}', method,
                raise_exc=False, **body).status_code)

        path = f'images/{image_id}'
        return {
            'image': ask('GET', path),
            'tasks': ask('GET', f'{path}/tasks'),
            'locations': ask('GET', f'{path}/locations'),
            # The image is there, and so the one who may is told.
            'copy': ask('POST', f'{path}/import', json={
                'method': {'name': 'copy-image'}, 'stores': ['central']}),
            'details of stores': ask('GET', 'info/stores/detail'),
        }

    def assert_answers(
        self, session: ksa_session.Session, image_id: str,
        image: int, tasks: int, locations: int, copy: int, details: int,
    ) -> None:
        self.assertEqual(
            {'image': image, 'tasks': tasks, 'locations': locations,
             'copy': copy, 'details of stores': details},
            self.answers(session, image_id))

    def users(self, session: ksa_session.Session) -> int:
        """Return what Keystone answers who lists everybody in the cloud."""
        return int(session.get(f'{self.lab.state.keystone_url}/users',
                               raise_exc=False).status_code)

    def test_tenants_token(self) -> None:
        demo = self.session_of('demo')
        for image_id in (self.own, self.community):
            self.assert_answers(demo, image_id, 200, 200, 403, 403, 403)
        self.assert_answers(demo, self.foreign, 404, 404, 404, 404, 403)
        self.assertEqual(403, self.users(demo))

    @ddt.data('nova', 'glance')
    def test_role_service_alone(self, user: str) -> None:
        self.assertEqual(('service',), self.lab.state.user(user).roles)
        session = self.session_of(user)
        for image_id in (self.own, self.foreign):
            self.assert_answers(session, image_id, 404, 404, 404, 404, 200)
        self.assert_answers(session, self.community, 404, 404, 200, 404, 200)
        self.assertEqual(403, self.users(session))

    def test_credential_of_computes(self) -> None:
        user = self.lab.state.user(accounts.COPIER)
        self.assertEqual(('admin',), user.roles)
        session = self.session_of(user.name)
        for image_id in (self.own, self.foreign, self.community):
            self.assert_answers(session, image_id, 200, 200, 200, 400, 200)
        # What it costs.
        self.assertEqual(200, self.users(session))

    def test_service_token_does_not_help_the_tenant(self) -> None:
        token = self.session_of('nova').get_token()
        demo = self.session_of('demo')
        demo.additional_headers['X-Service-Token'] = token
        self.assert_answers(demo, self.own, 200, 200, 403, 403, 403)
        self.assert_answers(demo, self.foreign, 404, 404, 404, 404, 403)

    def test_service_token_alone_copies_nothing(self) -> None:
        disk, = self.boot(boot.Request(self.own, 'dcn0', overrides={
            'glance': {'auth_type': ''},
            'service_user': authconf.password(self.lab.state, 'nova')}))
        assert disk.error is not None
        self.assertIn('service credential of [service_user]',
                      disk.error['cause'])
        self.assertEqual({'central'}, self.stores(self.own))

    def test_role_that_is_administrator_in_glance_only(self) -> None:
        narrow = self.useFixture(narrowuser.NarrowUser(self.lab.state))
        self.useFixture(fixture.GlanceConfigured(
            self.lab, settings.GlanceSettings(policies=narrow.policies)))
        for image_id in (self.own, self.foreign, self.community):
            self.assert_answers(
                narrow.session, image_id, 200, 200, 200, 400, 200)
        self.assertEqual(403, self.users(narrow.session))
        for image_id, cloned in ((self.own, True), (self.foreign, False)):
            disk, = self.boot(boot.Request(
                image_id, 'dcn0', overrides={'glance': narrow.options}))
            self.assertEqual(
                f'images/{image_id}@snap' if cloned else None, disk.parent)
