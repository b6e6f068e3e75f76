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

"""No token, password or key is in a log or in what is printed."""

from __future__ import annotations

from collections.abc import Iterator
import pathlib
import secrets
import subprocess
import sys

import fixtures

from lab import compute
from lab import confile
from tests import confidential
from tests.faults import base
from tests.faults import gateway

_ROOT = pathlib.Path(__file__).parents[2]
# Seconds.
_TIMEOUT = 300

# Everything that a compute can say, of all its libraries.
_LOUD = ('DEFAULT.debug=true', 'DEFAULT.default_log_levels='
         'nova=DEBUG,keystoneauth=DEBUG,keystoneauth1=DEBUG,urllib3=DEBUG,'
         'requests=DEBUG,glanceclient=DEBUG,keystoneclient=DEBUG')


class SecretsTestCase(base.FaultTestCase):
    """What is said by ``python -m lab boot`` and by its compute."""

    def setUp(self) -> None:
        super().setUp()
        self.secrets = confidential.Secrets(self.lab.state)

    def run_lab(self, *arguments: str) -> str:
        """Run a command of the lab; return what it prints."""
        ended = subprocess.run(
            [sys.executable, '-m', 'lab',
             '--state', str(self.lab.directory.path), *arguments],
            cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=_TIMEOUT, check=False)
        return ended.stdout

    def boot_loudly(self, image_id: str, *options: str) -> str:
        """Boot with every library at DEBUG; return all that was said."""
        printed = self.run_lab('boot', image_id, '--site', 'dcn0', '--rm', *(
            f'--option={option}' for option in (*_LOUD, *options)))
        said = '\n'.join([printed, *self.logged()])
        self.assertRegex(said, ' DEBUG (?!nova)')
        self.assertEqual([], self.secrets.within(said))
        return printed

    def logged(self) -> Iterator[str]:
        for path in self._log_files():
            yield from self._new_lines(path)
        name = f'dcn0-{compute.OURS}-0'
        yield self.lab.directory.log(name).read_text(errors='replace')

    def test_good_boot(self) -> None:
        image_id = self.make_image(4)
        self.assertIn(' cow ', self.boot_loudly(image_id))
        said = '\n'.join(self.logged())
        for name in ('keystoneauth', 'urllib3', 'nova_rbd_multistore'):
            self.assertIn(f' DEBUG {name}', said)

    def test_refused_boot(self) -> None:
        printed = self.boot_loudly(
            self.make_image(4), 'libvirt.images_rbd_glance_credential=user')
        self.assertIn('fetch_image_location', printed)

    def test_wrong_password(self) -> None:
        wrong = self.secrets.add('wrong password', secrets.token_hex(16))
        printed = self.boot_loudly(
            self.make_image(4), f'glance.password={wrong}')
        self.assertIn('service credential of [glance]', printed)

    def test_unknown_ceph_user(self) -> None:
        printed = self.boot_loudly(
            self.make_image(4), 'libvirt.rbd_user=nobody')
        self.assertIn('InternalError', printed)

    def test_key_of_another_cluster(self) -> None:
        ours, theirs = (self.lab.sites[name].site for name in (
            'dcn0', 'dcn1'))
        conf = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'ceph.conf'
        confile.write(conf, ours.ceph_conf.read_text().replace(
            str(ours.keyrings.nova), str(theirs.keyrings.nova)))
        printed = self.boot_loudly(
            self.make_image(4), f'libvirt.images_rbd_ceph_conf={conf}')
        self.assertIn('InternalError', printed)

    def test_locations_that_hold_keys(self) -> None:
        image_id = self.make_image(4)
        between = self.useFixture(gateway.Gateway(self.lab))
        places = []
        for form in ('s3+https://access:{}@s3.example/bucket/image',
                     'https://user:{}@web.example/image',
                     'rbd:images/image:id=glance:key={}'):
            key = self.secrets.add(form, secrets.token_hex(16))
            places.append({'url': form.format(key),
                           'metadata': {'store': 'dcn0'}})

        def change(record: dict[str, object]) -> dict[str, object]:
            return record | {'locations': places,
                             'direct_url': places[0]['url']}

        with between.altering(gateway.looks, change), between.altering(
                gateway.locations, lambda listed: [*listed, *places]):
            printed = self.boot_loudly(
                image_id, f'glance.api_servers={between.url}')
        self.assertIn(' cow ', printed)

    def test_what_the_lab_shows(self) -> None:
        status = self.run_lab('status')
        self.assertIn(self.lab.state.glance_url, status)
        shown = self.run_lab('demo', '--size', '4', '--crowd', '1')
        self.assertIn('clone of images/', shown)
        self.assertEqual([], self.secrets.within(
            '\n'.join([status, shown, *self.logged()])))
