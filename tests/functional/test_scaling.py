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

"""Workers come while images are imported through the load balancer."""

from __future__ import annotations

from concurrent import futures
import sys
import threading
import time

from lab import glance_api
from nova_rbd_multistore import timing
from nova_rbd_multistore.checks import bench
from nova_rbd_multistore.checks import material
from tests.functional import checkcase

_IMAGES = 100
_CLIENTS = 8
_BALANCED = 'load balancer'
_SECONDS = 300.0


class ScalingTestCase(checkcase.CheckTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.bench = bench.Bench(
            {_BALANCED: self.reach(self.lab.state.glance_url)},
            timing.Clock.system(), lambda: False)
        self.data = material.RawData(1)
        self.imported = threading.Semaphore(0)

    def test_from_one_worker_to_three(self) -> None:
        others = list(self.lab.workers.values())[1:]
        for one in others:
            self.addCleanup(_run, one)
            one.stop()
        started = time.monotonic()
        with futures.ThreadPoolExecutor(_CLIENTS + 1) as pool:
            scaling = pool.submit(self.scale, others)
            forwarded = list(pool.map(
                lambda _number: self.import_one(), range(_IMAGES)))
            scaling.result()
        print(f'{_IMAGES} imports while workers went from 1 to 3: none '
              f'lost, {forwarded.count(True)} forwarded, '
              f'{time.monotonic() - started:.0f} s', file=sys.stderr)
        # In the end it took more than one.
        self.assertIn(True, forwarded)
        self.assert_clean()

    def scale(self, others: list[glance_api.HubWorker]) -> None:
        """Start a worker after each fifth of all images."""
        for one in others:
            for _ in range(_IMAGES // 5):
                self.imported.acquire()
            one.start()

    def import_one(self) -> bool | None:
        """Import an image; return whether that was forwarded."""
        specimen = self.bench.stage(_BALANCED, self.data)
        receipt = self.bench.at(_BALANCED).import_staged(specimen.image_id)
        image = self.bench.wait(specimen, frozenset(), _SECONDS)
        self.assertEqual(self.data.digest(specimen.name), image.hash_value)
        self.bench.remove(specimen)
        self.imported.release()
        return receipt.forwarded


def _run(worker: glance_api.HubWorker) -> None:
    if not worker.is_alive():
        worker.start()
