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

"""One process that stands for one nova-compute, as far as its disks go.

It runs Nova's own libvirt driver from the point at which the driver makes the
root disk of an instance, with the configuration file of a compute. There is
no scheduler, no RPC and no libvirt daemon.

Reads one JSON object (:class:`Order`) from its standard input, prints
``{"event": "ready"}`` when Nova has been imported, waits for a second line,
and then makes the disks of all instances at once, as nova-compute does. Each
disk is one line of JSON on the standard output; logs go where nova.conf says.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from concurrent import futures
import contextlib
import dataclasses
import importlib
import json
import sys
import threading
import time
from typing import Any
from unittest import mock

OURS = 'ours'
UPSTREAM = 'upstream'


@dataclasses.dataclass(frozen=True)
class Order:
    """What a compute is told.

    :ivar conf: path of nova.conf.
    :ivar images: of which image each instance is, by the instance's UUID.
    :ivar context: keyword arguments of Nova's RequestContext; holds a token.
    :ivar root_gb: size of the root disk, GiB.
    :ivar glance_urls: requests that go to one of them are counted.
    """

    conf: str
    backend: str
    context: dict[str, Any] = dataclasses.field(repr=False)
    images: Mapping[str, str]
    root_gb: int
    glance_urls: tuple[str, ...]


@dataclasses.dataclass
class Meter:
    """What is measured while one disk is made, by its thread."""

    requests: int = 0
    copy_seconds: float = 0.0
    copy_ended_at: float | None = None


class Meters(threading.local):
    """The meter of each thread."""

    def __init__(self) -> None:
        self.current = Meter()


_meters = Meters()


def main() -> int:
    """Make the disks of one order."""
    order = Order(**json.loads(sys.stdin.readline()))
    nova = Nova(order)
    with nova.measured():
        _say(event='ready')
        if not sys.stdin.readline():
            return 1
        with futures.ThreadPoolExecutor(len(order.images)) as pool:
            making = [pool.submit(nova.make_disk, instance)
                      for instance in order.images]
            for made in futures.as_completed(making):
                _say(event='disk', **made.result())
    return 0


class Nova:
    """Nova's libvirt driver with one of the two RBD backends."""

    def __init__(self, order: Order) -> None:
        # NOTE: first of all of Nova, because it decides about threads, from
        # the configuration that the command line names.
        sys.argv[1:] = ['--config-file', order.conf]
        importlib.import_module('nova.cmd.compute')

        if order.backend == OURS:
            from nova_rbd_multistore.compute import register
            register.register()

        from nova import config
        from nova import objects
        import nova.conf
        from nova.virt.libvirt import driver
        from oslo_log import log as logging

        config.parse_args(
            sys.argv, default_config_files=[], configure_db=False,
            init_rpc=False)
        logging.setup(nova.conf.CONF, 'nova')
        objects.register_all()
        self._order = order
        self._driver = driver.LibvirtDriver(virtapi=None)

    def make_disk(self, uuid: str) -> dict[str, Any]:
        """Make the root disk of one instance and tell how that went."""
        _meters.current = meter = Meter()
        started = time.monotonic()
        error = None
        try:
            self._create_root(uuid)
        except Exception as exc:
            # Whatever Nova raises is the result that is reported.
            error = {'type': type(exc).__name__, 'message': str(exc),
                     'cause': str(exc.__cause__ or '')}
        return {'instance': uuid, 'image_id': self._order.images[uuid],
                'disk': f'{uuid}_disk', 'error': error,
                'seconds': time.monotonic() - started,
                'glance_requests': meter.requests,
                'copy_seconds': meter.copy_seconds,
                'copy_ended_at': meter.copy_ended_at}

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """Count requests and time copies for the length of the block."""
        from requests import adapters

        if self._order.backend == OURS:
            from nova_rbd_multistore import copier
            owner, name = copier.Copier, 'ensure'
        else:
            from nova.virt.libvirt import imagebackend
            owner, name = imagebackend.Rbd, 'copy_to_store'
        with (_around(adapters.HTTPAdapter, 'send', self._count),
              _around(owner, name, _time_copy)):
            yield

    def _count(self, send: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        _adapter, request = args[:2]
        if request.url.startswith(tuple(self._order.glance_urls)):
            _meters.current.requests += 1
        return send(*args, **kw)

    def _create_root(self, uuid: str) -> None:
        from nova import context
        from nova import objects

        order, image_id = self._order, self._order.images[uuid]
        instance = objects.Instance(
            uuid=uuid, image_ref=image_id, config_drive='',
            task_state=None,
            vm_state='building', trusted_certs=None, migration_context=None,
            system_metadata={},
            flavor=objects.Flavor(root_gb=order.root_gb, extra_specs={}))
        self._driver._create_and_inject_local_root(
            context.RequestContext(**order.context), instance,
            disk_mapping={'disk': {'bus': 'virtio', 'dev': 'vda',
                                   'type': 'disk'}},
            booted_from_volume=False, suffix='',
            disk_images={'image_id': image_id},
            injection_info=None, fallback_from_host=None)


def _time_copy(copy: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    started = time.monotonic()
    try:
        return copy(*args, **kw)
    finally:
        _meters.current.copy_seconds += time.monotonic() - started
        _meters.current.copy_ended_at = time.time()


def _around(
    owner: type, name: str, wrapper: Callable[..., Any],
) -> Any:
    """Return a patcher that puts a function around a method."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kw: Any) -> Any:
        return wrapper(original, *args, **kw)

    return mock.patch.object(owner, name, wrapped)


def _say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == '__main__':
    sys.exit(main())
