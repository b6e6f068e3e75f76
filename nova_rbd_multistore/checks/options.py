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

"""What an operator may choose of the check of a distributed import."""

from __future__ import annotations

import dataclasses
import enum

from nova_rbd_multistore.checks import material as material_mod


class Pairs(enum.Enum):
    """Which workers are tried with which others."""

    RING = 'ring'
    ALL = 'all'


@dataclasses.dataclass(frozen=True)
class Options:
    """What an operator may choose.

    :ivar stores: names; none is the default store.
    :ivar timeout: seconds for an import.
    :ivar raw: what is uploaded to try imports.
    :ivar qcow2: what is uploaded to try a conversion.
    :ivar read_only: make nothing, only look.
    :ivar remove_left_overs: of earlier runs.
    :ivar parallel: how many workers are tried at the same time.
    """

    stores: frozenset[str] = frozenset()
    timeout: float = 300.0
    raw: material_mod.Material = material_mod.RawData(4)
    qcow2: material_mod.Material = material_mod.SmallQcow2()
    pairs: Pairs = Pairs.ALL
    read_only: bool = False
    remove_left_overs: bool = False
    parallel: int = 4
