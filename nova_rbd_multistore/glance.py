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

"""Talk to Glance. Nothing else in the package speaks HTTP to it.

python-glanceclient carries the requests and reads Glance's errors. Its
controllers are passed by on purpose: ``images.get`` fetches the JSON schema
first, and the tasks and locations of an image the list of versions, each
time; a thousand computes that follow copies would double Glance's load.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
import functools
import html
import itertools
from typing import Any
from typing import TypeVar

import glanceclient
from glanceclient import exc as glance_exc
from keystoneauth1 import exceptions as ksa_exc
from oslo_log import log as logging
import requests
import tenacity

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import store as store_mod
from nova_rbd_multistore import version as version_mod

LOG = logging.getLogger(__name__)

_T = TypeVar('_T')

# Without a limit a load balancer that swallows an answer would hold a boot
# for ever: keystoneauth has none of its own.
REQUEST_TIMEOUT = 60.0

_ACCEPTED = 202

# That of GET /v2/images/{id}/locations.
_LOCATIONS_SINCE: version_mod.Version = (2, 17)

# Endpoints that are known to have it. The others are asked again, because
# they may be upgraded while this process lives.
_WITH_LOCATIONS: set[frozenset[str]] = set()

_BY_STATUS = {
    400: exception.BadRequest,
    401: exception.NotAuthenticated,
    403: exception.Forbidden,
    404: exception.NotFound,
    409: exception.Conflict,
    413: exception.OverQuota,
}

# What glanceclient raises over an answer that something between us and Glance
# has made or cut off: it takes headers and the shape and depth of JSON for
# granted, and reads the body outside keystoneauth.
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError,
               RecursionError, requests.RequestException)


@dataclasses.dataclass(frozen=True)
class Access:
    """Where Glance is and as whom to talk to it.

    :ivar session: a keystoneauth1 session.
    :ivar auth: a keystoneauth1 plugin, None for the session's own.
    :ivar endpoints: URLs without version; the next one is tried when one has
        given no usable answer. Empty for the catalog's.
    :ivar adapter: other options of keystoneauth1's Adapter, for example
        ``region_name`` or ``interface``.
    """

    session: Any
    auth: Any = None
    endpoints: Sequence[str] = ()
    adapter: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Glance:
    """The image service, seen with one credential.

    Every method raises the :class:`~.exception.GlanceError` that belongs to
    the answer. Requests that change nothing are tried again when there is no
    usable answer; a submission never is, because it may have been carried
    out.

    :param retries: how often to try such a request again.
    :param sleep: takes seconds; None for the machine's.
    """

    def __init__(
        self,
        access: Access,
        retries: int = 3,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        clients = [
            glanceclient.Client(
                '2', session=access.session, auth=access.auth,
                endpoint_override=endpoint, **access.adapter).http_client
            for endpoint in access.endpoints or (None,)]
        self._clients = itertools.cycle(clients)
        self._client = next(self._clients)
        # Nova gives them in another order each time.
        self._endpoints = frozenset(access.endpoints)
        # keystoneauth's own semaphore, which is to limit rates, counts in
        # the wall clock: set back by an hour, the next request waits an hour.
        #
        # Nor is its log of whole answers wanted, at DEBUG: locations of stores
        # such as S3 hold keys.
        self._options: dict[str, Any] = {
            'rate_semaphore': contextlib.nullcontext(), 'log': False}
        if not access.session.timeout:
            self._options['timeout'] = REQUEST_TIMEOUT
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(
                exception.GlanceUnavailable),
            stop=tenacity.stop_after_attempt(1 + retries),
            # Patient as Nova's own client: a load balancer takes a second
            # or two to notice that a worker has gone.
            wait=tenacity.wait_exponential_jitter(0.5, max=3, jitter=0.5),
            before_sleep=_log_retry, reraise=True,
            sleep=sleep or tenacity.nap.sleep)

    def image(self, image_id: str) -> image_mod.Image:
        """Return the image.

        https://docs.openstack.org/api-ref/image/v2/#show-image
        """
        return self._get(f'show image {image_id}',
                         f'/v2/images/{image_id}',
                         functools.partial(_parse_image, image_id))

    def tasks(self, image_id: str) -> tuple[image_mod.Task, ...]:
        """Return those of the image's tasks that the credential may see.

        https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image
        """
        return self._get(f'show tasks of image {image_id}',
                         f'/v2/images/{image_id}/tasks',
                         image_mod.tasks_from_glance)

    def locations(self, image_id: str) -> tuple[image_mod.Location, ...]:
        """Return the image's locations, also where image records hide them.

        Needs the role ``service`` or ``admin``.
        https://docs.openstack.org/api-ref/image/v2/#get-locations

        :raises TooOld: when this Glance cannot do it.
        """
        what = f'show locations of image {image_id}'
        try:
            return self._get(what, f'/v2/images/{image_id}/locations',
                             image_mod.locations_from_glance)
        except exception.NotFound:
            # Which is what an older Glance answers, too.
            self._check_locations(what)
            raise

    def stores(self) -> frozenset[str]:
        """Return the names of the stores that Glance has.

        None without ``enabled_backends`` in its configuration.
        https://docs.openstack.org/api-ref/image/v2/#list-stores
        """
        try:
            return self._get('list stores', '/v2/info/stores',
                             image_mod.stores_from_glance)
        except exception.NotFound:
            return frozenset()

    def rbd_pools(self) -> dict[str, store_mod.RbdPool]:
        """Return where Glance's RBD stores have their images, by store.

        Needs the role ``service`` or ``admin``.
        https://docs.openstack.org/api-ref/image/v2/#list-stores-detail
        """
        return self._get('list stores with details', '/v2/info/stores/detail',
                         store_mod.rbd_pools_from_glance)

    def submit_copy(self, image_id: str, store: str) -> None:
        """Ask Glance to copy the image into the store.

        Returns when Glance has accepted that, not when it is done.
        https://docs.openstack.org/api-ref/image/v2/#import-an-image
        """
        what = f'copy image {image_id} to store {store}'
        response, _body = self._request(
            'post', what, f'/v2/images/{image_id}/import',
            data={'method': {'name': 'copy-image'}, 'stores': [store]})
        if response.status_code != _ACCEPTED:
            raise exception.GlanceUnavailable(
                what, _not_glance(f'HTTP {response.status_code} in place of '
                                  f'{_ACCEPTED}'))

    def _check_locations(self, what: str) -> None:
        if self._endpoints in _WITH_LOCATIONS:
            return
        newest = self._get('list versions', '/versions',
                           version_mod.newest_from_glance)
        if newest is not None and newest < _LOCATIONS_SINCE:
            raise exception.TooOld(what, newest, _LOCATIONS_SINCE)
        _WITH_LOCATIONS.add(self._endpoints)

    def _get(self, what: str, url: str, parse: Callable[[Any], _T]) -> _T:
        parsed: _T = self._retrying(self._read, what, url, parse)
        return parsed

    def _read(self, what: str, url: str, parse: Callable[[Any], _T]) -> _T:
        _response, answer = self._request('get', what, url)
        try:
            return parse(answer)
        except exception.InvalidRecord as exc:
            raise exception.GlanceUnavailable(
                what, _not_glance(str(exc))) from exc

    def _request(
        self, method: str, what: str, url: str, **body: Any,
    ) -> tuple[requests.Response, Any]:
        """Return the response, and its body as far as that is JSON."""
        try:
            return self._send(method, what, url, **body)
        except exception.GlanceUnavailable:
            # An endpoint that answers is kept: were they to take turns, with
            # one of two down each submission that follows a good look would
            # meet that one.
            self._client = next(self._clients)
            raise

    def _send(
        self, method: str, what: str, url: str, **body: Any,
    ) -> tuple[requests.Response, Any]:
        send = getattr(self._client, method)
        try:
            response, answer = send(url, **self._options, **body)
        except glance_exc.HTTPException as exc:
            kind = _BY_STATUS.get(exc.code, exception.GlanceUnavailable)
            raise kind(what, _words(exc)) from exc
        except ksa_exc.Unauthorized as exc:
            raise exception.LoginRefused(what, str(exc)) from exc
        except (glance_exc.CommunicationError, glance_exc.InvalidEndpoint,
                ksa_exc.ClientException) as exc:
            raise exception.GlanceUnavailable(what, str(exc)) from exc
        except _UNREADABLE as exc:
            raise exception.GlanceUnavailable(
                what, _not_glance(repr(exc))) from exc
        LOG.debug('%s: HTTP %d, request ID %s', what, response.status_code,
                  response.headers.get('x-openstack-request-id'))
        return response, answer


def _log_retry(state: tenacity.RetryCallState) -> None:
    assert state.outcome is not None
    LOG.debug('Asking Glance again, try %d had no usable answer: %s',
              state.attempt_number, state.outcome.exception())


def _parse_image(image_id: str, body: object) -> image_mod.Image:
    image = image_mod.Image.from_glance(body)
    # MySQL finds an id in capitals too, and shows it as it was created.
    if image.id.lower() != image_id.lower():
        raise exception.InvalidRecord(
            'id', f'{image.id} in place of the one asked for')
    return image


def _not_glance(reason: str) -> str:
    return (f'the answer is not one of Glance\'s ({reason}). Look for a proxy '
            f'or a load balancer that answers in its place, or that changes '
            f'answers.')


def _words(exc: glance_exc.HTTPException) -> str:
    """Return what Glance said, in one line.

    glanceclient joins the title, the heading and the text of webob's HTML
    with colons, so that the status stands there twice.
    """
    details = html.unescape(str(exc.details))
    words = [part.strip(' :') for part in details.split(': ')]
    text = ': '.join(dict.fromkeys(part for part in words if part))
    return text if str(exc.code) in text else f'HTTP {exc.code}: {text}'
