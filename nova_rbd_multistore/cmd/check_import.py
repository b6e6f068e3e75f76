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

"""``check import``: whether workers import what is staged at others."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import pathlib
import signal
import textwrap
import threading
from typing import TYPE_CHECKING
from typing import Any

from nova_rbd_multistore import exception
from nova_rbd_multistore.cmd import argument
from nova_rbd_multistore.cmd import base
from nova_rbd_multistore.cmd import columns
from nova_rbd_multistore.cmd import exitcodes

if TYPE_CHECKING:
    from nova_rbd_multistore import glance
    from nova_rbd_multistore.checks import importcheck
    from nova_rbd_multistore.checks import options as options_mod
    from nova_rbd_multistore.checks import row as row_mod

_COLUMNS = ('check', 'workers', 'verdict', 'seconds', 'code', 'detail',
            'remedy', 'facts')
_TABLE_COLUMNS = ('check', 'workers', 'verdict', 'seconds', 'detail')

# Columns of a paragraph.
_WIDTH = 79


class Import(base.Lister):
    """Check whether workers of Glance import what is staged at others.

    Workers with staging directories of their own have to hand an import to
    the one that has the staged data. This stages images at workers, imports
    and deletes them through others, reads the data back through a third one,
    imports through the load balancer what is staged at all of them at once,
    and looks what becomes of a qcow2 image. It finds out what each worker
    calls itself (worker_self_reference_url), and says what is wrong and which
    setting to change.

    All that it makes has the tag nova-rbd-multistore-check and is removed,
    also after Ctrl-C. It needs a user who may upload images, no administrator.
    """

    EXAMPLES = """\
examples:
  Workers by their URLs:
    nova-rbd-multistore check import --worker http://glance-0.example:9292 \\
        --worker http://glance-1.example:9292
  All pods of a StatefulSet, from within the cluster, into two stores:
    nova-rbd-multistore check import \\
        --discover glance.openstack.svc.cluster.local:9292 \\
        --store central --store dcn0
  Only look, as a program:
    nova-rbd-multistore check import --read-only -f json |
        jq -r '.[] | select(.verdict == "found") | .code'
"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the command's options."""
        parser = super().get_parser(prog_name)
        _add_workers(parser)
        _add_work(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace,
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """Return the rows."""
        check = _check(parsed_args, self.access(), self._tell)
        with _stopping(check, self._say_stopping) as stopped:
            self._report = check.run()
        self.code = exitcodes.OK
        if self._report.findings:
            self.code = exitcodes.FINDINGS
        if stopped:
            self.code = exitcodes.INTERRUPTED
        if parsed_args.formatter == 'table':
            parsed_args.columns = parsed_args.columns or list(_TABLE_COLUMNS)
            parsed_args.fit_width |= not parsed_args.max_width
        return _COLUMNS, map(_columns, self._report.rows)

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str],
        data: Any,
    ) -> int:
        """Write the rows, and for people what was found in full."""
        code = super().produce_output(parsed_args, column_names, data)
        if parsed_args.formatter == 'table':
            for found in self._report.findings:
                self.app.stdout.write(_paragraphs(found))
            self.app.stdout.write(f'\n{self._report.count}\n')
        return code

    def _tell(self, row: row_mod.Row) -> None:
        told = f'{row.check} {row.where}: {row.verdict.value}'
        if self.app.screen.live:
            self.app.screen.show(told)
        else:
            self.app.screen.line(f'{told}, {row.code or row.detail}')

    def _say_stopping(self) -> None:
        self.app.screen.line(
            'Stopping, and removing what was made; once more to leave it.')


def _add_workers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        'workers', 'By default the endpoints of image and image_remote in '
                   'the catalog.')
    group.add_argument(
        '--worker', metavar='URL', action='append', default=[],
        help='A worker, by a URL of its own. May be given several times.')
    group.add_argument(
        '--discover', metavar='[SCHEME://]NAME[:PORT]', action='append',
        default=[],
        help='The workers behind a name that has an address for each of '
             'them, such as a headless service of Kubernetes, or behind the '
             'name of one of its pods (default scheme http, port 9292). May '
             'be given several times.')
    group.add_argument(
        '--via', metavar='URL',
        help="The load balancer (default: the catalog's endpoint of image, "
             'unless that is one of the workers).')


def _add_work(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group('what is tried')
    group.add_argument(
        '--store', metavar='STORE', action='append', default=[],
        help='A store to import into (default: the default store). May be '
             'given several times.')
    group.add_argument(
        '--pairs', choices=('ring', 'all'), default='all',
        help='Try each worker with the next one only, or with all others '
             '(default all).')
    group.add_argument(
        '--size', metavar='MIB', type=argument.count, default=4,
        help='Size of the images in MiB (default 4).')
    group.add_argument(
        '--image-file', metavar='FILE', type=pathlib.Path,
        help='What to upload in place of data of our own: a qcow2 image, to '
             'see what it becomes, else a raw one.')
    group.add_argument(
        '--timeout', metavar='SECONDS', type=argument.seconds, default=300.0,
        help='For each import (default 300).')
    group.add_argument(
        '--parallel', metavar='N', type=argument.count, default=4,
        help='How many workers to try at the same time (default 4).')
    group.add_argument(
        '--read-only', action='store_true',
        help='Make nothing: only look at the workers, at what waits at '
             'workers that are down, and at left-overs.')
    group.add_argument(
        '--remove-left-overs', action='store_true',
        help='Remove images that earlier checks have left. Do not use it '
             'while another check runs.')


def _check(
    args: argparse.Namespace, access: glance.Access, tell: Any,
) -> importcheck.ImportCheck:
    from nova_rbd_multistore import glance
    from nova_rbd_multistore import timing
    from nova_rbd_multistore.checks import discovery
    from nova_rbd_multistore.checks import importcheck
    from nova_rbd_multistore.glance import imports

    def reach(url: str) -> imports.Imports:
        return imports.Imports(glance.Access(
            access.session, access.auth, (url,), access.adapter), retries=1)

    topology = discovery.topology(
        discovery.Wanted(args.worker, args.discover, args.via), access,
        discovery.Resolver.system())
    return importcheck.ImportCheck(
        topology, reach, _options(args), timing.Clock.system(), tell)


def _options(args: argparse.Namespace) -> options_mod.Options:
    from nova_rbd_multistore.checks import material
    from nova_rbd_multistore.checks import options as options_mod

    raw: material.Material = material.RawData(args.size)
    qcow2: material.Material = material.SmallQcow2()
    if args.image_file is not None:
        try:
            given = material.ImageFile(args.image_file)
        except OSError as exc:
            raise exception.Usage(
                f'{args.image_file} cannot be read: {exc.strerror}') from exc
        if given.disk_format == material.QCOW2:
            qcow2 = given
        else:
            raw = given
    return options_mod.Options(
        stores=frozenset(args.store), timeout=args.timeout,
        raw=raw, qcow2=qcow2, pairs=options_mod.Pairs(args.pairs),
        read_only=args.read_only, remove_left_overs=args.remove_left_overs,
        parallel=args.parallel)


@contextlib.contextmanager
def _stopping(
    check: importcheck.ImportCheck, say: Any,
) -> Iterator[list[int]]:
    """Let the first signal stop the check, and the second one the process.

    Enters into a list that then has the signal.
    """
    caught: list[int] = []
    # The signal may have come in the middle of a line.
    saying = threading.Thread(target=say)

    def stop(number: int, _frame: object) -> None:
        check.stop()
        caught.append(number)
        for one in before:
            # Python's own would wait for all threads, and clean up.
            signal.signal(one, signal.SIG_DFL)
        saying.start()

    before = {one: signal.signal(one, stop)
              for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        if caught:
            saying.join()


def _columns(row: row_mod.Row) -> tuple[Any, ...]:
    return (row.check, _Workers(row), row.verdict.value,
            columns.Optional(None if row.seconds is None
                             else round(row.seconds, 1)),
            columns.Optional(row.code or None), _Detail(row),
            columns.Optional(row.remedy or None),
            columns.Optional(dict(row.facts) or None))


class _Workers(columns.FORMATTABLE[Any]):
    """The workers of a row."""

    def human_readable(self) -> str:
        """Return them in one line."""
        return str(self._value.where)

    def machine_readable(self) -> list[str]:
        """Return their names."""
        return list(self._value.workers)


class _Detail(columns.FORMATTABLE[Any]):
    """What was seen; in a table, of a finding, where to read on."""

    def human_readable(self) -> str:
        """Return what fits."""
        return str(self._value.code if self._value.found
                   else self._value.detail)

    def machine_readable(self) -> str:
        """Return all of it."""
        return str(self._value.detail)


def _paragraphs(found: row_mod.Row) -> str:
    return '\n' + '\n'.join((
        f'{found.code}: {found.where}'.rstrip(': '),
        *(textwrap.fill(text, _WIDTH, initial_indent='  ',
                        subsequent_indent='  ', break_long_words=False,
                        break_on_hyphens=False)
          for text in (found.detail, found.remedy)), ''))
