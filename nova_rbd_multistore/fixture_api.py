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

"""The HTTP side of :class:`~.fixture.FakeGlance`: no socket, real bytes.

Answers, their order of precedence and their words are those of
``ImagesController`` in Glance 33; errors are webob's HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
import dataclasses
import datetime
import json
import re
from typing import Any
import uuid

from nova_rbd_multistore import fixture_answer
from nova_rbd_multistore import fixture_import
from nova_rbd_multistore import fixture_records
from nova_rbd_multistore import image as image_mod

COPY_IMAGE = 'copy-image'
COPY_POLICY = 'copy_image'
LOCATIONS_POLICY = 'fetch_image_location'

SIZE_QUOTA = 'image_size_total'
STAGING_QUOTA = fixture_import.STAGING_QUOTA

_NO_RESOURCE = 'The resource could not be found.'
_LOCK_EXPIRY = datetime.timedelta(hours=1)


@dataclasses.dataclass
class Deployment:
    """How the fake is set up; change a field and it counts at once.

    :ivar stores: Glance's backends, the first being the default.
    :ivar show_locations: both ``show_multiple_locations`` and
        ``show_image_direct_url``.
    :ivar copy_roles: roles one of which the policy ``copy_image`` asks for;
        None lets everybody copy what they see.
    :ivar import_methods: those enabled.
    :ivar show_tasks: False as when the records have been purged.
    :ivar exhausted: a quota of which every project has used up all:
        ``image_size_total`` refuses copies, ``image_stage_total`` lets them
        fail.
    """

    stores: list[fixture_records.Store]
    show_locations: bool = False
    copy_roles: frozenset[str] | None = frozenset({'admin'})
    import_methods: tuple[str, ...] = ('glance-direct', COPY_IMAGE)
    show_tasks: bool = True
    exhausted: str | None = None
    pace: fixture_import.Pace = fixture_import.Pace()

    def has(self, store: str) -> bool:
        """Tell whether a request may name the store."""
        return store.startswith('os_glance_') or store in {
            configured.name for configured in self.stores}


class _Refused(Exception):

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = fixture_answer.Answer.error(status, words)


class Api:
    """Glance's API over the records.

    :param new_id: returns a fresh id.
    """

    def __init__(
        self,
        deployment: Deployment,
        timeline: fixture_import.Timeline,
        new_id: Callable[[], uuid.UUID],
    ) -> None:
        self.images: dict[str, fixture_records.Image] = {}
        self.tasks: dict[str, fixture_records.Task] = {}
        self.failures: list[fixture_import.Failure] = []
        self._deployment = deployment
        self._timeline = timeline
        self._new_id = new_id

    def answer(
        self, user: fixture_records.User, method: str, path: str, body: Any,
    ) -> fixture_answer.Answer:
        """Carry out a request of a user who has been authenticated.

        :param body: JSON as requests has it, None without one.
        """
        for known_method, pattern, handle in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == known_method:
                try:
                    return handle(self, user, body, **match.groupdict())
                except _Refused as exc:
                    return exc.answer
        return fixture_answer.Answer.error(404, _NO_RESOURCE)

    def show_image(
        self, user: fixture_records.User, _body: Any, image_id: str,
    ) -> fixture_answer.Answer:
        """``GET /v2/images/{id}``."""
        image = self._readable(user, image_id)
        return fixture_answer.Answer.json(image.record(
            image.locations(user, self._deployment.stores),
            self._deployment.show_locations))

    def show_tasks(
        self, user: fixture_records.User, _body: Any, image_id: str,
    ) -> fixture_answer.Answer:
        """``GET /v2/images/{id}/tasks``, in the order of the ids."""
        try:
            self._readable(user, image_id)
        except _Refused as exc:
            raise _Refused(404, _NO_RESOURCE) from exc
        return fixture_answer.Answer.json({'tasks': [
            task.record() for _id, task in sorted(self.tasks.items())
            if self._deployment.show_tasks and task.image_id == image_id
            and task.visible_to(user)]})

    def show_locations(
        self, user: fixture_records.User, _body: Any, image_id: str,
    ) -> fixture_answer.Answer:
        """``GET /v2/images/{id}/locations``."""
        image = self._visible(user, image_id)
        self._authorize(user, LOCATIONS_POLICY, {'service', 'admin'})
        return fixture_answer.Answer.json(
            image.locations(user, self._deployment.stores))

    def list_stores(
        self, _user: fixture_records.User, _body: Any,
    ) -> fixture_answer.Answer:
        """``GET /v2/info/stores``."""
        stores = [{'id': store.name,
                   'description': f'Ceph cluster of site {store.name}'}
                  for store in self._deployment.stores]
        if stores:
            stores[0]['default'] = 'true'
        return fixture_answer.Answer.json({'stores': stores})

    def import_image(
        self, user: fixture_records.User, body: Any, image_id: str,
    ) -> fixture_answer.Answer:
        """``POST /v2/images/{id}/import``."""
        request = json.loads(body)
        self._check_method(request)
        self._check_quota(user)
        image = self._visible(user, image_id)
        if image.status != image_mod.ACTIVE:
            raise _Refused(409, 'Only images with status active can be '
                                'targeted for copying')
        self._authorize(user, COPY_POLICY, self._deployment.copy_roles)
        stale = self._take_over(image) if image.lock else None
        stores = tuple(request.get(
            'stores', [self._deployment.stores[0].name]))
        for store in stores:
            if not self._deployment.has(store):
                raise _Refused(
                    409, f'Store for identifier {store} not found')
        for store in image.stores:
            if store in stores:
                raise _Refused(
                    400, f"Image is already present at store '{store}'")
        if stale is not None:
            image.forget(stale.stores)
        self._start(user, image, stores, request)
        return fixture_answer.Answer(
            202, content_type='text/html; charset=UTF-8')

    def _check_quota(self, user: fixture_records.User) -> None:
        if self._deployment.exhausted == SIZE_QUOTA:
            used = sum(image.size * len(image.stores)
                       for image in self.images.values()
                       if image.owner == user.project and not image.deleted)
            raise _Refused(413, fixture_import.over_limit(
                user.project, SIZE_QUOTA, used >> 20))

    def _visible(
        self, user: fixture_records.User, image_id: str,
    ) -> fixture_records.Image:
        image = self.images.get(image_id)
        if image is None or not image.visible_to(user):
            raise _Refused(404, f'No image found with ID {image_id}')
        return image

    def _readable(
        self, user: fixture_records.User, image_id: str,
    ) -> fixture_records.Image:
        image = self._visible(user, image_id)
        if not user.reader:
            raise _Refused(404, _NO_RESOURCE)
        return image

    def _authorize(
        self, user: fixture_records.User, policy: str,
        roles: Collection[str] | None,
    ) -> None:
        if roles is None or user.roles & set(roles):
            return
        if not user.reader:
            raise _Refused(404, _NO_RESOURCE)
        raise _Refused(
            403, f'You are not authorized to complete {policy} action.')

    def _check_method(self, request: Mapping[str, Any]) -> None:
        name = request['method']['name']
        if name not in self._deployment.import_methods:
            raise _Refused(400, f"Unknown import method name '{name}'.")
        if name != COPY_IMAGE or request.get('all_stores'):
            raise NotImplementedError(
                f'FakeGlance knows copy-image to named stores, not '
                f'{request}')

    def _take_over(
        self, image: fixture_records.Image,
    ) -> fixture_records.Task:
        """Free the image if its lock has expired; return whose it was."""
        task = self.tasks[str(image.lock)]
        expiry = _LOCK_EXPIRY
        if task.status == fixture_records.PENDING:
            expiry *= 2
        now = self._timeline.utcnow()
        if now - task.updated_at < expiry:
            raise _Refused(409, 'Image has active task')
        if task.status not in (fixture_records.SUCCESS,
                               fixture_records.FAILURE):
            task.change(now, fixture_records.FAILURE,
                        'Expired lock preempted')
        image.lock = None
        return task

    def _start(
        self, user: fixture_records.User, image: fixture_records.Image,
        stores: tuple[str, ...], request: dict[str, Any],
    ) -> None:
        now = self._timeline.utcnow()
        task = fixture_records.Task(
            id=str(self._new_id()), image_id=image.id, user=user,
            request_id=f'req-{self._new_id()}', created_at=now,
            stores=stores, request=request)
        self.tasks[task.id] = task
        image.lock = task.id
        failure = self.failures.pop(0) if self.failures else None
        if self._deployment.exhausted == STAGING_QUOTA:
            failure = fixture_import.Failure.QUOTA
        self._timeline.start(fixture_import.Import(
            image, task, self._deployment.pace, failure,
            self._timeline.utcnow))


_IMAGE = r'/v2/images/(?P<image_id>[^/]+)'

_ROUTES: tuple[tuple[str, str, Callable[..., fixture_answer.Answer]], ...] = (
    ('GET', _IMAGE, Api.show_image),
    ('GET', _IMAGE + '/tasks', Api.show_tasks),
    ('GET', _IMAGE + '/locations', Api.show_locations),
    ('POST', _IMAGE + '/import', Api.import_image),
    ('GET', '/v2/info/stores', Api.list_stores),
)
