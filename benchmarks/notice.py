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

"""How soon a boot goes on after Glance has finished the copy.

Boots images of several sizes at an edge site of a running lab, with our
backend and with upstream's, at the poll interval of nova.conf, and watches
Glance 50 times a second beside it. Glance is open meanwhile, for both: tenants
may copy images, and see locations, as upstream's backend needs it::

    python -m benchmarks.notice --state .lab

``late`` is the time between the moment at which Glance's record had the store
and the moment at which the wait of the boot ended. The boot may see the store
a few hundredths of a second before the watch does.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import tempfile
import threading
import time

from lab import boot
from lab import clients
from lab import cloud
from lab import compute
from lab import images
from lab import narrator
from lab import upstream

_INTERVAL = 0.02


@dataclasses.dataclass(frozen=True)
class Sample:
    """One boot with a copy.

    :ivar copy: seconds from the lock to the store in Glance's record.
    :ivar late: seconds from there until the boot went on.
    """

    backend: str
    size_mib: int
    copy: float
    late: float
    requests: int
    result: str

    @property
    def seconds(self) -> float:
        """From the beginning of the copy until the boot went on."""
        return self.copy + self.late


class _Watch(threading.Thread):
    """Notes when Glance began a copy and when it had it."""

    def __init__(self, lab: cloud.Lab, image_id: str, store: str) -> None:
        super().__init__(daemon=True)
        self._glance = clients.glance_for(lab.state, 'admin')
        self._image_id = image_id
        self._store = store
        self.began_at: float | None = None
        self.had_at: float | None = None
        self.booted = threading.Event()

    def run(self) -> None:
        while self.had_at is None and not self.booted.wait(_INTERVAL):
            asked = time.time()
            image = self._glance.images.get(self._image_id)
            if self.began_at is None and image.get('os_glance_import_task'):
                self.began_at = asked
            if self._store in image['stores'].split(','):
                self.had_at = asked


def measure(
    lab: cloud.Lab, site: str, backend: str, size_mib: int, interval: int,
) -> Sample:
    """Boot one fresh image and take the times."""
    glance = clients.glance_for(lab.state, 'demo')
    image = glance.images.create(
        name='benchmark', disk_format='raw', container_format='bare')
    disks: list[boot.Disk] = []
    try:
        with tempfile.TemporaryDirectory() as scratch:
            path = images.make_raw(pathlib.Path(scratch) / 'image',
                                   size_mib, size_mib // 4)
            with path.open('rb') as data:
                glance.images.upload(image.id, data)
        watch = _Watch(lab, image.id, site)
        watch.start()
        disks = boot.boot(lab, [boot.Request(
            image.id, site, backend=backend, overrides={'libvirt': {
                'images_rbd_glance_copy_poll_interval': str(interval)}})])
        # The boot may see the store first: give the watch one more look.
        watch.join(10 * _INTERVAL)
        watch.booted.set()
        watch.join()
        disk = disks[0]
        if disk.error:
            raise SystemExit(f'{backend}: {disk.why}')
        assert watch.began_at and watch.had_at and disk.copy_ended_at
        return Sample(
            backend, size_mib, watch.had_at - watch.began_at,
            disk.copy_ended_at - watch.had_at, disk.glance_requests,
            disk.result)
    finally:
        boot.remove(lab, disks)
        glance.images.delete(image.id)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.partition('\n')[0])
    parser.add_argument('--state', default='.lab', metavar='DIR')
    parser.add_argument('--site', default='dcn0')
    parser.add_argument('--sizes', type=int, nargs='+', metavar='MIB',
                        default=[64, 256, 1024])
    parser.add_argument('--interval', type=int, default=15, metavar='SECONDS',
                        help='images_rbd_glance_copy_poll_interval')
    args = parser.parse_args()
    lab = cloud.Lab.load(args.state)
    with upstream.served(lab, narrator.Narrator(print)):
        _compare(lab, args)


def _compare(lab: cloud.Lab, args: argparse.Namespace) -> None:
    print(f'{"MiB":>5} {"backend":<9} {"copy s":>7} {"late s":>7} '
          f'{"late/copy":>9} {"requests":>8} result')
    for size_mib in args.sizes:
        samples = [measure(lab, args.site, backend, size_mib, args.interval)
                   for backend in (compute.OURS, compute.UPSTREAM)]
        for one in samples:
            print(f'{one.size_mib:>5} {one.backend:<9} {one.copy:>7.2f} '
                  f'{one.late:>7.2f} {one.late / one.copy:>9.2f} '
                  f'{one.requests:>8} {one.result}', flush=True)
        ours, theirs = samples
        print(f'{size_mib:>5} upstream/ours: copy and wait '
              f'{theirs.seconds / ours.seconds:.1f}')


if __name__ == '__main__':
    main()
