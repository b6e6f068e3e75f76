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

"""Two sites, or many images, again and again at once."""

from __future__ import annotations

from concurrent import futures
import os
import random
import sys
import time

from lab import accounts
from lab import clients
from nova_rbd_multistore import copier
from nova_rbd_multistore import glance
from tests.faults import base

_SITES = ('dcn0', 'dcn1')
_IMAGES = 20
# Seconds; a copy of a MiB takes about one.
_LONGEST_HEAD_START = 1.5


class RoundsTestCase(base.FaultTestCase):
    """``$LAB_FAULT_ROUNDS`` rounds, 10 unless told otherwise."""

    def ensure(self, image_id: str, store: str) -> copier.CopyResult:
        """Have a copy made, as a compute of its own with its own session."""
        service = glance.Glance(glance.Access(
            clients.session_for(self.lab.state, accounts.COPIER),
            endpoints=(self.lab.state.glance_url,)), retries=0)
        return copier.Copier(service, copier.Settings(timeout=300)).ensure(
            image_id, store)

    def test_two_sites_ask_at_random_times(self) -> None:
        rounds = int(os.environ.get('LAB_FAULT_ROUNDS', '10'))
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        started = time.monotonic()
        for number in range(rounds):
            with self.subTest(round=number, seed=seed):
                self.play_round(chance.uniform(0, _LONGEST_HEAD_START),
                                chance.sample(_SITES, 2))
        # To the terminal: the runner keeps what is printed to stdout.
        print(f'\n{rounds} rounds of two sites (seed {seed}): '
              f'{2 * rounds} copies, no error; '
              f'{time.monotonic() - started:.0f} s', file=sys.stderr)

    def play_round(self, head_start: float, sites: list[str]) -> None:
        """Copy a new image to both sites, the first one earlier."""
        image_id = self.make_image(1)

        def late(store: str) -> copier.CopyResult:
            time.sleep(head_start)
            return self.ensure(image_id, store)

        with futures.ThreadPoolExecutor(2) as pool:
            both = [pool.submit(self.ensure, image_id, sites[0]),
                    pool.submit(late, sites[1])]
            for one in both:
                one.result()
        self.assertEqual({'central', *_SITES}, self.stores(image_id))
        # A task ends a little later.
        self.wait_idle(image_id)
        self.assertEqual(2, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))
        self.admin.images.delete(image_id)

    def test_twenty_images_at_once(self) -> None:
        ids = [self.make_image(8) for _ in range(_IMAGES)]
        started = time.monotonic()
        with futures.ThreadPoolExecutor(_IMAGES) as pool:
            results = list(pool.map(
                lambda image_id: self.ensure(image_id, 'dcn0'), ids))
        seconds = time.monotonic() - started
        self.assertEqual([1] * _IMAGES,
                         [result.submitted for result in results])
        for image_id in ids:
            self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
            self.wait_idle(image_id)
            self.assertEqual(1, self.copies(image_id))
        self.assertEqual([], [name for image_id in ids
                              for name in self.staging(image_id)])
        print(f'\n{_IMAGES} images at once: {_IMAGES} copies, no error; '
              f'{seconds:.0f} s', file=sys.stderr)
