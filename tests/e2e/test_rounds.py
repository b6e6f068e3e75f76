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

"""Many times the same race: three computes, one image that is new there."""

from __future__ import annotations

import os
import sys
import time

from tests.e2e import base

_SITE = 'dcn1'
_COMPUTES = 3


class RoundsTestCase(base.CloudTestCase):
    """``$LAB_ROUNDS`` rounds, 10 unless told otherwise."""

    def test_computes_that_boot_a_new_image_at_once(self) -> None:
        self.assertEqual(_COMPUTES, len(self.computing.at(_SITE)),
                         f'start the lab with --computes {_SITE}={_COMPUTES}')
        seconds = []
        for _ in range(int(os.environ.get('LAB_ROUNDS', '10'))):
            started = time.monotonic()
            self.play_round()
            seconds.append(time.monotonic() - started)
        # To the terminal: the runner keeps what is printed to stdout.
        print(f'\n{len(seconds)} rounds: {_COMPUTES * len(seconds)} clones on '
              f'{_COMPUTES} computes of {_SITE}, {len(seconds)} copies, no '
              f'error; {sum(seconds):.0f} s, the longest round '
              f'{max(seconds):.0f} s', file=sys.stderr)

    def play_round(self) -> None:
        # A group for each round: the scheduler learns a little late that a
        # server has left its host.
        group = self.servers.create_group(self.id())
        try:
            self.race(group)
        finally:
            self.servers.delete_group(group)

    def race(self, group: str) -> None:
        """Boot on all computes at once, check the disks, and clean up."""
        image_id = self.make_guest_image()
        ids = [self.create(image_id, _SITE, group) for _ in range(_COMPUTES)]
        booted = [self.servers.wait_status(one) for one in ids]
        self.assertEqual(_COMPUTES, len({server.host for server in booted}))
        for server in booted:
            self.assert_clone(server, image_id)
        self.assertEqual(1, self.copies(image_id))

        for one in ids:
            self.servers.delete(one)
        for one in ids:
            self.servers.wait_gone(one)
        self.admin.images.delete(image_id)
