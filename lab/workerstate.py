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

"""What ``lab.json`` says about the workers of Glance.

The classes follow the rules of :mod:`lab.state`.
"""

import dataclasses
import pathlib
from typing import Any

from lab import ports


@dataclasses.dataclass(frozen=True)
class Worker:
    """One Glance worker; ``name`` is that of its daemon.

    ``site``: the edge site whose own Glance this is, null for a worker of the
    hub. ``address``: its own, when it is one of the hub's.
    """

    name: str
    url: str
    port: int
    conf: pathlib.Path
    policy: pathlib.Path
    staging: pathlib.Path
    tasks: pathlib.Path
    log: pathlib.Path
    pid: int | None = None
    site: str | None = None
    address: str = ports.ADDRESS


def parse(raw: dict[str, Any]) -> Worker:
    """Return a worker as it is in the description.

    :raises KeyError, TypeError: when a key is missing or unknown
    """
    return Worker(**{**raw, **{
        key: pathlib.Path(raw[key])
        for key in ('conf', 'policy', 'staging', 'tasks', 'log')}})
