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

"""Bodies of answers of Glance, as files.

The HTML is what webob makes of the words in the source of Glance 33.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

_HERE = pathlib.Path(__file__).parent


def read(name: str) -> bytes:
    """Return the content of a file."""
    return (_HERE / name).read_bytes()


def recorded(name: str) -> dict[str, Any]:
    """Return a recording: ``recorded_from``, ``request`` and ``answer``.

    ``python -m tests.payloads.record`` makes them.
    """
    recording: dict[str, Any] = json.loads(read(f'recorded/{name}.json'))
    return recording
