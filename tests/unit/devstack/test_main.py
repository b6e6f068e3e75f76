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

"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import pathlib
import subprocess
import sys

import fixtures

from devstack.tools.verification import check
from devstack.tools.verification import main
from devstack.tools.verification import source
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.checks import material
from tests import base

TOP = pathlib.Path(__file__).parents[3]


class ParserTestCase(base.TestCase):

    def parse(self, *words: str, **environment: str) -> argparse.Namespace:
        for name, value in environment.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        return main.parser(dict(os.environ)).parse_args(words)

    def refused(self, *words: str) -> str:
        text = io.StringIO()
        with contextlib.redirect_stderr(text):
            ended = self.assertRaises(SystemExit, self.parse, *words)
        self.assertEqual(main.NOT_RUN, ended.code)
        return text.getvalue()

    def test_defaults(self):
        for name in ('COMPUTE', 'OTHER_STORE'):
            self.useFixture(fixtures.EnvironmentVariable(
                f'NOVA_RBD_MULTISTORE_{name}'))

        args = self.parse()

        self.assertEqual(('library', None, 4, False, 'table'), (
            args.compute, args.other_store, args.crowd, args.keep,
            args.format))

    def test_what_the_plugin_is_told_counts(self):
        args = self.parse(NOVA_RBD_MULTISTORE_COMPUTE='upstream',
                          NOVA_RBD_MULTISTORE_OTHER_STORE='far')

        self.assertEqual(('upstream', 'far'),
                         (args.compute, args.other_store))

    def test_wrong_command_lines(self):
        for words in (('--crowd', '0'), ('--only', 'nothing'),
                      ('--boot-timeout', '-1'), ('--compute', 'mine'),
                      ('--image', 'x', '--image-file', 'y'), ('more',)):
            self.assertIn('verify: error', self.refused(*words))


class SourceTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.top = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (self.top / 'files').mkdir()

    def write(self, name: str, data: material.Material) -> pathlib.Path:
        path = self.top / 'files' / name
        path.write_bytes(data.open('x').read())
        return path

    def test_the_first_qcow2_image_of_devstack(self):
        self.write('a.img', material.RawData(1))
        path = self.write('b.img', material.SmallQcow2())
        self.write('c.qcow2', material.SmallQcow2())

        self.assertEqual(path, source.of_devstack(
            {'TOP_DIR': str(self.top)}))
        self.assertEqual(1 << 20, source.qcow2(path).size)

    def test_no_image(self):
        path = self.write('a.img', material.RawData(1))

        self.assertIsNone(source.of_devstack({'TOP_DIR': str(self.top)}))
        for wrong in (path, self.top / 'nothing'):
            self.assertRaises(check.NotUsable, source.qcow2, wrong)


    def test_the_smallest_image_of_glance(self):
        images = [image_mod.Image(name, 'active', disk_format=kind, size=size)
                  for name, kind, size in (
                      ('large', 'raw', 9), ('kernel', 'aki', 1),
                      ('small', 'qcow2', 5), ('empty', 'raw', 0))]

        self.assertEqual('small', source.smallest(images))
        self.assertRaises(check.NotUsable, source.smallest, images[1:2])


class LauncherTestCase(base.TestCase):
    """The script, away from a DevStack."""

    def launch(
        self, *words: str, **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TOP / 'devstack/tools/verify', *words], capture_output=True,
            text=True, timeout=60, check=False, env={
                'PATH': os.environ['PATH'], **environment})

    def test_without_a_virtual_environment(self):
        done = self.launch(DATA_DIR='/nowhere')

        self.assertEqual(2, done.returncode)
        self.assertIn('DEVSTACK_VENV', done.stderr)
        self.assertEqual('', done.stdout)

    def test_a_directory_of_checkouts_is_not_looked_into(self):
        # As /opt/stack is, from where a developer calls it.
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        for name in ('devstack', 'nova', 'openstack'):
            (folder / name).mkdir()
            (folder / name / '__init__.py').write_text('raise SystemExit(9)')

        done = subprocess.run(
            [sys.executable, '-P', '-m', 'devstack.tools.verification',
             '--help'], cwd=folder, capture_output=True, text=True,
            timeout=60, check=False, env={
                'PATH': os.environ['PATH'], 'PYTHONPATH': str(TOP)})

        self.assertEqual((0, ''), (done.returncode, done.stderr))
        self.assertIn('nothing-left', done.stdout)
