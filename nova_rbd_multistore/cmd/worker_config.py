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

"""``worker-config``: how the other workers of Glance reach this one."""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import stat
import tempfile

from nova_rbd_multistore import exception
from nova_rbd_multistore import workerconfig
from nova_rbd_multistore.cmd import base

_MODE = 0o644


class NotWritten(exception.MultistoreError):
    """The file is not there, or as it was before."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f'{path} cannot be written: {reason}.')


class NotResolved(exception.MultistoreError):
    """The name is not one by which others find this host."""


class WorkerConfig(base.Command):
    """Print how the other workers of Glance reach the worker on this host.

    Staged data are on the worker that got them, and the others forward an
    import or a delete there, to its worker_self_reference_url. Each worker
    needs its own; without a scheme, or with the URL of the load balancer,
    imports fail. Needs no cloud and no credential.
    """

    EXAMPLES = """\
examples:
  On a host that knows its full name:
    nova-rbd-multistore worker-config
  In a pod of a StatefulSet with a headless service, before Glance starts:
    nova-rbd-multistore worker-config \\
        --domain glance.openstack.svc.cluster.local \\
        --output /etc/glance/glance-api.conf.d/worker.conf
  With an address:
    nova-rbd-multistore worker-config --host 192.0.2.11 --scheme https
"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the command's options."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--host', metavar='HOST',
            help='Name or address of this host (default: the name that it '
                 'has).')
        parser.add_argument(
            '--domain', metavar='DOMAIN',
            help='What to put behind a name without one (default: as the '
                 'resolver completes the name); \'\' for nothing.')
        parser.add_argument(
            '--port', metavar='PORT', type=int, default=workerconfig.PORT,
            help=f'Where the worker listens '
                 f'(default {workerconfig.PORT}).')
        parser.add_argument(
            '--scheme', choices=('http', 'https'), default='http',
            help='https if the worker itself ends TLS (default http).')
        parser.add_argument(
            '--allow-loopback', action='store_true',
            help='For workers that are all on one machine.')
        parser.add_argument(
            '--resolve', action='store_true',
            help='Fail when the name cannot be resolved here. A pod may get '
                 'its name only after it has started.')
        parser.add_argument(
            '--output', metavar='FILE',
            help='Write to a file, at once and with the mode 0644, if it has '
                 'not this content already. Glance reads *.conf in '
                 '/etc/glance/glance-api.conf.d.')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print or write the configuration."""
        host = parsed_args.host
        if host is None:
            host = socket.gethostname()
        domain = parsed_args.domain
        if domain is None and '.' not in host and \
                workerconfig.address(host) is None:
            domain = _domain(host)
        name = workerconfig.full_name(host, domain)
        url = workerconfig.url(parsed_args.scheme, name, parsed_args.port,
                               parsed_args.allow_loopback)
        flaw = _flaw(name)
        if flaw is not None and not parsed_args.allow_loopback:
            if parsed_args.resolve:
                raise NotResolved(flaw)
            self.app.screen.line(f'Warning: {flaw}')
        text = workerconfig.snippet(url)
        if parsed_args.output is None:
            self.app.stdout.write(text)
        else:
            self._write(parsed_args.output, text, url)

    def _write(self, path: str, text: str, url: str) -> None:
        try:
            written = _write(path, text)
        except OSError as exc:
            raise NotWritten(path, exc.strerror or str(exc)) from exc
        if written:
            self.app.screen.line(f'Wrote {path}: {url}')


def _domain(host: str) -> str | None:
    """Return the domain that the resolver knows, as ``hostname -d`` does."""
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_CANONNAME)
    except (OSError, UnicodeError):
        return None
    name, _dot, domain = found[0][3].partition('.')
    return domain if domain and name.lower() == host.lower() else None


def _flaw(name: str) -> str | None:
    """Say why others may not find this host, None for no reason."""
    if workerconfig.address(name) is not None:
        return None
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError as exc:
        return (f'{name} cannot be resolved here ({exc.strerror}). All '
                f'workers of Glance have to resolve it.')
    addresses = {str(one[4][0]).partition('%')[0] for one in found}
    if all(ipaddress.ip_address(one).is_loopback for one in addresses):
        return (f'{name} is {", ".join(sorted(addresses))} here. See that '
                f'the other workers of Glance resolve it to this host.')
    return None


def _write(path: str, text: str) -> bool:
    """Have a file with a content; tell whether it had another one before.

    Whoever reads it at that time finds the old content or the new one.

    :raises OSError: when that cannot be.
    """
    path = os.path.realpath(path)
    try:
        found = os.stat(path)
    except FileNotFoundError:
        found = None
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise OSError('it is there and is no file')
    if found is not None and stat.S_IMODE(found.st_mode) == _MODE:
        with open(path, encoding='utf-8', errors='replace') as before:
            if before.read() == text:
                return False
    # Not *.conf, which glance-api would read.
    handle, scratch = tempfile.mkstemp(
        prefix='.worker-config-', dir=os.path.dirname(path))
    try:
        with open(handle, 'w', encoding='utf-8') as target:
            target.write(text)
            target.flush()
            os.fchmod(target.fileno(), _MODE)
            os.fsync(target.fileno())
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
    return True
