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

"""One request to Glance, and what its answer means.

python-glanceclient carries the requests and reads Glance's errors. Its
controllers are passed by on purpose: ``images.get`` fetches the JSON schema
first, and the tasks and locations of an image the list of versions, each
time; a thousand computes that follow copies would double Glance's load.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
import html
import itertools
import re
import ssl
from typing import Any
from typing import TypeVar

import glanceclient
from glanceclient import exc as glance_exc
from keystoneauth1 import exceptions as ksa_exc
from oslo_log import log as logging
import requests
import tenacity

from nova_rbd_multistore import exception

LOG = logging.getLogger(__name__)

_T = TypeVar('_T')

# Without a limit a load balancer that swallows an answer would hold a boot
# for ever: keystoneauth has none of its own.
REQUEST_TIMEOUT = 60.0

# Scheme and host of the first URL in an error.
_URL = re.compile(r'https?://[^/\s\'"]+')

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


class Client:
    """Sends requests with one credential.

    Every request raises the :class:`~.exception.GlanceError` that belongs to
    the answer. Those that change nothing are tried again when there is no
    usable answer; others never are, because they may have been carried out.

    :param retries: how often to try such a request again.
    :param sleep: takes seconds; None for the machine's.
    :cvar TIMEOUT: seconds for an answer, where the session has none.
    """

    TIMEOUT = REQUEST_TIMEOUT

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
            self._options['timeout'] = self.TIMEOUT
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(
                exception.GlanceUnavailable),
            stop=tenacity.stop_after_attempt(1 + retries),
            # Patient as Nova's own client: a load balancer takes a second
            # or two to notice that a worker has gone.
            wait=tenacity.wait_exponential_jitter(0.5, max=3, jitter=0.5),
            before_sleep=_log_retry, reraise=True,
            sleep=sleep or tenacity.nap.sleep)

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

    def _change(
        self, method: str, what: str, url: str, status: int, **body: Any,
    ) -> tuple[requests.Response, Any]:
        """Send a request that changes something.

        :param status: of the only good answer.
        """
        response, answer = self._request(method, what, url, **body)
        if response.status_code != status:
            raise exception.GlanceUnavailable(
                what, _not_glance(f'HTTP {response.status_code} in place of '
                                  f'{status}'))
        return response, answer

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
        except ksa_exc.SSLError as exc:
            kind = (exception.UntrustedCertificate if _is_untrusted(exc)
                    else exception.GlanceUnavailable)
            raise kind(what, _unconnected(exc)) from exc
        except ksa_exc.Unauthorized as exc:
            raise exception.LoginRefused(what, str(exc)) from exc
        except (glance_exc.CommunicationError, glance_exc.InvalidEndpoint,
                ksa_exc.ClientException) as exc:
            raise exception.GlanceUnavailable(
                what, _unconnected(exc)) from exc
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


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, the first one last."""
    while exc is not None:
        yield exc
        # urllib3 keeps it in the error of its pool.
        reason = getattr(exc.args[0] if exc.args else None, 'reason', None)
        if isinstance(reason, BaseException):
            yield from _causes(reason)
        exc = exc.__cause__ or exc.__context__


def _is_untrusted(exc: BaseException) -> bool:
    """Tell whether a certificate is what a request failed on."""
    return any(isinstance(cause, ssl.SSLCertVerificationError)
               for cause in _causes(exc))


def _unconnected(exc: BaseException) -> str:
    """Say in few words why there was no connection, or no more."""
    text = str(exc)
    words = [cause.strerror for cause in _causes(exc)
             if isinstance(cause, OSError) and cause.strerror]
    url = _URL.search(text)
    if not words or url is None:
        return text
    return f'no connection to {url[0]}: {words[-1]}'


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
