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

"""Types of command line arguments."""

import argparse
from typing import Any
from typing import Protocol

DEFAULT_STATE = '.lab'


class Subparsers(Protocol):
    """What argparse.ArgumentParser.add_subparsers() returns.

    Its class is private to argparse; this is what we need of it.
    """

    def add_parser(self, name: str, **kwargs: Any) -> argparse.ArgumentParser:
        """Add a subcommand."""


def names(text: str) -> tuple[str, ...]:
    """Parse a comma-separated list."""
    return tuple(name.strip() for name in text.split(','))


def names_or_none(text: str) -> tuple[str, ...]:
    """Parse a comma-separated list that may be empty."""
    return names(text) if text else ()


def counts(text: str) -> dict[str, int]:
    """Parse a comma-separated list of NAME=NUMBER.

    :raises ValueError: when it is not one
    """
    pairs = [item.partition('=') for item in names(text)]
    return {name: int(number) for name, _, number in pairs}


def add_state(parser: argparse.ArgumentParser,
              default: str = argparse.SUPPRESS) -> None:
    """Let a command line say which lab is meant.

    :param default: suppressed where an earlier word may have said it
    """
    parser.add_argument(
        '--state', default=default, metavar='DIR',
        help=f'directory of the lab (default: {DEFAULT_STATE})')


def add_daemons(parser: argparse.ArgumentParser) -> None:
    """Let a subcommand take names of daemons."""
    parser.add_argument('names', nargs='+', metavar='NAME',
                        help='such as glance-api-1 or ceph-osd.dcn0')
