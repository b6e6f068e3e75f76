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

"""``demo``: show copy and clone, with guests where the lab has computes."""

import argparse
import functools
import json
import sys

from lab import cloud
from lab import demo
from lab import exitcodes
from lab import interrupt
from lab import narrator
from lab import show_disks
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    defaults = show_disks.Settings()
    parser = subparsers.add_parser(
        'demo', help='boot at the edge what is only at the hub; exit code 1 '
                     'when a disk of ours is not a clone, or its guest does '
                     'not run')
    parser.add_argument('--compare', action='store_true',
                        help='show the same with upstream\'s backend')
    parser.add_argument('--size', type=int, metavar='MIB',
                        help='of the images, in a lab without computes '
                             f'(default: {defaults.size_mib})')
    parser.add_argument('--crowd', type=int, metavar='N',
                        help='computes that boot at once, in a lab without '
                             f'computes (default: {defaults.crowd})')
    parser.add_argument('-f', '--format', choices=('table', 'json'),
                        default='table',
                        help='of what comes at the end; with json the story '
                             'goes to stderr (default: %(default)s)')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    lab = cloud.Lab.load(args.state)
    told = sys.stderr if args.format == 'json' else sys.stdout
    story = narrator.Narrator(functools.partial(print, file=told, flush=True))
    with interrupt.raised():
        report = demo.play(
            lab, demo.Request(args.compare, args.size, args.crowd), story)
    story.plain('')
    print(json.dumps(report.rows, indent=2) if args.format == 'json'
          else report.table)
    return exitcodes.OK if report.proved else exitcodes.FAILED
