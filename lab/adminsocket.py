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

"""Ask a Ceph daemon on its admin socket.

The daemon answers for itself, without a quorum and without a key; so this
tells a monitor that has no quorum from one that is not there, and an OSD
that boots from one that serves.
"""

import json
import pathlib
import socket
import struct
from typing import Any

from lab import waiting

_TIMEOUT = 5.0


def ask(path: pathlib.Path, prefix: str) -> dict[str, Any]:
    """Send one command and return the answer.

    :raises OSError: when nobody answers, or not in 5 s
    :raises ValueError: when the answer is not a JSON object
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_TIMEOUT)
        connection.connect(str(path))
        connection.sendall(json.dumps({'prefix': prefix}).encode() + b'\0')
        with connection.makefile('rb') as answer:
            head = answer.read(4)
            if len(head) < 4:
                raise ConnectionResetError(f'{path} closed the connection')
            (length,) = struct.unpack('>I', head)
            found = json.loads(answer.read(length))
    if not isinstance(found, dict):
        raise ValueError(f'{path} answered {found!r}')
    return found


def look(path: pathlib.Path, prefix: str,
         good: frozenset[str]) -> waiting.Look:
    """Tell whether the ``state`` that a daemon reports is a good one."""
    try:
        seen = str(ask(path, prefix).get('state'))
    except (OSError, ValueError) as exc:
        return waiting.Look(False, f'no answer on {path.name} ({exc})')
    return waiting.Look(seen in good, seen)
