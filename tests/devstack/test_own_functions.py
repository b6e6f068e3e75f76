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

"""The phases on our own stand-in for DevStack's functions."""

from __future__ import annotations

from tests.devstack import access
from tests.devstack import case
from tests.devstack import compute
from tests.devstack import cycles
from tests.devstack import nodes
from tests.devstack import refusals
from tests.devstack import sandbox
from tests.devstack import stores


class _OnOwnFunctions(case.Case):

    def source(self) -> sandbox.Source:
        return sandbox.OWN


class AccessTestCase(_OnOwnFunctions, access.AccessCases):
    pass


class ComputeTestCase(_OnOwnFunctions, compute.ComputeCases):
    pass


class CycleTestCase(_OnOwnFunctions, cycles.CycleCases):
    pass


class NodeTestCase(_OnOwnFunctions, nodes.NodeCases):
    pass


class RefusalTestCase(_OnOwnFunctions, refusals.RefusalCases):
    pass


class StoreTestCase(_OnOwnFunctions, stores.StoreCases):
    pass
