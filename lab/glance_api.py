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

"""One worker of Glance."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib

from lab import confile
from lab import daemon
from lab import dnsmasq
from lab import glanceconf
from lab import haproxy
from lab import interrupt
from lab import launcher
from lab import names
from lab import settings
from lab import state
from lab import terminator
from lab import uwsgi
from lab import waiting
from lab import workerstate

_THREADS = 16


def sync_database(lab: state.State, starter: launcher.Launcher) -> None:
    """Make Glance's tables; MariaDB runs."""
    conf = starter.state.service('glance') / 'glance-manage.conf'
    confile.write(conf, confile.ini(glanceconf.database(lab)))
    starter.run('glance-manage', [
        str(launcher.python_program('glance-manage')),
        '--config-file', str(conf), 'db_sync'])


class GlanceApi(daemon.Daemon):
    """A process of its own with its own directories.

    ``glance-api-SITE`` is the whole Glance of an edge site. A stop finishes
    the requests that run and all imports. That takes as long as they take, up
    to ``stop_timeout`` seconds.
    """

    stop_timeout = 300

    def __init__(self, worker: workerstate.Worker, lab: state.State,
                 starter: launcher.Launcher) -> None:
        super().__init__(worker.name, starter)
        self.worker = worker
        self._lab = lab

    @property
    def address(self) -> str:
        return self.worker.address

    @property
    def ports(self) -> Sequence[int]:
        return (self.worker.port,)

    def prepare(self) -> None:
        """Make its directories and configuration, as a lab has them."""
        self.worker.staging.mkdir(parents=True)
        self.worker.tasks.mkdir(parents=True)
        self.configure(settings.GlanceSettings())

    def configure(self, asked: settings.GlanceSettings) -> None:
        """Write its configuration and policy; they count from a restart."""
        confile.write(self.worker.conf, confile.ini(
            glanceconf.worker(self._lab, self.worker, asked)))
        confile.write(self.worker.policy, glanceconf.policy(asked))

    @contextlib.contextmanager
    def configured(self, asked: settings.GlanceSettings) -> Iterator[None]:
        """Run with other settings for the time of a block."""
        before = {path: path.read_text()
                  for path in (self.worker.conf, self.worker.policy)}

        def restore() -> None:
            for path, text in before.items():
                confile.write(path, text)
            self._restart()

        try:
            self.configure(asked)
            self._restart()
            yield
        finally:
            interrupt.completed(restore)

    def _restart(self) -> None:
        # NOTE: Glance reads a policy file again when that has changed, but
        # goes by a rule that is not there any more until it is restarted.
        self.stop()
        self.start()

    def command(self) -> Sequence[str]:
        serving = uwsgi.command('glance.wsgi.api', self.worker.port, _THREADS,
                                address=self.worker.address)
        if self._lab.names is None:
            return serving
        # It calls other workers by their names.
        return names.command(self._lab, serving)

    def environment(self) -> Mapping[str, str]:
        own = {'OS_GLANCE_CONFIG_DIR': str(self.worker.conf.parent)}
        if self._lab.tls is None:
            return own
        # Of the library with which Glance calls another worker.
        return {**own, 'REQUESTS_CA_BUNDLE': str(self._lab.tls.ca)}

    def look(self) -> waiting.Look:
        return uwsgi.look(f'{self.worker.url}/healthcheck')


class HubWorker(GlanceApi):
    """``glance-api-N``: one of the workers behind the load balancer.

    A stop drains, as an operator does it: first of all the load balancer
    sends no more requests. What terminates TLS for it starts and ends with it.
    """

    def __init__(self, worker: workerstate.Worker, lab: state.State,
                 starter: launcher.Launcher) -> None:
        super().__init__(worker, lab, starter)
        self.terminator = terminator.Terminator(worker, starter) \
            if worker.tls_url is not None else None

    def prepare(self) -> None:
        super().prepare()
        if self.terminator is not None:
            self.terminator.prepare()

    def wait_ready(self) -> float:
        seconds = super().wait_ready()
        if self.terminator is not None:
            seconds += self.terminator.start()
        dnsmasq.publish(self._state)
        haproxy.resume(self._state, self.name)
        return seconds

    def stop(self, timeout: float | None = None) -> bool:
        haproxy.drain(self._state, self.name)
        in_time = super().stop(timeout)
        if self.terminator is not None:
            self.terminator.stop()
        dnsmasq.publish(self._state)
        return in_time

    def kill(self) -> None:
        super().kill()
        if self.terminator is not None:
            self.terminator.kill()
        dnsmasq.publish(self._state)
