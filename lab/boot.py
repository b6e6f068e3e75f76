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

"""Make root disks as Nova does, on several computes at once."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import contextlib
import dataclasses
import json
import pathlib
import subprocess
import sys
import threading
import time
import types
from typing import Any
import uuid

from glanceclient import exc as glance_exc

from lab import ceph
from lab import clients
from lab import cloud
from lab import compute
from lab import computes
from lab import confile
from lab import exception

COW = 'cow'
FLAT = 'flat'
ERROR = 'error'

_GIB = 1024 ** 3
# Where this package is, for an interpreter that has not installed it.
_ROOT = pathlib.Path(__file__).parents[1]
# Importing Nova takes 3 s; eight computes share two cores.
_READY_TIMEOUT = 120
# For one disk, on top of the longest wait for a copy.
_DISK_TIMEOUT = 300
_LONGEST_COPY = 3600


@dataclasses.dataclass(frozen=True)
class Request:
    """What to boot.

    :ivar more_images: others, dealt out to the instances in turn with it.
    :ivar hosts: how many computes, each a process of its own.
    :ivar count: how many instances, dealt out to the computes.
    :ivar user: the tenant.
    :ivar overrides: options of nova.conf, by section.
    :ivar environment: variables of the computes besides the usual ones.
    """

    image_id: str
    site: str
    hosts: int = 1
    count: int = 1
    user: str = 'demo'
    backend: str = compute.OURS
    overrides: confile.Sections = dataclasses.field(default_factory=dict)
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    more_images: tuple[str, ...] = ()

    @property
    def images(self) -> tuple[str, ...]:
        """All images that are booted."""
        return self.image_id, *self.more_images


@dataclasses.dataclass(frozen=True)
class Disk:
    """What became of one instance's root disk.

    :ivar result: ``cow``, ``flat`` or ``error``.
    :ivar seconds: to make the disk, copy included.
    :ivar copy_seconds: waited for the copy, 0 when there was none.
    :ivar copy_ended_at: wall clock when that wait ended, None for none.
    :ivar parent: ``pool/image@snapshot`` in the site's cluster.
    :ivar error: type and message of what Nova raised, which the tenant gets
        to read, and its cause, which the operator finds in the log.
    """

    site: str
    host: str
    instance: str
    image_id: str
    disk: str
    result: str
    seconds: float
    copy_seconds: float
    copy_ended_at: float | None
    glance_requests: int
    parent: str | None
    error: dict[str, str] | None

    @property
    def why(self) -> str:
        """Why there is no disk, '' when there is one."""
        if self.error is None:
            return ''
        return (f'{self.error["type"]}: '
                f'{self.error["cause"] or self.error["message"]}')


def boot(
    lab: cloud.Lab,
    requests: Sequence[Request],
    done: Callable[[Disk], None] = lambda disk: None,
) -> list[Disk]:
    """Boot all that is requested at the same moment.

    When it ends with an error or is interrupted, it leaves no disk.

    :param done: called with each disk as it is made, from several threads.
    :raises exception.LabError: when a compute could not be started; what
        goes wrong with a disk is in its result.
    """
    with contextlib.ExitStack() as stack:
        hosts = [
            stack.enter_context(_Host(lab, request, index))
            for request in requests
            for index in range(min(request.hosts, request.count))]
        with futures.ThreadPoolExecutor(len(hosts)) as pool:
            list(pool.map(_Host.wait_ready, hosts))
            return [disk for disks in
                    pool.map(lambda host: list(host.run(done)), hosts)
                    for disk in disks]


def remove(lab: cloud.Lab, disks: Sequence[Disk]) -> None:
    """Remove what a boot has made, as deleting the instances would."""
    for disk in disks:
        _remove(lab.sites[disk.site], [disk.disk])


def _remove(site: ceph.Cluster, disks: Sequence[str]) -> None:
    pool = site.site.vms_pool
    for disk in set(disks).intersection(site.images(pool)):
        site.remove_image(pool, disk)


class _Host:
    """A running compute."""

    def __init__(
        self, lab: cloud.Lab, request: Request, index: int,
    ) -> None:
        self._lab = lab
        self._request = request
        self._compute = computes.configure(
            lab, request.site, f'{request.site}-{request.backend}-{index}',
            request.overrides)
        self._images = {
            str(uuid.uuid4()): request.images[number % len(request.images)]
            for number in range(index, request.count, request.hosts)}

    def __enter__(self) -> _Host:
        order = json.dumps(dataclasses.asdict(self._order()))
        log = self._lab.directory.log(self._compute.name)
        with log.open('ab') as stderr:
            self._process = subprocess.Popen(
                [sys.executable, '-m', 'lab.compute'],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
                env=self._lab.launcher.environment(
                    self._compute.name, self._request.environment),
                cwd=_ROOT, text=True)
        self._write(order)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        self._process.kill()
        with self._process:
            pass
        if kind is not None:
            # The caller gets no disk and can remove none.
            _remove(self._lab.sites[self._request.site],
                    [f'{instance}_disk' for instance in self._images])

    def wait_ready(self) -> None:
        """Return when the compute has imported Nova."""
        self._read('ready', _READY_TIMEOUT)

    def run(self, done: Callable[[Disk], None]) -> Iterator[Disk]:
        """Make the disks."""
        self._write('go')
        for _ in self._images:
            disk = self._examine(
                self._read('disk', _LONGEST_COPY + _DISK_TIMEOUT))
            done(disk)
            yield disk

    def _order(self) -> compute.Order:
        described, request = self._lab.state, self._request
        session = clients.session_for(described, request.user)
        user = described.user(request.user)
        return compute.Order(
            conf=str(self._compute.conf), backend=request.backend,
            images=self._images,
            root_gb=max(1, *(-(-self._image_size(image_id) // _GIB)
                             for image_id in set(self._images.values()))),
            glance_urls=(described.glance_url, *(
                edge.url for edge in described.edges)),
            context={
                'user_id': session.get_user_id(),
                'project_id': session.get_project_id(),
                'auth_token': session.get_token(),
                'roles': list(user.roles),
                'service_catalog': [{
                    'type': 'image', 'name': 'glance', 'endpoints': [{
                        'region': described.region,
                        'publicURL': described.glance_url,
                        'internalURL': described.glance_url}]}]})

    def _image_size(self, image_id: str) -> int:
        """Return the bytes of the image, 0 when nobody knows."""
        own = self._lab.state.edge(self._request.site)
        glance = clients.glance_for(
            self._lab.state, 'admin', own.url if own else None)
        try:
            image = glance.images.get(image_id)
        except glance_exc.HTTPNotFound:
            # Deleted since Nova's API accepted the request.
            return 0
        return int(image.get('virtual_size') or 0)

    def _examine(self, made: dict[str, Any]) -> Disk:
        """Look into the cluster: what was made is what counts."""
        site = self._lab.sites[self._request.site]
        pool, parent = site.site.vms_pool, None
        result = ERROR
        if made['error'] is None:
            parent = site.parent(pool, made['disk'])
            result = COW if parent else FLAT
        del made['event']
        return Disk(
            site=site.name, host=self._compute.name, result=result,
            parent=f'{parent.pool}/{parent.image}@{parent.snapshot}'
            if parent else None, **made)

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f'{line}\n')
            self._process.stdin.flush()

    def _read(self, event: str, timeout: float) -> dict[str, Any]:
        """Return the next line; a compute that is late is killed."""
        assert self._process.stdout is not None
        started = time.monotonic()
        watchdog = threading.Timer(timeout, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise exception.CommandFailed(
                self._compute.name, self._process.wait(_READY_TIMEOUT),
                time.monotonic() - started,
                confile.tail(self._lab.directory.log(self._compute.name)))
        answer: dict[str, Any] = json.loads(line)
        assert answer['event'] == event, answer
        return answer
