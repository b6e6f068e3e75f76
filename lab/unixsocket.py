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


"""Ask whether somebody listens on a Unix socket."""

import pathlib
import socket

from lab import waiting

_TIMEOUT = 5.0


def look(path: pathlib.Path) -> waiting.Look:
    """Tell whether a connection is accepted."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_TIMEOUT)
        try:
            connection.connect(str(path))
        except OSError as exc:
            return waiting.Look(False, f'no answer on {path.name} ({exc})')
    return waiting.Look(True, 'answers')
