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

"""``up``: build the lab, or start what is dead in it."""

import argparse
import sys

from lab import directory
from lab import exitcodes
from lab import interrupt
from lab import lifetime
from lab import packages
from lab import progress
from lab import settings
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'up', help='build the lab, or start what is dead in it')
    parser.add_argument(
        '--profile', choices=settings.PROFILES, default=settings.STORAGE,
        help='what it consists of (default: %(default)s)')
    parser.add_argument(
        '--sites', type=types.names, default=settings.DEFAULT_SITES,
        metavar='NAME,NAME...',
        help='sites, the hub first (default: '
             f'{",".join(settings.DEFAULT_SITES)})')
    parser.add_argument(
        '--computes', type=types.counts, default={}, metavar='SITE=N,...',
        help='how many computes a site has, with the profile cloud '
             '(default: one at each site)')
    parser.add_argument(
        '--edges', type=types.names_or_none, metavar='NAME,NAME...',
        help='sites with a Glance of their own, which knows the stores of '
             'that site and of the hub; "" for none (default: '
             f'{settings.DEFAULT_EDGE}, if it is a site and not the hub)')
    parser.add_argument(
        '--workers', type=int, default=settings.DEFAULT_WORKERS, metavar='N',
        help="how many the hub's Glance has, each with an address of its own "
             '(default: %(default)s)')
    parser.add_argument(
        '--names', nargs='?', const=settings.ALL, choices=settings.PUBLISH,
        help='give these workers names in a resolver of the lab\'s own, which '
             'needs root: all of them, or those that run '
             '(default: no names; alone: %(const)s)')
    parser.add_argument(
        '--tls', action='store_true',
        help='have these workers talk TLS with each other')
    parser.add_argument(
        '--port-base', type=int, default=settings.DEFAULT_PORT_BASE,
        metavar='N',
        help='all ports follow from this one (default: %(default)s)')
    parser.add_argument(
        '--osd-size', type=int, default=settings.DEFAULT_OSD_GIB,
        metavar='GIB',
        help="size of each site's sparse OSD file (default: %(default)s)")
    parser.add_argument(
        '--keep-failed', action='store_true',
        help='when it fails, leave running what runs')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    report = progress.Progress(sys.stdout)
    where = directory.StateDirectory(args.state)
    asked = settings.LabSettings(
        sites=args.sites, profile=args.profile, port_base=args.port_base,
        osd_gib=args.osd_size, computes=args.computes,
        edges=args.edges, workers=args.workers, names=args.names,
        tls=args.tls)
    packages.check_permitted(asked)
    packages.check(asked=asked)
    with interrupt.raised():
        lifetime.up(lifetime.Request(asked, args.keep_failed), where, report)
    report.say(f'ready after {report.seconds:.1f} s; to use it: '
               f'eval "$(python -m lab --state {where.path} env)"')
    return exitcodes.OK
