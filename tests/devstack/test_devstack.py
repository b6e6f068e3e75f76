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

"""The phases on DevStack's own functions.

They are loaded when ``$DEVSTACK_DIR`` and ``$DEVSTACK_PLUGIN_CEPH_DIR`` name
checkouts of DevStack and of its plugin for Ceph.
"""

from __future__ import annotations

import os
import pathlib
import unittest

from tests.devstack import access
from tests.devstack import case
from tests.devstack import compute
from tests.devstack import cycles
from tests.devstack import nodes
from tests.devstack import refusals
from tests.devstack import sandbox
from tests.devstack import stores


class _OnDevStack(case.Case):

    def source(self) -> sandbox.Source:
        return sandbox.Source(
            pathlib.Path(os.environ['DEVSTACK_DIR']),
            pathlib.Path(os.environ['DEVSTACK_PLUGIN_CEPH_DIR']))


class AccessTestCase(_OnDevStack, access.AccessCases):
    pass


class ComputeTestCase(_OnDevStack, compute.ComputeCases):
    pass


class CycleTestCase(_OnDevStack, cycles.CycleCases):
    pass


class NodeTestCase(_OnDevStack, nodes.NodeCases):
    pass


class RefusalTestCase(_OnDevStack, refusals.RefusalCases):
    pass


class StoreTestCase(_OnDevStack, stores.StoreCases):
    pass


def load_tests(
    loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: str,
) -> unittest.TestSuite:
    """Offer the tests of this module where there is a DevStack."""
    return tests if 'DEVSTACK_DIR' in os.environ else unittest.TestSuite()
