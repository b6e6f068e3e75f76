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

"""The network of :class:`~.fixture.FakeGlance`: none, with its faults."""

from __future__ import annotations

import dataclasses
import io
import threading
from typing import Any
import urllib.parse

import requests
from requests import adapters
import urllib3

from nova_rbd_multistore import fixture_answer
from nova_rbd_multistore import fixture_api
from nova_rbd_multistore import fixture_import
from nova_rbd_multistore import fixture_records

_NOT_AUTHENTICATED = (
    'This server could not verify that you are authorized to access the '
    'document you requested. Either you supplied the wrong credentials '
    '(e.g., bad password), or your browser does not understand how to '
    'supply the credentials required.')


@dataclasses.dataclass(frozen=True)
class Fault:
    """What comes in place of an answer.

    :ivar status: of HTTP; None for a lost connection.
    :ivar words: of Glance, if there is a status.
    :ivar carried_out: whether Glance does what was asked all the same.
    :ivar method: requests of this method alone, None for any.
    """

    status: int | None = None
    words: str = 'Out of order.'
    carried_out: bool = False
    method: str | None = None

    def answer(self) -> fixture_answer.Answer | None:
        """Return what the client gets, None for nothing."""
        if self.status is None:
            return None
        return fixture_answer.Answer.error(self.status, self.words)


@dataclasses.dataclass(frozen=True)
class Request:
    """A request that came in.

    :ivar user: name of the user, None without a valid token.
    :ivar status: of the answer, None when the connection was lost.
    """

    method: str
    path: str
    user: str | None
    status: int | None


class Transport(adapters.HTTPAdapter):
    """Carries requests to the API, in this process.

    :param urls: of the service and its workers, which are all the same.

    :ivar requests: all that came in, oldest first.
    :ivar faults: to come, each once.
    :ivar tokens: valid ones.
    """

    def __init__(
        self,
        urls: tuple[str, ...],
        api: fixture_api.Api,
        timeline: fixture_import.Timeline,
    ) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.tokens: dict[str, fixture_records.User] = {}
        # Threads may stand for computes; Glance's database makes its workers
        # take turns, too.
        self.turn = threading.RLock()
        self._urls = urls
        self._api = api
        self._timeline = timeline

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **_options: Any,
    ) -> requests.Response:
        """Answer a request.

        :raises requests.ConnectionError: when nobody listens at that URL, or
            the connection is lost.
        """
        with self.turn:
            answer = self._receive(request)
        if answer is None:
            raise requests.ConnectionError(
                f'{request.method} {request.url}: the connection was lost',
                request=request)
        return self.build_response(request, urllib3.HTTPResponse(
            io.BytesIO(answer.body), status=answer.status,
            headers={'Content-Type': answer.content_type,
                     'Content-Length': str(len(answer.body))},
            reason=answer.reason, preload_content=False))

    def _receive(
        self, request: requests.PreparedRequest,
    ) -> fixture_answer.Answer | None:
        url = urllib.parse.urlsplit(request.url or '')
        base = f'{url.scheme}://{url.netloc}'
        if base not in self._urls:
            return None
        self._timeline.advance()
        method, path = str(request.method), str(url.path)
        user = self.tokens.get(str(request.headers.get('X-Auth-Token')))
        fault = self._take_fault(method)
        answer: fixture_answer.Answer | None = None
        if fault is None or fault.carried_out:
            answer = self._answer(base, user, request, path)
        if fault is not None:
            answer = fault.answer()
        self.requests.append(Request(
            method, path, user.name if user else None,
            answer.status if answer else None))
        return answer

    def _take_fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method in (None, method):
                self.faults.remove(fault)
                return fault
        return None

    def _answer(
        self, base: str, user: fixture_records.User | None,
        request: requests.PreparedRequest, path: str,
    ) -> fixture_answer.Answer:
        if path in ('/', '/versions'):
            return fixture_answer.versions(base, 300 if path == '/' else 200)
        if user is None:
            return fixture_answer.Answer.error(401, _NOT_AUTHENTICATED)
        return self._api.answer(
            user, str(request.method), path, request.body)
