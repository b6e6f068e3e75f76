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

"""``worker-config``."""

from __future__ import annotations

import os
import pathlib
import socket
import stat

import ddt
import fixtures
from oslo_config import cfg

from nova_rbd_multistore.cmd import exitcodes
from tests import base
from tests.unit.cmd import running


class Resolver:
    """Names that are known, in place of the machine's."""

    def __init__(self, known: dict[str, str], full: str = '') -> None:
        self._known = known
        self._full = full

    def getaddrinfo(self, host, _port, type=0, flags=0):
        if host not in self._known:
            raise socket.gaierror(-2, 'Name or service not known')
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, self._full or host,
                 (self._known[host], 0))]


def option(path: pathlib.Path) -> str:
    """Return what a Glance worker reads from a directory with the file."""
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt('worker_self_reference_url'))
    conf(['--config-dir', str(path.parent)], default_config_files=[],
         default_config_dirs=[])
    return str(conf.worker_self_reference_url)


@ddt.ddt
class WorkerConfigTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.patch(socket, 'gethostname', lambda: 'glance-0')
        self.resolve({'glance-0': '192.0.2.1',
                      'glance-0.example.org': '192.0.2.1'},
                     'glance-0.example.org')
        self.file = pathlib.Path(self.useFixture(
            fixtures.TempDir()).join('worker.conf'))

    def resolve(self, known, full=''):
        self.useFixture(fixtures.MonkeyPatch(
            'socket.getaddrinfo', Resolver(known, full).getaddrinfo))

    def test_as_the_host_calls_itself(self):
        done = running.run('worker-config')
        self.assertEqual((0, ''), (done.code, done.err))
        self.assertIn('\n[DEFAULT]\nworker_self_reference_url = '
                      'http://glance-0.example.org:9292\n', done.out)

    def test_needs_no_cloud(self):
        self.useFixture(fixtures.EnvironmentVariable('OS_CLOUD', 'no-such'))
        self.assertEqual(0, running.run('worker-config').code)

    def test_all_options(self):
        done = running.run('worker-config', '--host', 'glance-1', '--domain',
                           'svc.local', '--port', '443', '--scheme', 'https')
        self.assertIn(' = https://glance-1.svc.local:443\n', done.out)

    def test_unknown_domain(self):
        self.resolve({'glance-0': '127.0.1.1'}, 'glance-0')
        done = running.run('worker-config')
        self.assertEqual((exitcodes.USAGE, ''), (done.code, done.out))
        self.assertIn('--domain', done.err)

    @ddt.data(('--host', ''), ('--host', 'http://a.b'),
              ('--host', 'localhost'), ('--port', '0'), ('--port', 'x'),
              ('--scheme', ''))
    def test_refused(self, options):
        done = running.run('worker-config', *options)
        self.assertEqual((exitcodes.USAGE, ''), (done.code, done.out))

    def test_name_that_is_not_known(self):
        argv = ('worker-config', '--domain', 'other.org')
        done = running.run(*argv)
        self.assertEqual(0, done.code)
        self.assertIn('//glance-0.other.org:', done.out)
        self.assertIn('cannot be resolved', done.err)

        done = running.run(*argv, '--resolve')
        self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
        self.assertIn('cannot be resolved', done.err)

    def test_name_that_is_this_host_for_everybody(self):
        self.resolve({'glance-0.a.org': '127.0.1.1'})
        done = running.run('worker-config', '--domain', 'a.org')
        self.assertEqual(0, done.code)
        self.assertIn('127.0.1.1', done.err)

    def test_writes_a_file_that_glance_reads(self):
        done = running.run('worker-config', '--output', str(self.file))
        self.assertEqual((0, ''), (done.code, done.out))
        self.assertEqual('http://glance-0.example.org:9292',
                         option(self.file))
        self.assertEqual(0o644, stat.S_IMODE(self.file.stat().st_mode))
        self.assertEqual([self.file], list(self.file.parent.iterdir()))

    def test_does_not_touch_a_file_that_is_right(self):
        running.run('worker-config', '--output', str(self.file))
        before = self.file.stat()
        done = running.run('worker-config', '--output', str(self.file))
        self.assertEqual((0, '', ''), (done.code, done.out, done.err))
        after = self.file.stat()
        self.assertEqual((before.st_ino, before.st_mtime_ns),
                         (after.st_ino, after.st_mtime_ns))

    @ddt.data(('other', 0o644), (None, 0o600))
    @ddt.unpack
    def test_replaces_a_file_that_is_not(self, content, mode):
        running.run('worker-config', '--output', str(self.file))
        right = self.file.read_text()
        if content is not None:
            self.file.write_text(content)
        self.file.chmod(mode)
        running.run('worker-config', '--output', str(self.file))
        self.assertEqual((right, 0o644), (
            self.file.read_text(), stat.S_IMODE(self.file.stat().st_mode)))

    def test_replaces_what_a_link_leads_to(self):
        link = self.file.with_name('link.conf')
        link.symlink_to(self.file)
        running.run('worker-config', '--output', str(link))
        self.assertTrue(link.is_symlink())
        self.assertTrue(self.file.is_file())

    def test_file_that_cannot_be_written(self):
        fifo = self.file.with_name('fifo')
        os.mkfifo(fifo)
        for path in ('/nonexistent/worker.conf', str(self.file.parent),
                     str(fifo)):
            done = running.run('worker-config', '--output', path)
            self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
            line, = done.err.splitlines()
            self.assertIn(f'{path} cannot be written', line)
        self.assertEqual([fifo], list(self.file.parent.iterdir()))
