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

"""What is read of the configuration of services."""

from __future__ import annotations

import pathlib

import fixtures

from devstack.tools.verification import check
from devstack.tools.verification import conf
from tests import base

NOVA = """\
[DEFAULT]
logging_context_format_string = %(color)s%(levelname)s [\x1b[01;36m%(message)s
[libvirt]
images_type = rbd
images_rbd_pool = vms
images_rbd_ceph_conf = /etc/ceph/ceph.conf
images_rbd_glance_store_name = dcn0
rbd_user = cinder
"""
GLANCE = """\
[DEFAULT]
enabled_backends = central:file,dcn0:rbd,dcn1:rbd
worker_self_reference_url = http://10.77.0.2:60999
[central]
filesystem_store_datadir = /data/central/
[dcn0]
rbd_store_ceph_conf = /etc/ceph/ceph.conf
rbd_store_user = glance
rbd_store_pool = images
[dcn1]
rbd_store_ceph_conf = /etc/ceph2/ceph.conf
[os_glance_staging_store]
filesystem_store_datadir = /data/staging/
"""


class ConfTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def write(self, text: str, name: str = 'x.conf') -> pathlib.Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def test_compute(self):
        self.assertEqual(
            conf.Compute('dcn0', conf.Pool(
                '/etc/ceph/ceph.conf', 'cinder', 'vms')),
            conf.compute(self.write(NOVA)))

    def test_worker(self):
        self.write('[uwsgi]\nhttp-socket = 127.0.0.1:60999\n',
                   'glance-uwsgi.ini')
        path = self.write(GLANCE)

        self.assertEqual(
            conf.Worker(
                path, 'http://10.77.0.2:60999', 'http://127.0.0.1:60999',
                pathlib.Path('/data/staging'),
                {'dcn0': conf.Pool('/etc/ceph/ceph.conf', 'glance', 'images'),
                 'dcn1': conf.Pool('/etc/ceph2/ceph.conf', 'admin',
                                   'images')},
                {'central': pathlib.Path('/data/central')}),
            conf.worker(path))

    def test_worker_without_what_is_needed(self):
        for removed in ('enabled_backends', '[os_glance_staging_store]'):
            path = self.write(GLANCE.replace(removed, f'#{removed}'))
            failed = self.assertRaises(check.NotUsable, conf.worker, path)
            self.assertIn(str(path), str(failed))

    def test_no_file(self):
        path = self.folder / 'nothing.conf'

        failed = self.assertRaises(check.NotUsable, conf.compute, path)

        self.assertIn(str(path), str(failed))
