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

"""What the contract needs of a Glance, be it fake or real."""

from __future__ import annotations

import abc
from collections.abc import Callable
import contextlib
import dataclasses
import json
from typing import Any
from typing import NamedTuple

from keystoneauth1 import token_endpoint

from nova_rbd_multistore import glance
from nova_rbd_multistore import timing
from tests.contract import workers as workers_mod

# Users. The tenant owns the images. The last two have one role each: service
# alone, and admin alone, which is what copying needs by default.
TENANT = 'demo'
OTHER = 'other'
SERVICE = 'service'
COPIER = 'copier'


_DATA = 'application/octet-stream'

# How to reach Glance as a user.
Reach = Callable[[str], glance.Access]


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    text: str
    content_type: str | None

    def json(self) -> Any:
        return json.loads(self.text)


class Deployment(abc.ABC):
    """A Glance with three stores, of three workers.

    It has its default settings: only administrators may copy, and image
    records hide locations.

    :cvar hub: the default store, which has the images at first.
    :cvar targets: the other stores.
    """

    hub = 'central'
    targets = ('dcn0', 'dcn1')
    workers = 3

    clock: timing.Clock

    @abc.abstractmethod
    def access(self, user: str, worker: int | None = None) -> glance.Access:
        """Return how to reach Glance as a user.

        :param worker: index of a worker, None for the service's URL.
        """

    @abc.abstractmethod
    def open(self) -> contextlib.AbstractContextManager[Reach]:
        """Enter a time with a worker as upstream's backend needs it.

        Everybody may copy what they see, and image records show locations.
        Enters into how to reach that worker as a user.
        """

    @abc.abstractmethod
    def edge(self, user: str) -> glance.Access:
        """Return how to reach the Glance of the site of the first target.

        It knows the stores of that site, which is its default, and of the
        hub.
        """

    @abc.abstractmethod
    def queue(self) -> contextlib.AbstractContextManager[Reach]:
        """Enter a time with a worker that accepts copies and starts none.

        It lasts for some requests and seconds. Enters into how to reach that
        worker as a user.
        """

    @abc.abstractmethod
    def quota(
        self, exhausted: str,
    ) -> contextlib.AbstractContextManager[Reach]:
        """Enter a time with a worker that has used up a quota.

        It is open, because Glance counts for the project that asks.
        Enters into how to reach that worker as a user.

        :param exhausted: ``image_size_total`` or ``image_stage_total``.
        """

    @abc.abstractmethod
    def worker(self, number: int) -> workers_mod.Worker:
        """Return one of the workers behind the service's URL."""

    @abc.abstractmethod
    def add_worker(
        self, setup: workers_mod.Setup,
        shares: workers_mod.Worker | None = None,
    ) -> workers_mod.Worker:
        """Start a worker that the service's URL does not lead to.

        It is gone at the end of the test.

        :param shares: another one, whose staging area it has, too.
        """

    @abc.abstractmethod
    def forget(self, image_id: str) -> None:
        """Have nothing left of an image at the end of the test.

        Wherever its data are staged.
        """

    @abc.abstractmethod
    def make_image(self, mib: int = 8, visibility: str = 'shared') -> str:
        """Upload an image of the tenant and return its id.

        :param mib: 8 is copied at once, 96 takes some seconds.
        """

    @abc.abstractmethod
    def move(self, image_id: str, store: str) -> None:
        """Have the image in a store other than the hub's, and no more there.
        """

    @abc.abstractmethod
    def obstruct(self, image_id: str, store: str) -> None:
        """Leave an RBD image in a store that is in the way of a copy."""

    @abc.abstractmethod
    def clear(self, image_id: str, store: str) -> None:
        """Remove the RBD image that is in the way."""

    @abc.abstractmethod
    def hide_data(self, image_id: str) -> None:
        """Make the image unreadable in the hub's store."""

    @abc.abstractmethod
    def show_data(self, image_id: str) -> None:
        """Make it readable again."""

    @abc.abstractmethod
    def orphan(
        self, image_id: str, store: str, pending: bool = False,
    ) -> None:
        """Start a copy and kill the worker that runs it.

        :param pending: before the task has started, else while it stages.
        """

    @abc.abstractmethod
    def age_task(self, task_id: str, seconds: float) -> None:
        """Let time pass since the last update of a task."""

    @abc.abstractmethod
    def deactivate(self, image_id: str) -> None:
        """Deactivate the image."""

    @abc.abstractmethod
    def reactivate(self, image_id: str) -> None:
        """Reactivate the image."""

    @abc.abstractmethod
    def delete(self, image_id: str) -> None:
        """Delete the image."""

    @abc.abstractmethod
    def has_data(self, image_id: str, store: str) -> bool:
        """Tell whether a store's pool has an RBD image of the image's name.
        """


def send(
    access: glance.Access, method: str, path: str, body: Any = None,
) -> Answer:
    """Send a request and return the answer, whatever it is.

    :param body: bytes, or what becomes JSON.
    """
    is_data = isinstance(body, bytes)
    response = access.session.request(
        access.endpoints[0] + path, method, auth=access.auth,
        raise_exc=False, headers={'Accept': '*/*',
                                  'Content-Type': _DATA if is_data
                                  else 'application/json'},
        data=body if body is None or is_data else json.dumps(body))
    return Answer(response.status_code, response.text,
                  response.headers.get('Content-Type'))


def without_token(access: glance.Access) -> glance.Access:
    """Return the same access, with a token that is not valid."""
    return dataclasses.replace(access, auth=token_endpoint.Token(
        access.endpoints[0], 'no-such-token'))
