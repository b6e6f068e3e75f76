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

"""What whoever runs the checks may choose."""

from __future__ import annotations

import dataclasses
import pathlib

UPSTREAM = 'upstream'
LIBRARY = 'library'


@dataclasses.dataclass(frozen=True)
class Settings:
    """What may be chosen.

    :ivar user: of clouds.yaml, the ordinary one.
    :ivar admin: of clouds.yaml.
    :ivar compute: whose class nova-compute runs with, ``library`` or
        ``upstream``.
    :ivar other_store: in another cluster, None for any that there is.
    :ivar flavor: name, None for the smallest.
    :ivar crowd: boots at once.
    :ivar boot_timeout: seconds for a server to become active.
    :ivar import_timeout: seconds for an import.
    :ivar keep: leave what was made.
    """

    user: str = 'devstack'
    admin: str = 'devstack-admin'
    compute: str = LIBRARY
    other_store: str | None = None
    flavor: str | None = None
    crowd: int = 4
    boot_timeout: float = 600.0
    import_timeout: float = 300.0
    keep: bool = False
    nova_conf: pathlib.Path = pathlib.Path('/etc/nova/nova-cpu.conf')
    glance_conf: pathlib.Path = pathlib.Path('/etc/glance/glance-api.conf')
    remote_conf: pathlib.Path = pathlib.Path(
        '/etc/glance-remote/glance-api.conf')
