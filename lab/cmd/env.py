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

"""``env``: what a shell needs to act as a user of the lab."""

import argparse
import json
import shlex

from lab import cloud
from lab import clouds
from lab import exitcodes
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'env', help='print the environment of a user, without passwords')
    parser.add_argument('--user', default='demo', metavar='NAME',
                        help='whose (default: %(default)s)')
    parser.add_argument('--format', choices=('shell', 'json'),
                        default='shell', help='(default: %(default)s)')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    lab = cloud.Lab.load(args.state)
    clouds.write(lab.directory, lab.state)
    variables = clouds.environment(lab.directory, lab.state, args.user)
    print(render(variables, args.format))
    return exitcodes.OK


def render(variables: dict[str, str], style: str) -> str:
    """Return the variables as lines for a shell, or as JSON."""
    if style == 'json':
        return json.dumps(variables, indent=2)
    return '\n'.join(f'export {name}={shlex.quote(value)}'
                     for name, value in variables.items())
