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

"""``down``: stop everything and leave nothing behind."""

import argparse
import sys

from lab import directory
from lab import exitcodes
from lab import lifetime
from lab import progress
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'down', help='stop everything and remove the state directory')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    report = progress.Progress(sys.stdout)
    where = directory.StateDirectory(args.state)
    stopped = lifetime.down(where, report)
    if stopped is None:
        report.say(f'no lab in {where.path}')
    else:
        report.say(f'stopped {len(stopped)} processes and removed '
                   f'{where.path} in {report.seconds:.1f} s')
    return exitcodes.OK
