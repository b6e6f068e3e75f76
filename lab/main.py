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

"""The command line ``python -m lab``."""

import argparse
from collections.abc import Sequence
import sys
from types import ModuleType

from lab import exception
from lab.cmd import boot
from lab.cmd import demo
from lab.cmd import down
from lab.cmd import env
from lab.cmd import kill
from lab.cmd import run
from lab.cmd import start
from lab.cmd import status
from lab.cmd import stop
from lab.cmd import types
from lab.cmd import up
from lab.cmd import worker

# A subcommand is a module with add_parser(subparsers), which sets ``run`` as
# the parser's default, and run(args) -> exit code.
SUBCOMMANDS: tuple[ModuleType, ...] = (
    up, down, status, env, run, boot, demo, stop, kill, start, worker)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with all subcommands."""
    parser = argparse.ArgumentParser(
        prog='python -m lab',
        description='A multi-site storage cloud of real services: Ceph per '
                    'site, Keystone, and a hub Glance of three workers; with '
                    '--profile cloud also Nova and computes with guests.')
    types.add_state(parser, types.DEFAULT_STATE)
    subparsers = parser.add_subparsers(
        required=True, metavar='COMMAND', title='commands')
    for module in SUBCOMMANDS:
        module.add_parser(subparsers)
    for subparser in subparsers.choices.values():
        # Before or behind the command, as people write it.
        types.add_state(subparser)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; return its exit code (see lab/exitcodes.py)."""
    args = build_parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except exception.LabError as exc:
        print(f'error: {exc}', file=sys.stderr)
        return exc.exit_code
