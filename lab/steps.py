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


"""Start daemons, each as a step that is reported."""

from collections.abc import Callable

from lab import daemon
from lab import progress


def starting(one: daemon.Daemon,
             report: progress.Progress) -> Callable[[], None]:
    """Return what starts a daemon."""
    def work() -> None:
        with report.step(one.name):
            one.start()
    return work


def prepared(one: daemon.Daemon,
             report: progress.Progress) -> Callable[[], None]:
    """Return what prepares and starts a new daemon."""
    def work() -> None:
        with report.step(one.name):
            one.prepare()
            one.start()
    return work


def reported(title: str, work: Callable[[], None],
             report: progress.Progress) -> Callable[[], None]:
    """Return ``work`` as a step with a title."""
    def reporting() -> None:
        with report.step(title):
            work()
    return reporting
