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


"""nova-compute with our backend, as an operator starts it."""

from collections.abc import Sequence

from lab import compute_host
from lab import confile
from lab import inside
from lab import launcher
from lab import novaconf
from lab import rabbitmq
from lab import state
from lab import waiting

PROGRAM = 'nova-compute-rbd-multistore'
UPSTREAM = 'nova-compute'


class NovaCompute(inside.Inside):
    """``nova-compute.NAME``.

    ``program`` is what it runs when it is started, ours unless changed.
    """

    look_interval = 0.5

    def __init__(self, host: compute_host.ComputeHost, lab: state.State,
                 starter: launcher.Launcher) -> None:
        super().__init__('nova-compute', host, starter)
        self.program = PROGRAM
        assert lab.cloud is not None
        self._cloud = lab.cloud
        self._lab = lab

    def prepare(self) -> None:
        """Write its configuration."""
        self.configure({})

    def configure(self, overrides: confile.Sections) -> None:
        """Write its configuration, which counts from a restart.

        :param overrides: options that replace those of the lab, by section
        """
        site = self._lab.site(self._compute.site)
        confile.write(self._compute.conf, confile.ini(confile.merge(
            novaconf.compute(self._lab, self._cloud, self._compute, site),
            overrides)))

    def command(self) -> Sequence[str]:
        return [str(launcher.python_program(self.program)),
                '--config-file', str(self._compute.conf)]

    def look(self) -> waiting.Look:
        return rabbitmq.look_consumed(
            self._cloud.broker, f'compute.{self._compute.name}')
