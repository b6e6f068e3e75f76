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

"""``status``: which daemons run, in how much memory, and the clusters."""

import argparse
import json
from typing import Any

from lab import cloud
from lab import exception
from lab import exitcodes
from lab import memory
from lab.cmd import types


def add_parser(subparsers: types.Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'status', help='show daemons, memory and sites; exit code 8 when a '
                       'daemon is dead')
    parser.add_argument('--format', choices=('table', 'json'),
                        default='table', help='(default: %(default)s)')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    lab = cloud.Lab.load(args.state)
    seen = observe(lab)
    print(json.dumps(seen, indent=2) if args.format == 'json'
          else table(seen))
    alive = all(one['alive'] for one in seen['daemons'])
    return exitcodes.OK if alive else exitcodes.DEGRADED


def observe(lab: cloud.Lab) -> dict[str, Any]:
    """Return what is to be seen of a lab now."""
    daemons = []
    for one in lab.daemons.values():
        running = one.process()
        daemons.append({
            'name': one.name, 'alive': running is not None,
            'pid': running.pid if running else None,
            'state': one.look().state if running else 'dead',
            'address': one.address if one.ports else None,
            'port': one.ports[0] if one.ports else None})
    sites = [{'name': name, 'fsid': site.fsid, 'health': _health(lab, name)}
             for name, site in lab.sites.items()]
    used = memory.of_lab(lab.directory.path)
    return {'keystone_url': lab.state.keystone_url,
            'glance_url': lab.state.glance_url,
            'processes': used.processes, 'memory_mib': used.mib,
            'daemons': daemons, 'sites': sites}


def table(seen: dict[str, Any]) -> str:
    """Render an observation for people."""
    lines = [f'keystone  {seen["keystone_url"]}',
             f'glance    {seen["glance_url"]}',
             f'memory    {seen["memory_mib"]} MiB in {seen["processes"]} '
             f'processes', '']
    lines += [f'{one["name"]:<24} {one["pid"] or "-":>8} '
              f'{_listens(one):<18} {one["state"]}'
              for one in seen['daemons']]
    lines.append('')
    lines += [f'{site["name"]:<24} {site["fsid"]}  {site["health"]}'
              for site in seen['sites']]
    return '\n'.join(lines)


def _listens(one: dict[str, Any]) -> str:
    return f'{one["address"]}:{one["port"]}' if one['port'] else '-'


def _health(lab: cloud.Lab, name: str) -> str:
    if not lab.mons[name].is_alive():
        return 'unknown, the monitor is dead'
    try:
        return lab.sites[name].health()
    except exception.CommandFailed as exc:
        return f'unknown: {exc.output}'
