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

"""``stop``: end daemons in their own way; Glance finishes its imports."""

import argparse
import sys

from lab import cloud
from lab import exitcodes
from lab import progress
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'stop', help='stop daemons gracefully (a Glance worker drains)')
    types.add_daemons(parser)
    parser.add_argument(
        '--timeout', type=float, metavar='SECONDS',
        help='kill it when it takes longer (default: depends on the daemon)')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    report = progress.Progress(sys.stdout)
    lab = cloud.Lab.load(args.state)
    code = exitcodes.OK
    for one in [lab.daemon(name) for name in args.names]:
        if not one.is_alive():
            report.say(f'{one.name} does not run')
            continue
        with report.step(f'{one.name} stopped'):
            in_time = one.stop(args.timeout)
        if not in_time:
            report.say(f'warning: {one.name} took too long and was killed')
            code = exitcodes.FAILED
    return code
