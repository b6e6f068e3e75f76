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

"""Run a command that sees some files of /etc as the lab has them.

Runs in a new mount namespace, which ``unshare`` has made::

    unshare --mount --propagation unchanged \\
        python -m lab.own_files ETC DIRECTORY COMMAND ARGUMENT...

The files in ETC are seen in place of those of the same name in /etc, and
COMMAND, which takes the place of this process, runs in DIRECTORY.
"""

from collections.abc import Sequence
import os
import pathlib
import signal
import sys

from lab import host_init

# As a shell has it.
_NOT_FOUND = 127


def main(etc: pathlib.Path, directory: str, command: Sequence[str]) -> int:
    """Become the command; return only when that cannot be."""
    host_init.keep_mounts_private()
    for own in sorted(etc.iterdir()):
        host_init.mount(str(own), f'/etc/{own.name}')
    os.chdir(directory)
    # Python ignores it, and what is ignored stays so.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(command[0], list(command))
    except OSError as exc:
        print(f'{command[0]}: {exc.strerror}', file=sys.stderr)
        return _NOT_FOUND


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
