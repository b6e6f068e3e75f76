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

"""The console script."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import types

import fixtures
from nova.virt.libvirt import imagebackend

from nova_rbd_multistore.cmd import compute
from nova_rbd_multistore.compute import startup
from tests import base

_TIMEOUT = 60

OURS = 'nova_rbd_multistore.compute.imagebackend'

# What decides about threads, or goes wrong when it is imported before that
# was decided; see nova.monkey_patch.
AFTER_NOVA = ('eventlet', 'nova', 'urllib3', 'oslo_context', 'oslo_log',
              'oslo_service', 'requests', 'keystoneauth1', 'rados', 'rbd')


class MainTestCase(base.TestCase):
    """With a stand-in for Nova's command, which can be run but once."""

    def setUp(self):
        super().setUp()
        for name in ('Rbd', 'Backend'):
            self.useFixture(fixtures.MonkeyPatch(
                f'nova.virt.libvirt.imagebackend.{name}',
                getattr(imagebackend, name)))
        self.started = []
        self.useFixture(fixtures.MonkeyPatch(
            'nova.cmd.compute', types.SimpleNamespace(main=self.start)))
        self.patch(sys, 'argv', [
            '/usr/bin/nova-compute-rbd-multistore', '--config-file', 'a'])

    def start(self):
        backend = imagebackend.Backend(use_cow=True).backend('rbd')
        self.started.append((list(sys.argv), backend.__module__))

    def test_becomes_nova_compute_with_our_backend(self):
        compute.main()

        (argv, backend), = self.started
        # oslo.config and oslo.log name files after the program.
        self.assertEqual(
            ['/usr/bin/nova-compute', '--config-file', 'a'], argv)
        self.assertEqual(OURS, backend)

    def test_program_without_a_path(self):
        sys.argv[0] = 'nova-compute-rbd-multistore'
        compute.main()

        (argv, _backend), = self.started
        self.assertEqual('nova-compute', argv[0])

    def test_does_not_start_in_a_nova_of_another_shape(self):
        self.useFixture(fixtures.MonkeyPatch(
            'nova.exception.BuildAbortException',
            fixtures.MonkeyPatch.delete))

        exc = self.assertRaises(SystemExit, compute.main)
        self.assertEqual([], self.started)
        # A text, so that it goes to stderr and the exit code is 1.
        self.assertTrue(exc.code.startswith('nova-compute-rbd-multistore: '))
        self.assertIn('BuildAbortException is missing', exc.code)
        self.assertNotEqual(OURS, imagebackend.Backend.__module__)


    def test_does_not_start_with_a_service_of_another_shape(self):
        # Nova imports it itself, when it has read the configuration.
        def start():
            raise startup.NovaShapeMismatch('34', ['service differs'])

        self.useFixture(fixtures.MonkeyPatch(
            'nova.cmd.compute', types.SimpleNamespace(main=start)))

        exc = self.assertRaises(SystemExit, compute.main)
        self.assertIn('service differs', exc.code)


class ProcessTestCase(base.TestCase):
    """In a process of its own, for what has been imported there counts."""

    def output(self, code):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', textwrap.dedent(code)],
            capture_output=True, text=True, timeout=_TIMEOUT, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.splitlines()

    def test_nova_is_imported_before_anything_else(self):
        # Stops at the import of nova.cmd.compute, which decides.
        loaded = self.output('''
            import sys

            class Stop:
                def find_spec(self, name, path, target=None):
                    if name == 'nova.cmd.compute':
                        print(*sys.modules, sep='\\n')
                        raise SystemExit

            sys.meta_path.insert(0, Stop())
            from nova_rbd_multistore.cmd import compute
            compute.main()
            ''')
        self.assertIn('nova_rbd_multistore.cmd.compute', loaded)
        early = {name for name in loaded
                 if name.partition('.')[0] in AFTER_NOVA}
        # The packages on the way to the module itself.
        self.assertEqual({'nova', 'nova.cmd'}, early)

    def test_importing_it_imports_nothing(self):
        loaded = self.output('''
            import sys

            from nova_rbd_multistore.cmd import compute
            print(*sys.modules, sep='\\n')
            ''')
        self.assertEqual(
            [], [name for name in loaded
                 if name.partition('.')[0] in AFTER_NOVA])

    def test_service_is_not_imported_before_the_configuration_is_read(self):
        loaded = self.output('''
            import sys

            from nova.cmd import compute as theirs
            from nova_rbd_multistore.cmd import compute

            theirs.main = lambda: print(*sys.modules, sep='\\n')
            compute.main()
            ''')
        self.assertIn('nova_rbd_multistore.compute.driver', loaded)
        self.assertNotIn('nova.compute.manager', loaded)

    def test_novas_own_command_runs_with_native_threads(self):
        patched, eventlet, backend = self.output('''
            from nova_rbd_multistore.cmd import compute
            from nova_rbd_multistore.compute import startup
            from nova.cmd import compute as theirs

            def main():
                from nova import monkey_patch
                from nova.virt.libvirt import imagebackend

                print(monkey_patch.is_patched())
                try:
                    import eventlet
                except ImportError:
                    print('no eventlet')
                print(imagebackend.Backend(True).backend('rbd').__module__)

            theirs.main = main
            compute.main()
            ''')
        self.assertEqual(('False', 'no eventlet'), (patched, eventlet))
        self.assertEqual(OURS, backend)
