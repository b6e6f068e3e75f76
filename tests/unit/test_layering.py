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

"""Imports go down only, and optional packages are optional."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import importlib.util
import pathlib
import subprocess
import sys

from tests import base

PACKAGE = 'nova_rbd_multistore'

# What each module may import of this package, from the top to the bottom. A
# module or a folder that is not here is a new room: say where it stands.
LAYERS = (
    {'cmd'},
    {'compute', 'placing', 'checks'},
    {'fixture'},
    {'copier'},
    {'observer'},
    {'taskwatch', 'outage', 'glance'},
    {'protocol'},
    {'lock'},
    {'journal'},
    {'image', 'store', 'info', 'version', 'advice', 'obstacle', 'pacing',
     'timing', 'conf', 'workerconfig'},
    {'record'},
    {'exception'},
)

# Where packages may be imported that need not be there, or that take time.
OPTIONAL = {
    'nova': {'compute', 'cmd'},
    'cliff': {'cmd'},
    'openstack': {'cmd'},
    'oslo_messaging': {'compute'},
    'rados': set(),
    'rbd': set(),
    'fixtures': {'fixture'},
}

# Not for the wheel.
NEVER = {'lab', 'tests', 'eventlet', 'testtools'}

PURE = {'image', 'lock', 'store', 'info', 'version', 'obstacle', 'record',
        'journal', 'protocol', 'pacing', 'exception', 'timing', 'advice',
        'workerconfig', 'placing.importtask', 'placing.standing',
        'checks.row', 'checks.finding', 'checks.worker', 'checks.selfurl'}


def root() -> pathlib.Path:
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None
    return pathlib.Path(spec.origin).parent


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Give each module of the package by its name below it."""
    for path in sorted(root().rglob('*.py')):
        name = '.'.join(path.relative_to(root()).with_suffix('').parts)
        yield name.removesuffix('.__init__'), ast.parse(path.read_text())


def imports(tree: ast.AST) -> Iterator[str]:
    """Give what is imported, anywhere, by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, 'imports are absolute here'
            for alias in node.names:
                yield f'{node.module}.{alias.name}'


def room(name: str) -> str:
    """Return the folder or the module."""
    return name.partition('.')[0]


def height(name: str) -> int:
    """Return the number of a room's layer, 0 at the top."""
    for number, layer in enumerate(LAYERS):
        if room(name) in layer:
            return number
    raise AssertionError(f'{name} stands in no layer')


class LayeringTestCase(base.TestCase):

    def test_every_module_has_a_layer(self):
        for name, _tree in modules():
            if name != '__init__':
                self.assertGreaterEqual(height(name), 0)

    def test_imports_go_down_only(self):
        for name, tree in modules():
            for imported in imports(tree):
                if room(imported) != PACKAGE:
                    continue
                below = imported.removeprefix(f'{PACKAGE}.')
                if room(below) != room(name):
                    self.assertGreater(
                        height(below), height(name),
                        f'{name} imports {imported}')

    def test_optional_packages_stay_in_their_rooms(self):
        for name, tree in modules():
            for imported in imports(tree):
                package = room(imported)
                if package in OPTIONAL:
                    self.assertIn(
                        room(name), OPTIONAL[package],
                        f'{name} imports {imported}')

    def test_nothing_imports_what_is_not_in_the_wheel(self):
        for name, tree in modules():
            for imported in imports(tree):
                self.assertNotIn(
                    room(imported), NEVER, f'{name} imports {imported}')

    def test_the_middle_is_pure(self):
        for name, tree in modules():
            if name not in PURE:
                continue
            for imported in imports(tree):
                self.assertTrue(
                    room(imported) in sys.stdlib_module_names
                    or room(imported) == PACKAGE,
                    f'{name} imports {imported}')
                self.assertNotIn(
                    room(imported),
                    {'socket', 'subprocess', 'threading', 'os', 'logging'},
                    f'{name} imports {imported}')

    def test_commands_import_nova_within_functions(self):
        for name, tree in modules():
            if room(name) == 'cmd':
                top = ast.Module(
                    [node for node in tree.body
                     if isinstance(node, ast.Import | ast.ImportFrom)], [])
                self.assertNotIn('nova', map(room, imports(top)), name)

    def test_modules_are_imported_not_names(self):
        for name, tree in modules():
            for imported in imports(tree):
                if not imported.startswith(f'{PACKAGE}.'):
                    continue
                self.assertIsNotNone(
                    importlib.util.find_spec(imported),
                    f'{name} imports {imported}, which is no module')

    def test_all_but_the_compute_imports_without_nova_and_ceph(self):
        names = [f'{PACKAGE}.{name}' for name, _tree in modules()
                 if room(name) != 'compute' and name != '__init__']
        code = '\n'.join((
            'import sys',
            "for name in ('nova', 'rados', 'rbd', 'eventlet', 'fixtures'):",
            '    sys.modules[name] = None',
            *(f'import {name}' for name in names
              if not name.startswith(f'{PACKAGE}.fixture'))))
        done = subprocess.run(
            [sys.executable, '-c', code], capture_output=True, text=True,
            timeout=60, check=False)

        self.assertEqual(0, done.returncode, done.stderr)
