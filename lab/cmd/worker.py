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

"""``worker``: add, remove and rename workers of the hub's Glance."""

import argparse
import sys

from lab import cloud
from lab import exitcodes
from lab import hubworkers
from lab import interrupt
from lab import progress
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'worker', help="add, remove, rename workers of the hub's Glance")
    actions = parser.add_subparsers(
        required=True, metavar='ACTION', title='actions')
    adding = actions.add_parser('add', help='start one more')
    adding.add_argument(
        'name', nargs='?', metavar='NAME',
        help='of its daemon (default: glance-api- and the first free number)')
    adding.set_defaults(run=add)
    removing = actions.add_parser(
        'remove', help='stop one gracefully and leave nothing but its log')
    _add_name(removing)
    removing.add_argument(
        '--timeout', type=float, metavar='SECONDS',
        help="kill it when it takes longer (default: Glance's own measure)")
    removing.set_defaults(run=remove)
    renaming = actions.add_parser(
        'rename', help='give one another host name, or another address in a '
                       'lab without names; its configuration gets stale')
    _add_name(renaming)
    renaming.add_argument(
        'new', nargs='?', metavar='NEW',
        help='first label of the host name (default: NAME-renamed); without '
             'names the address (default: a free one)')
    renaming.set_defaults(run=rename)
    again = actions.add_parser(
        'reconfigure', help='restart one with the configuration that fits '
                            'what it is called now')
    _add_name(again)
    again.set_defaults(run=reconfigure)
    for action in (adding, removing, renaming, again):
        types.add_state(action)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('name', metavar='NAME',
                        help='of its daemon, such as glance-api-1')


def add(args: argparse.Namespace) -> int:
    """Run ``worker add``."""
    report = progress.Progress(sys.stdout)
    lab = cloud.Lab.load(args.state)
    with interrupt.raised():
        worker = hubworkers.HubWorkers(lab).add(args.name).worker
    report.say(f'{worker.name} added, {worker.self_url} '
               f'({report.seconds:.1f} s)')
    return exitcodes.OK


def remove(args: argparse.Namespace) -> int:
    """Run ``worker remove``."""
    report = progress.Progress(sys.stdout)
    lab = cloud.Lab.load(args.state)
    with report.step(f'{args.name} removed'):
        in_time = hubworkers.HubWorkers(lab).remove(args.name, args.timeout)
    if not in_time:
        report.say(f'warning: {args.name} took too long and was killed')
        return exitcodes.FAILED
    return exitcodes.OK


def rename(args: argparse.Namespace) -> int:
    """Run ``worker rename``."""
    report = progress.Progress(sys.stdout)
    lab = cloud.Lab.load(args.state)
    hubworkers.HubWorkers(lab).rename(args.name, args.new)
    worker = lab.workers[args.name].worker
    report.say(f'{worker.name} is reached at {worker.self_url}; what it tells '
               f'other workers is stale until "worker reconfigure"')
    return exitcodes.OK


def reconfigure(args: argparse.Namespace) -> int:
    """Run ``worker reconfigure``."""
    report = progress.Progress(sys.stdout)
    lab = cloud.Lab.load(args.state)
    with report.step(f'{args.name} restarted'):
        hubworkers.HubWorkers(lab).reconfigure(args.name)
    return exitcodes.OK
