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

"""Fixtures for tests that change something in a running lab."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import contextlib
import signal

import fixtures

from lab import ceph
from lab import cephconf
from lab import cloud
from lab import compute_node
from lab import confile
from lab import daemon
from lab import exception
from lab import glance_api
from lab import hubworkers
from lab import services
from lab import settings

_USUAL = settings.GlanceSettings()


class Killed(fixtures.Fixture):
    """A daemon that is dead during a test, and runs again after it."""

    def __init__(self, lab: cloud.Lab, name: str) -> None:
        super().__init__()
        self._daemon: daemon.Daemon = lab.daemon(name)

    def _setUp(self) -> None:
        self.addCleanup(self._daemon.start)
        self._daemon.kill()


class Frozen(fixtures.Fixture):
    """A daemon that hangs during a test: it is there and does nothing."""

    def __init__(self, lab: cloud.Lab, name: str) -> None:
        super().__init__()
        self._daemon: daemon.Daemon = lab.daemon(name)

    def _setUp(self) -> None:
        running = self._daemon.process()
        if running is None:
            raise exception.NotRunning(self._daemon.name)
        self.addCleanup(running.send, signal.SIGCONT)
        running.send(signal.SIGSTOP)


class GlanceConfigured(fixtures.Fixture):
    """Glance workers that run with other settings during a test.

    :param workers: their names; none means all of them, those of edge sites
        included
    """

    def __init__(self, lab: cloud.Lab, asked: settings.GlanceSettings,
                 *workers: str) -> None:
        super().__init__()
        self._asked = asked
        self._workers = [lab.glances[name] for name in workers or lab.glances]

    def _setUp(self) -> None:
        # A restart is a second or two of waiting, so all at the same time.
        with futures.ThreadPoolExecutor(len(self._workers)) as pool:
            stacks = [contextlib.ExitStack() for _ in self._workers]
            self.addCleanup(self._restore, stacks)
            list(pool.map(
                lambda stack, worker: stack.enter_context(
                    worker.configured(self._asked)),
                stacks, self._workers))

    @staticmethod
    def _restore(stacks: Sequence[contextlib.ExitStack]) -> None:
        with futures.ThreadPoolExecutor(len(stacks)) as pool:
            list(pool.map(lambda stack: stack.close(), stacks))


class ExtraWorker(fixtures.Fixture):
    """One more worker of the hub's Glance during a test.

    The test may remove it before.

    :param name: of its daemon, None for the first that is free
    :ivar worker: the worker, which gets requests of the load balancer
    """

    worker: glance_api.HubWorker

    def __init__(self, lab: cloud.Lab, name: str | None = None,
                 asked: settings.GlanceSettings = _USUAL) -> None:
        super().__init__()
        self._lab = lab
        self._workers = hubworkers.HubWorkers(lab)
        self._name = name
        self._asked = asked

    def _setUp(self) -> None:
        self.worker = self._workers.add(self._name, self._asked)
        self.addCleanup(self._remove)

    def _remove(self) -> None:
        self._lab.reload()
        if self.worker.name in self._lab.workers:
            self._workers.remove(self.worker.name)


class Renamed(fixtures.Fixture):
    """A worker of the hub that is called otherwise during a test.

    Its configuration stays, so that it tells others an old URL, until the
    test has it configured again.

    :param name: of its daemon, which stays
    :param new: as :meth:`hubworkers.HubWorkers.rename` takes it
    """

    def __init__(self, lab: cloud.Lab, name: str,
                 new: str | None = None) -> None:
        super().__init__()
        self._lab = lab
        self._workers = hubworkers.HubWorkers(lab)
        self._name = name
        self._new = new

    def _setUp(self) -> None:
        before = self._lab.workers[self._name].worker
        self.addCleanup(self._restore, before.host, before.address,
                        before.conf.read_text())
        self._workers.rename(self._name, self._new)

    def _restore(self, host: str | None, address: str, conf: str) -> None:
        self._workers.rename(
            self._name, address if host is None else host.partition('.')[0])
        if self._lab.workers[self._name].worker.conf.read_text() != conf:
            self._workers.reconfigure(self._name)


class Certified(fixtures.Fixture):
    """A worker of the hub that shows another certificate during a test.

    :param certificate: with its key, as :meth:`authority.Authority.issue`
        returns it
    """

    def __init__(self, lab: cloud.Lab, name: str, certificate: str) -> None:
        super().__init__()
        terminator = lab.workers[name].terminator
        if terminator is None:
            raise exception.NoTls
        self._terminator = terminator
        self._certificate = certificate

    def _setUp(self) -> None:
        self.addCleanup(self._restart, self._terminator.prepare)
        self._restart(lambda: self._terminator.configure(self._certificate))

    def _restart(self, prepare: Callable[[], None]) -> None:
        prepare()
        self._terminator.stop()
        self._terminator.start()


class KeystoneConfigured(fixtures.Fixture):
    """A Keystone that runs with other options during a test.

    Tokens that were given before stay as they are.

    :param overrides: options that replace those of the lab, by section
    """

    def __init__(self, lab: cloud.Lab, overrides: confile.Sections) -> None:
        super().__init__()
        self._keystone = lab.keystone
        self._overrides = overrides

    def _setUp(self) -> None:
        self.addCleanup(self._restart, {})
        self._restart(self._overrides)

    def _restart(self, overrides: confile.Sections) -> None:
        self._keystone.configure(overrides)
        self._keystone.stop()
        self._keystone.start()


class ComputeConfigured(fixtures.Fixture):
    """A nova-compute that runs with other options during a test.

    :param overrides: options that replace those of the lab, by section
    """

    def __init__(self, node: compute_node.ComputeNode,
                 overrides: confile.Sections) -> None:
        super().__init__()
        self._compute = node.nova_compute
        self._overrides = overrides

    def _setUp(self) -> None:
        self.addCleanup(self._restart, {})
        self._restart(self._overrides)

    def _restart(self, overrides: confile.Sections) -> None:
        # Nothing is under way, and a graceful end takes its time.
        self._compute.kill()
        self._compute.configure(overrides)
        self._compute.start()


class Down(fixtures.Fixture):
    """A compute that Nova takes for dead during a test; its guests live."""

    def __init__(self, lab: cloud.Lab, node: compute_node.ComputeNode) -> None:
        super().__init__()
        self._services = services.Services(lab.state)
        self._node = node

    def _setUp(self) -> None:
        # Last, because Nova wants to see first that the host has tidied up
        # after what was evacuated from it.
        self.addCleanup(self._services.update, self._node.name,
                        forced_down=False)
        self.addCleanup(self._node.nova_compute.start)
        self._node.nova_compute.kill()
        self._services.update(self._node.name, forced_down=True)


class OnlyFor(fixtures.Fixture):
    """The only computes that the scheduler may choose during a test.

    :param names: of their hosts
    """

    def __init__(self, lab: cloud.Lab, *names: str) -> None:
        super().__init__()
        self._services = services.Services(lab.state)
        self._names = names

    def _setUp(self) -> None:
        for name in self._services.hosts() - set(self._names):
            self.addCleanup(self._services.update, name, status='enabled')
            self._services.update(name, status='disabled')


class CephCapabilities(fixtures.Fixture):
    """A Ceph user of a site that has other capabilities during a test.

    They count for connections that are made from then on.

    :param entity: one of :data:`cephconf.CAPABILITIES`
    :param osd: what it may do with pools, which the placeholders name
    """

    def __init__(self, cluster: ceph.Cluster, entity: str, osd: str) -> None:
        super().__init__()
        self._cluster = cluster
        self._entity = entity
        self._osd = osd

    def _setUp(self) -> None:
        self.addCleanup(self.restore)
        self._give({**cephconf.CAPABILITIES[self._entity], 'osd': self._osd})

    def restore(self) -> None:
        """Give back the usual ones, before the test ends or at its end."""
        self._give(cephconf.CAPABILITIES[self._entity])

    def _give(self, capabilities: Mapping[str, str]) -> None:
        site = self._cluster.site
        self._cluster.run('ceph', 'auth', 'caps', self._entity, *(
            word for service, caps in capabilities.items()
            for word in (service, caps.format(
                images=site.images_pool, vms=site.vms_pool))))
