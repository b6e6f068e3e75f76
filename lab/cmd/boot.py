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

"""``boot``: make root disks with Nova's RBD backend."""

import argparse
import contextlib
import dataclasses
import functools
import json
import sys

from lab import boot
from lab import clients
from lab import cloud
from lab import compute
from lab import exception
from lab import exitcodes
from lab import interrupt
from lab import narrator
from lab import upstream
from lab.cmd import types

_COLUMNS = f'{"host":<20} {"result":<6} {"seconds":>8} {"copy s":>8} ' \
           f'{"requests":>8}  parent or error'


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'boot',
        help='make root disks with Nova\'s RBD backend; exit code 1 when '
             'one is not a clone')
    parser.add_argument('image', metavar='IMAGE', help='name or id')
    parser.add_argument('--site', required=True, metavar='NAME',
                        help='where the computes are')
    parser.add_argument('--hosts', type=_positive, default=1, metavar='N',
                        help='computes, each its own process (default: 1)')
    parser.add_argument('--count', type=_positive, metavar='N',
                        help='instances (default: one for each host)')
    parser.add_argument('--user', default='demo', metavar='NAME',
                        help='the tenant (default: %(default)s)')
    parser.add_argument('--backend', default=compute.OURS,
                        choices=(compute.OURS, compute.UPSTREAM),
                        help='with upstream, Glance is open meanwhile: '
                             'tenants may copy images, and see locations '
                             '(default: %(default)s)')
    parser.add_argument('--option', action='append', default=[],
                        metavar='SECTION.NAME=VALUE',
                        help='set an option in the computes\' nova.conf')
    parser.add_argument('--rm', action='store_true',
                        help='remove the disks afterwards')
    parser.add_argument('-f', '--format', choices=('table', 'json'),
                        default='table', help='(default: %(default)s)')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    lab = cloud.Lab.load(args.state)
    request = boot.Request(
        image_id=_find(lab, args.image), site=_site(lab, args.site),
        hosts=args.hosts, count=args.count or args.hosts, user=args.user,
        backend=args.backend, overrides=parse_options(args.option))
    streaming = args.format == 'table'
    if streaming:
        print(_COLUMNS)
    with contextlib.ExitStack() as stack:
        if args.backend == compute.UPSTREAM:
            stack.enter_context(interrupt.raised())
            stack.enter_context(upstream.served(lab, narrator.Narrator(
                functools.partial(print, file=sys.stderr, flush=True))))
        disks = boot.boot(lab, [request], done=lambda disk: (
            print(row(disk), flush=True) if streaming else None))
    if not streaming:
        print(json.dumps([dataclasses.asdict(disk) for disk in disks],
                         indent=2))
    if args.rm:
        boot.remove(lab, disks)
    cloned = all(disk.result == boot.COW for disk in disks)
    return exitcodes.OK if cloned else exitcodes.FAILED


def row(disk: boot.Disk) -> str:
    """Render one disk for people."""
    told = disk.parent or disk.why
    return (f'{disk.host:<20} {disk.result:<6} {disk.seconds:>8.1f} '
            f'{disk.copy_seconds:>8.1f} {disk.glance_requests:>8}  {told}')


def parse_options(given: list[str]) -> dict[str, dict[str, str]]:
    """Parse ``section.name=value`` strings.

    :raises exception.InvalidSettings: when one is something else
    """
    options: dict[str, dict[str, str]] = {}
    for text in given:
        key, equals, value = text.partition('=')
        section, dot, name = key.partition('.')
        if not (equals and dot and section and name):
            raise exception.InvalidSettings(
                f'{text!r} is not SECTION.NAME=VALUE')
        options.setdefault(section, {})[name] = value
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _find(lab: cloud.Lab, image: str) -> str:
    glance = clients.glance_for(lab.state, 'admin')
    found = [one.id for one in glance.images.list()
             if image in (one.id, one.name)]
    if len(found) != 1:
        raise exception.InvalidSettings(
            f'{len(found)} images have the name or id {image!r}')
    return str(found[0])


def _site(lab: cloud.Lab, name: str) -> str:
    if name not in lab.sites:
        raise exception.UnknownName('site', name, list(lab.sites))
    return name
