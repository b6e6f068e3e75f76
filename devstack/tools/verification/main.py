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
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import os
import pathlib
import signal
import sys
from typing import TextIO

from devstack.tools.verification import bench as bench_mod
from devstack.tools.verification import check
from devstack.tools.verification import report as report_mod
from devstack.tools.verification import roster
from devstack.tools.verification import runner
from devstack.tools.verification import settings as settings_mod
from devstack.tools.verification import source
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from nova_rbd_multistore.cmd import argument
from nova_rbd_multistore.cmd import cloud
from nova_rbd_multistore.cmd import screen as screen_mod

OK = 0
FAILED = 1
NOT_RUN = 2
INTERRUPTED = 130

# Besides Ctrl-C: a job that is ended, a connection that is lost.
_ENDING = (signal.SIGTERM, signal.SIGHUP)

_VARIABLE = 'NOVA_RBD_MULTISTORE_'

_EPILOG = f"""\
exit status:
  {OK}    everything passed that had to
  {FAILED}    a check failed
  {NOT_RUN}    a wrong command line, or the checks could not begin
  {INTERRUPTED}  interrupted, as with Ctrl-C; what was made is removed

checks, in their order:
""" + '\n'.join(f'  {one.name:<14} {one.title}' for one in roster.CHECKS)


def main(arguments: Sequence[str]) -> int:
    """Run the checks and return the exit status."""
    args = parser(dict(os.environ)).parse_args(arguments)
    screen = screen_mod.Screen(sys.stderr)
    for number in _ENDING:
        signal.signal(number, _interrupt)
    try:
        return run(args, sys.stdout, screen)
    except (check.NotUsable, check.Failed, exception.MultistoreError) as exc:
        # Before there was a report.
        screen.line(f'verify: {exc}')
        return NOT_RUN
    except KeyboardInterrupt:
        screen.line('verify: interrupted')
        return INTERRUPTED
    finally:
        screen.close()


def run(
    args: argparse.Namespace, stdout: TextIO, screen: screen_mod.Screen,
) -> int:
    """Log in, make the checks, remove what they made.

    :raises NotUsable: when they cannot begin.
    """
    chosen = _settings(args)
    _forget_logins()
    user, admin = map(_access, (chosen.user, chosen.admin))
    report = report_mod.Report(stdout, screen, args.format == 'json')
    clock = timing.Clock.system()
    with _image(args, admin) as path:
        bench = bench_mod.Bench(chosen, user, admin, source.qcow2(path),
                                clock, report.say)
        try:
            runner.Runner(bench, report, clock, bench.upstream).run(
                roster.chosen(args.only))
        finally:
            _clean(bench, report.trace)
        report.end()
    return FAILED if report.count(check.Verdict.FAILED) else OK


def _access(name: str) -> glance.Access:
    try:
        return cloud.access(['--os-cloud', name])
    except exception.Usage as exc:
        raise check.NotUsable(
            f'nobody can log in as {name} of clouds.yaml: {exc.__cause__} '
            f'(--user and --admin name others)') from exc


def _clean(bench: bench_mod.Bench, tell: Callable[[str], None]) -> None:
    if bench.settings.keep:
        for thing in bench.ledger.things:
            tell(f'kept: {thing}')
        return
    for thing in bench.clean():
        tell(f'verify: not removed: {thing}')


@contextlib.contextmanager
def _image(
    args: argparse.Namespace, access: glance.Access,
) -> Iterator[pathlib.Path]:
    path = args.image_file
    if path is None and args.image is None:
        path = source.of_devstack(dict(os.environ))
    if path is None:
        with source.downloaded(access, args.image) as path:
            yield path
    else:
        yield path


def _forget_logins() -> None:
    """Take no login from a shell in which somebody has sourced openrc."""
    for name in list(os.environ):
        if name.startswith('OS_') and name != 'OS_CLIENT_CONFIG_FILE':
            del os.environ[name]


def _interrupt(_number: int, _frame: object) -> None:
    # Nothing but Ctrl-C ends the clean-up that follows.
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _settings(args: argparse.Namespace) -> settings_mod.Settings:
    return settings_mod.Settings(
        user=args.user, admin=args.admin, compute=args.compute,
        other_store=args.other_store or None, flavor=args.flavor,
        crowd=args.crowd, boot_timeout=args.boot_timeout,
        import_timeout=args.import_timeout, keep=args.keep)


def parser(environment: dict[str, str]) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    :param environment: variables, which have some defaults.
    """
    defaults = settings_mod.Settings()
    parser = argparse.ArgumentParser(
        prog='verify', allow_abbrev=False, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Check a DevStack with the plugin nova-rbd-multistore: '
                    'as the user stack, on its controller.')
    images = parser.add_mutually_exclusive_group()
    images.add_argument(
        '--image', metavar='ID-or-NAME', help='Boot an image of Glance.')
    images.add_argument(
        '--image-file', metavar='FILE', type=pathlib.Path,
        help='Boot a qcow2 image (default: the first one among the files of '
             'DevStack, else the smallest public image of Glance).')
    parser.add_argument(
        '-f', '--format', choices=('table', 'json'), default='table',
        help='Of the result (default table, a line for each check).')
    parser.add_argument(
        '--only', metavar='NAME', action='append', default=[],
        choices=[one.name for one in roster.CHECKS],
        help='Make this check, and those on which it builds. May be given '
             'several times.')
    parser.add_argument(
        '--compute', choices=(settings_mod.LIBRARY, settings_mod.UPSTREAM),
        default=environment.get(f'{_VARIABLE}COMPUTE') or defaults.compute,
        help='Whose class nova-compute has to run with (default: '
             f'{_VARIABLE}COMPUTE, else library). With upstream, checks '
             'that only the library passes do not count as failed.')
    parser.add_argument(
        '--other-store', metavar='STORE',
        default=environment.get(f'{_VARIABLE}OTHER_STORE'),
        help='A store in another cluster (default: '
             f'{_VARIABLE}OTHER_STORE, else any that there is).')
    _add_numbers(parser, defaults)
    parser.add_argument(
        '--flavor', metavar='NAME',
        help='Of all servers (default: the smallest with a disk for the '
             'image).')
    parser.add_argument(
        '--user', metavar='CLOUD', default=defaults.user,
        help='The ordinary user in clouds.yaml (default %(default)s).')
    parser.add_argument(
        '--admin', metavar='CLOUD', default=defaults.admin,
        help='An administrator in clouds.yaml (default %(default)s).')
    parser.add_argument(
        '--keep', action='store_true',
        help='Leave servers and images, to look at them.')
    return parser


def _add_numbers(
    parser: argparse.ArgumentParser, defaults: settings_mod.Settings,
) -> None:
    parser.add_argument(
        '--crowd', metavar='N', type=argument.count, default=defaults.crowd,
        help='How many servers to boot at once (default %(default)s).')
    parser.add_argument(
        '--boot-timeout', metavar='SECONDS', type=argument.seconds,
        default=defaults.boot_timeout,
        help='For a server to become active (default %(default).0f).')
    parser.add_argument(
        '--import-timeout', metavar='SECONDS', type=argument.seconds,
        default=defaults.import_timeout,
        help='For an import (default %(default).0f).')
