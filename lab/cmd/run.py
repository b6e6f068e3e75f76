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

"""``run``: run a command that knows the names of the hub's workers."""

import argparse
import os

from lab import cloud
from lab import dnsmasq
from lab import exception
from lab import launcher
from lab import names
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'run', help="run a command for which the lab's resolver is the "
                    "machine's, in a lab with names",
        usage='%(prog)s [-h] [--state DIR] -- COMMAND [ARGUMENT...]')
    parser.add_argument(
        'words', nargs='+', metavar='COMMAND',
        help='and its arguments; its exit code is that of "run"')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Become the command: its input, output and signals are ours."""
    lab = cloud.Lab.load(args.state)
    command = names.command(lab.state, args.words, os.getcwd())
    if lab.dnsmasq is None or not lab.dnsmasq.is_alive():
        raise exception.NotRunning(dnsmasq.NAME)
    os.execvp(launcher.program(command[0]) or command[0], command)
