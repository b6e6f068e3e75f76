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

"""Many who ask for a copy of one image at the same moment."""

from __future__ import annotations

import collections
from collections.abc import Callable
from concurrent import futures
import itertools
import sys
import threading

from keystoneauth1 import session as ksa_session

from lab import accounts
from lab import clients
from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import glance
from tests.contract import deployment
from tests.faults import base
from tests.faults import catalogue
from tests.faults import gateway

_CROWD = 64
_ROUNDS = 5

# Seconds until all have come to the point of asking.
_PATIENCE = 120.0


class _Punctual(glance.Glance):
    """Asks for its first copy when all others do.

    :ivar refusals: of the submissions that were not accepted.
    """

    def __init__(
        self, access: glance.Access, start: threading.Barrier,
    ) -> None:
        super().__init__(access)
        self._starts = iter([start])
        self.refusals: list[exception.GlanceError] = []

    def submit_copy(self, image_id: str, store: str) -> None:
        for start in self._starts:
            start.wait()
        try:
            super().submit_copy(image_id, store)
        except exception.GlanceError as exc:
            self.refusals.append(exc)
            raise


class ContentionTestCase(base.FaultTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.session: ksa_session.Session = clients.session_for(
            self.lab.state, accounts.COPIER)
        # One login, not one for each of a crowd.
        self.session.get_token()
        self.start = threading.Barrier(_CROWD, timeout=_PATIENCE)

    def accesses(self, count: int) -> list[glance.Access]:
        """Return ways to Glance, as many to each worker."""
        urls = itertools.cycle(
            worker.worker.url for worker in self.lab.workers.values())
        return [glance.Access(self.session, endpoints=(next(urls),))
                for _ in range(count)]

    @catalogue.fault(
        catalogue.Group.CONTENTION,
        '64 computes ask for a copy of the same image at the same moment', '')
    def test_many_copiers_and_a_boot(self) -> None:
        image_id = self.make_image()
        services = [_Punctual(access, self.start)
                    for access in self.accesses(_CROWD - 1)]
        through = self.useFixture(gateway.Gateway(self.lab))
        with futures.ThreadPoolExecutor(_CROWD) as pool:
            copying = [
                pool.submit(copier.Copier(service, copier.Settings()).ensure,
                            image_id, 'dcn0') for service in services]
            with through.rule(
                    gateway.submissions, gateway.once(self._punctually)):
                disk = self.boot_one(
                    image_id, glance={'api_servers': through.url})
            results = [ended.result() for ended in copying]
        self.assert_cloned(disk, image_id)
        for result in results:
            self.assertEqual({'central', 'dcn0'}, result.image.stores)
        self.assertEqual(1, self.copies(image_id))
        self.wait_idle(image_id)
        self.assertEqual({}, self.traces(image_id))
        self.assertEqual((), self.told())
        self._tell('asked by copiers', collections.Counter(
            type(refusal).__name__
            for service in services for refusal in service.refusals)
            + collections.Counter(
                accepted=sum(result.submitted for result in results)))
        self.report_cloned(disk)

    def _punctually(
        self, request: gateway.Request,
        forward: Callable[[], gateway.Answer],
    ) -> gateway.Answer:
        self.start.wait()
        return forward()

    def test_bare_requests(self) -> None:
        """What Glance answers to them, and that it makes one copy."""
        counted: collections.Counter[int] = collections.Counter()
        for _ in range(_ROUNDS):
            image_id = self.make_image(1)
            with futures.ThreadPoolExecutor(_CROWD) as pool:
                statuses = list(pool.map(
                    lambda access, image_id=image_id: self._post(
                        access, image_id), self.accesses(_CROWD)))
            counted.update(statuses)
            self.wait_idle(image_id)
            self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
            self.assertEqual(1, self.copies(image_id))
            self.assertLessEqual(set(statuses), {202, 409, 500})
        self._tell('bare requests', counted)

    def _post(self, access: glance.Access, image_id: str) -> int:
        self.start.wait()
        return deployment.send(
            access, 'POST', f'/v2/images/{image_id}/import',
            {'method': {'name': 'copy-image'}, 'stores': ['dcn0']}).status

    def _tell(
        self, what: str, counted: collections.Counter[int]
        | collections.Counter[str],
    ) -> None:
        print(f'{what}: {dict(counted)}', file=sys.stderr)
