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

"""The contract on the lab's Glance."""

from __future__ import annotations

from tests import labtest
from tests.contract import case
from tests.contract import deployment
from tests.contract import edges
from tests.contract import ensuring
from tests.contract import failures
from tests.contract import importing
from tests.contract import labdeployment
from tests.contract import orphans
from tests.contract import refusals
from tests.contract import selfurls
from tests.contract import staging
from tests.contract import successes
from tests.contract import visibility


class _OnLab(case.Case, labtest.LabTestCase):

    def deploy(self) -> deployment.Deployment:
        return self.useFixture(labdeployment.LabDeployment(self.lab))


class SuccessTestCase(_OnLab, successes.SuccessCases):
    pass


class FailureTestCase(_OnLab, failures.FailureCases):
    pass


class RefusalTestCase(_OnLab, refusals.RefusalCases):
    pass


class VisibilityTestCase(_OnLab, visibility.VisibilityCases):
    pass


class OrphanTestCase(_OnLab, orphans.OrphanCases):
    pass


class EdgeTestCase(_OnLab, edges.EdgeCases):
    pass


class EnsuringTestCase(_OnLab, ensuring.EnsuringCases):
    pass


class StagingTestCase(_OnLab, staging.StagingCases):
    pass


class SelfUrlTestCase(_OnLab, selfurls.SelfUrlCases):
    pass


class ImportTestCase(_OnLab, importing.ImportCases):
    pass
