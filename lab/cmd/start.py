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

"""``start``: start daemons that were stopped, killed or died."""

import argparse
import sys

from lab import building
from lab import cloud
from lab import exitcodes
from lab import progress
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser('start', help='start daemons again')
    types.add_daemons(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    report = progress.Progress(sys.stdout)
    lab = cloud.Lab.load(args.state)
    for one in [lab.daemon(name) for name in args.names]:
        if one.is_alive():
            report.say(f'{one.name} runs already')
            continue
        building.check_ports([one])
        with report.step(f'{one.name} started'):
            one.start()
    return exitcodes.OK
