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

"""What tests of the room that imports Nova stand on."""

from __future__ import annotations

import fixtures
from keystoneauth1 import loading
from nova import context as nova_context
from nova import service_auth
import nova.conf
from oslo_config import fixture as config_fixture

from nova_rbd_multistore import conf
from nova_rbd_multistore import fixture
from tests import base
from tests import fake_ceph

STORE = 'dcn0'


class ComputeTestCase(base.TestCase):
    """A compute at a site, with Glance and Ceph in memory.

    :ivar glance: where the images are.
    :ivar ceph: the clusters `central` and `dcn0`; ours is the latter.
    :ivar cluster: ours.
    :ivar context: a request of the tenant.
    """

    def setUp(self) -> None:
        super().setUp()
        self.glance = self.useFixture(
            fixture.FakeGlance('central', 'dcn0', 'dcn1'))
        self.ceph = self.useFixture(fake_ceph.FakeCeph(
            central=fixture.Store('central').fsid,
            dcn0=fixture.Store('dcn0').fsid))
        self.cluster = self.ceph['dcn0']
        self.useFixture(fixtures.MonkeyPatch('time.sleep', self._sleep))
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.timing.Clock.system',
            lambda *_: self.glance.clock))
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.compute.rbd._FSIDS', {}))
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.glance._WITH_LOCATIONS', set()))
        self._configure()
        self.context = self.context_of(self.glance.tenant)

    def context_of(
        self, user: fixture.User,
    ) -> nova_context.RequestContext:
        """Return a request of a user."""
        access = self.glance.access(user)
        # Nova keeps the session it has made for Glance; ours reaches the
        # fake.
        service_auth._SESSIONS['glance'] = access.session
        return nova_context.RequestContext(
            user_id=user.id, project_id=user.project, auth_token=user.token)

    def flags(self, group: str, **options: object) -> None:
        """Set options of nova.conf for this test."""
        self.config.config(group=group, **options)

    def image(self, *stores: str, **attributes: object) -> str:
        """Add an image; its data is in Ceph wherever Glance may copy it."""
        image_id = self.glance.add_image(stores, **attributes)
        self.cluster.add('images', image_id, 'snap')
        return image_id

    def use_service_credential(
        self, user: fixture.User, group: str = 'glance',
    ) -> None:
        """Configure a service credential, as nova.conf would."""
        self.glance.access(user)
        loading.register_auth_conf_options(nova.conf.CONF, group)
        self.config.register_opts(
            loading.get_auth_plugin_conf_options('admin_token'), group)
        self.flags(group, auth_type='admin_token', token=user.token,
                   endpoint=self.glance.url)

    def _sleep(self, seconds: float) -> None:
        self.glance.clock.sleep(seconds)

    def _configure(self) -> None:
        for name in ('_AUTHS', '_SESSIONS'):
            self.useFixture(fixtures.MonkeyPatch(
                f'nova.service_auth.{name}', {}))
        conf.register_opts(nova.conf.CONF)
        self.config = self.useFixture(
            config_fixture.Config(nova.conf.CONF))
        nova.conf.CONF([], project='nova', default_config_files=[])
        self.flags('glance', api_servers=[self.glance.url])
        self.flags(
            'libvirt', images_type='rbd', images_rbd_pool='vms',
            rbd_user='nova', images_rbd_ceph_conf='/etc/ceph/dcn0.conf',
            images_rbd_glance_store_name=STORE)
