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

"""FakeGlance: the image service for tests of code that uses this package.

It speaks HTTP to the client's own libraries, in process and without a socket,
and behaves as Glance 33 does: the same cases run against it and against a
real one. It needs the package ``fixtures``.

Time passes when a test lets it, so that a copy of ten minutes costs none::

    fake = self.useFixture(fixture.FakeGlance('central', 'edge'))
    image_id = fake.add_image(['central'])
    service = glance.Glance(fake.access(fake.nova))
    copier.Copier(service, copier.Settings(), fake.clock).ensure(
        image_id, 'edge')
"""

from __future__ import annotations

from collections.abc import Sequence
import datetime
import random
from typing import Any
import uuid

import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
import requests

from nova_rbd_multistore import fixture_api
from nova_rbd_multistore import fixture_import
from nova_rbd_multistore import fixture_records
from nova_rbd_multistore import fixture_transport
from nova_rbd_multistore import glance
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import timing

# What a test needs besides FakeGlance itself.
Failure = fixture_import.Failure
Fault = fixture_transport.Fault
Pace = fixture_import.Pace
Request = fixture_transport.Request
Store = fixture_records.Store
User = fixture_records.User


_STARTED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class ManualClock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def monotonic(self) -> float:
        """Return seconds."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds

    def utcnow(self) -> datetime.datetime:
        """Return the wall clock's time."""
        return _STARTED + datetime.timedelta(seconds=self._seconds)


class FakeGlance(fixtures.Fixture):
    """A Glance with some workers behind their own URLs and one for all.

    :param stores: names; the first is the default store.
    :param clock: None for one that passes only by its own ``sleep``.

    :ivar clock: to wait by.
    :ivar deployment: its settings, to be changed at any time.
    :ivar url: of the service; `workers` has those of its workers.
    :ivar tenant: owns the images, unless said otherwise.
    :ivar other: a user of another project.
    :ivar service: has the role ``service`` alone.
    :ivar nova: has ``service`` and ``admin``, as deployers give Nova.
    :ivar admin: an administrator.
    """

    tenant = User('demo')
    other = User('other')
    service = User('service', frozenset({'service'}))
    nova = User('nova', frozenset({'service', 'admin'}))
    admin = User('admin', frozenset({'admin'}))

    url = 'http://glance.invalid'
    workers = ('http://glance-1.invalid', 'http://glance-2.invalid')

    def __init__(
        self, *stores: str, clock: timing.Clock | None = None,
    ) -> None:
        super().__init__()
        if clock is None:
            manual = ManualClock()
            clock = timing.Clock(
                manual.monotonic, manual.sleep, manual.utcnow)
        self.clock = clock
        self._store_names = stores or ('central', 'dcn0', 'dcn1')

    def _setUp(self) -> None:
        self.deployment = fixture_api.Deployment(
            [Store(name) for name in self._store_names])
        self._ids = random.Random(0)
        self._timeline = fixture_import.Timeline(self.clock)
        self._api = fixture_api.Api(
            self.deployment, self._timeline, self._new_id)
        self._transport = fixture_transport.Transport(
            (self.url, *self.workers), self._api, self._timeline)
        self._http = requests.Session()
        self.addCleanup(self._http.close)
        # For any URL, so that nothing ever reaches the network.
        for scheme in ('http://', 'https://'):
            self._http.mount(scheme, self._transport)

    @property
    def requests(self) -> list[Request]:
        """All requests that came in, oldest first."""
        return self._transport.requests

    def access(self, user: User, worker: int | None = None) -> glance.Access:
        """Return how to reach the fake as a user, with a valid token.

        :param worker: index of the worker to talk to, None for the service.
        """
        url = self.url if worker is None else self.workers[worker]
        self._transport.tokens[user.token] = user
        return glance.Access(
            session=session.Session(session=self._http),
            auth=token_endpoint.Token(url, user.token),
            endpoints=(url,))

    def add_image(
        self,
        stores: Sequence[str] | None = None,
        owner: User = tenant,
        **attributes: Any,
    ) -> str:
        """Add an active image and return its id.

        :param stores: None for the default store.
        :param attributes: others of :class:`~.fixture_records.Image`, for
            example ``size``, ``visibility`` or ``disk_format``.
        """
        image = fixture_records.Image(
            id=str(self._new_id()), owner=owner.project,
            created_at=self._timeline.utcnow(),
            stores=list(stores or [self.deployment.stores[0].name]),
            **attributes)
        self._api.images[image.id] = image
        return image.id

    def image(self, image_id: str) -> fixture_records.Image:
        """Return the fake's own record, to look at or to change."""
        with self._transport.turn:
            self._timeline.advance()
            return self._api.images[image_id]

    def deactivate(self, image_id: str) -> None:
        """Deactivate an image, as an administrator may."""
        self.image(image_id).status = fixture_records.DEACTIVATED

    def reactivate(self, image_id: str) -> None:
        """Take that back."""
        self.image(image_id).status = image_mod.ACTIVE

    def delete(self, image_id: str) -> None:
        """Delete an image."""
        self.image(image_id).deleted = True

    def obstruct(self, image_id: str, store: str) -> None:
        """Leave a stray RBD image in a store, so that no copy can be made.

        An import that ends while it writes leaves one, for example when its
        worker dies.
        """
        self.image(image_id).strays.add(store)

    def clear(self, image_id: str, store: str) -> None:
        """Remove the stray RBD image."""
        self.image(image_id).strays.discard(store)

    def hide_data(self, image_id: str, store: str) -> None:
        """Make an image unreadable in a store that has it."""
        self.image(image_id).unreadable.add(store)

    def show_data(self, image_id: str, store: str) -> None:
        """Make it readable again."""
        self.image(image_id).unreadable.discard(store)

    def fail_next(self, failure: Failure, times: int = 1) -> None:
        """Let the next imports fail."""
        self._api.failures.extend([failure] * times)

    def kill_worker(self) -> None:
        """Kill the worker that runs the imports; nobody carries on.

        Its locks stay until they expire, or until the image is deleted.
        """
        with self._transport.turn:
            self._timeline.advance()
            self._timeline.kill()

    def break_requests(self, fault: Fault, times: int = 1) -> None:
        """Let the next requests that the fault is for go wrong."""
        self._transport.faults.extend([fault] * times)

    def expire_token(self, user: User) -> None:
        """Let Glance refuse the user's token."""
        self._transport.tokens.pop(user.token, None)

    def _new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self._ids.getrandbits(128), version=4)
