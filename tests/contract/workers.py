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

"""What the contract needs of the workers of a Glance."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import urllib.parse

from nova_rbd_multistore import glance

RIGHT = '{url}'


@dataclasses.dataclass(frozen=True)
class Setup:
    """How a worker is set up.

    :ivar self_url: ``worker_self_reference_url``, in which ``{url}``,
        ``{host}`` and ``{service}`` stand for the worker's own URL, host and
        port of that, and the URL of the load balancer; None when unset.
    :ivar methods: the import methods that are enabled.
    :ivar converts: whether images become raw when they are imported.
    """

    self_url: str | None = RIGHT
    methods: tuple[str, ...] = ('glance-direct', 'copy-image')
    converts: bool = False

    def self_url_of(self, url: str, service: str) -> str | None:
        """Return what the worker at a URL calls itself."""
        if self.self_url is None:
            return None
        return self.self_url.format(
            url=url, host=urllib.parse.urlsplit(url).netloc, service=service)


class Worker(abc.ABC):
    """A worker of Glance's, with its staging area.

    :ivar url: that leads to it.
    :ivar self_url: that it tells other workers, unless it is set up in
        another way; with the name that it has among them, if it has one.
    """

    url: str
    self_url: str

    @abc.abstractmethod
    def access(self, user: str) -> glance.Access:
        """Return how to reach it as a user."""

    @abc.abstractmethod
    def staged(self) -> set[str]:
        """Return the images of which there are data in its staging area."""

    @abc.abstractmethod
    def configured(
        self, setup: Setup,
    ) -> contextlib.AbstractContextManager[None]:
        """Enter a time in which it is set up in another way.

        It is restarted at the beginning and at the end.
        """

    @abc.abstractmethod
    def restart(self, setup: Setup) -> None:
        """Kill it, and start it set up in another way.

        Only for one that a case has for itself.
        """

    @abc.abstractmethod
    def kill(self) -> None:
        """Kill it."""

    @abc.abstractmethod
    def start(self) -> None:
        """Start it again."""
