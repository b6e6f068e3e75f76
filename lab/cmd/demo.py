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

"""``demo``: show copy and clone, beside upstream's backend."""

import argparse
import functools

from lab import boot
from lab import cloud
from lab import compute
from lab import demo
from lab import exitcodes
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    defaults = demo.Settings()
    parser = subparsers.add_parser(
        'demo', help='boot at the edge what is only at the hub, and compare '
                     'with upstream; exit code 1 when a disk of ours is not '
                     'a clone')
    parser.add_argument('--size', type=int, default=defaults.size_mib,
                        metavar='MIB', help='of the images '
                                            '(default: %(default)s)')
    parser.add_argument('--crowd', type=int, default=defaults.crowd,
                        metavar='N', help='computes that boot at once '
                                          '(default: %(default)s)')
    parser.add_argument('--no-upstream', action='store_true',
                        help='leave upstream\'s backend out')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    lab = cloud.Lab.load(args.state)
    backends = [compute.OURS]
    if not args.no_upstream:
        backends.append(compute.UPSTREAM)
    say = functools.partial(print, flush=True)
    outcomes = demo.play(
        lab, demo.Settings(args.size, args.crowd), backends, say)
    say('')
    say(demo.table(outcomes))
    ours = [outcome for outcome in outcomes
            if outcome.backend == compute.OURS]
    cloned = all(outcome.count(boot.COW) == len(outcome.disks)
                 for outcome in ours)
    return exitcodes.OK if cloned else exitcodes.FAILED
