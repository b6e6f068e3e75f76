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

"""The names that workers of the hub's Glance have in a lab with names.

Nobody outside asks the lab's resolver: who shall use it runs in a mount
namespace of its own, in which it is the machine's.
"""

from collections.abc import Sequence
import os
import pathlib
import sys

from lab import confile
from lab import exception
from lab import state
from lab import workerstate

SERVICE = 'glance.lab.test'

# Where this package is, for an interpreter that has not installed it.
_ROOT = pathlib.Path(__file__).parents[1]


def host(label: str) -> str:
    """Return the host name of a worker."""
    return f'{label}.{SERVICE}'


def write(names: workerstate.Names) -> None:
    """Write the files of /etc that send who sees them to the resolver."""
    for name, text in (
            # Only this one, and not through the cache of a daemon.
            ('nsswitch.conf', 'hosts: files dns\n'),
            ('hosts', '127.0.0.1 localhost\n'),
            ('resolv.conf', f'nameserver {names.resolver}\n')):
        confile.write(names.etc / name, text)
        (names.etc / name).chmod(0o644)


def command(lab: state.State, words: Sequence[str],
            directory: str | os.PathLike[str] = '/') -> list[str]:
    """Return the command that runs another one where the names are known.

    It is the same process in the end. Only root may run it.

    :param directory: where it runs
    :raises exception.NoNames: when the lab was built without
    """
    if lab.names is None:
        raise exception.NoNames
    return ['env', f'--chdir={_ROOT}',
            'unshare', '--mount', '--propagation', 'unchanged',
            sys.executable, '-m', 'lab.own_files',
            str(lab.names.etc), str(directory), *words]
