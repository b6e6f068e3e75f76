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

"""A load balancer before the lab's Glance that does what a test tells it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import dataclasses
import enum
from http import server
import http.client
import json
import re
import select
import socket
import struct
import threading
from typing import Any
import urllib.parse

import fixtures

from lab import cloud
from lab import ports

# Seconds; Glance answers an upload when it has written it.
_GLANCE_TIMEOUT = 300.0

# A connection with this ends with RST, and not with FIN.
_NO_LINGER = struct.pack('ii', 1, 0)

_HOP_BY_HOP = frozenset((
    'connection', 'content-length', 'keep-alive', 'proxy-connection',
    'transfer-encoding'))

# HAProxy's own words.
_PAGE = ('<html><body><h1>{status} {title}</h1>\n'
         'No server is available to handle this request.\n'
         '</body></html>\n')


@dataclasses.dataclass(frozen=True)
class Request:
    """What a client asked for.

    :ivar path: with the query.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclasses.dataclass(frozen=True)
class Answer:
    """What is sent to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Ending(enum.Enum):
    """What a client gets in place of an answer."""

    RESET = 'the connection is reset'
    CLOSED = 'the connection is closed'
    SILENCE = 'nothing, until the client gives up'


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request that came to its end.

    :ivar answered: the status that Glance gave, None when it was not asked.
    :ivar sent: the status that the client got, or what it got instead.
    """

    method: str
    path: str
    answered: int | None
    sent: int | Ending


Match = Callable[[Request], bool]
# Gets a request and what forwards it to Glance, and says what is sent.
Rule = Callable[[Request, Callable[[], Answer]], Answer | Ending]


def everything(request: Request) -> bool:
    """Match all requests."""
    return True


def asked(method: str, path: str) -> Match:
    """Match a method and a path, a regular expression for the whole of it."""
    pattern = re.compile(path)
    return lambda request: (
        request.method == method
        and pattern.fullmatch(request.path.partition('?')[0]) is not None)


submissions = asked('POST', r'/v2/images/[^/]+/import')
looks = asked('GET', r'/v2/images/[^/]+')
locations = asked('GET', r'/v2/images/[^/]+/locations')
tasks = asked('GET', r'/v2/images/[^/]+/tasks')


class Gateway(fixtures.Fixture):
    """Forwards to the lab's HAProxy what no rule of a test takes.

    A rule is in force from the call that makes it until its ``with`` block
    ends, or the test. Of several that match a request the newest counts.

    :ivar url: for ``[glance] api_servers`` of a compute.
    :ivar exchanges: all so far, in the order in which they ended.
    """

    def __init__(self, lab: cloud.Lab) -> None:
        super().__init__()
        self._target = urllib.parse.urlsplit(lab.state.glance_url)
        self._rules: list[tuple[Match, Rule]] = []
        self.exchanges: list[Exchange] = []
        self.url = ''
        self.closing = threading.Event()

    def _setUp(self) -> None:
        self.exchanges.clear()
        self.closing.clear()
        listening = _Server((ports.ADDRESS, 0), _Handler, self)
        self.addCleanup(listening.server_close)
        self.url = f'http://{ports.ADDRESS}:{listening.server_port}'
        serving = threading.Thread(
            target=listening.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        self.addCleanup(serving.join)
        self.addCleanup(listening.shutdown)
        self.addCleanup(self.closing.set)

    def count(self, match: Match, sent: int | Ending | None = None) -> int:
        """Return how many requests there were.

        :param sent: that had this end, None for any.
        """
        return sum(
            match(Request(one.method, one.path, {}, b''))
            and sent in (None, one.sent) for one in list(self.exchanges))

    @contextlib.contextmanager
    def rule(self, match: Match, rule: Rule) -> Iterator[None]:
        """Enter a time in which a rule takes the requests that match."""
        entry = (match, rule)
        self._rules.append(entry)
        try:
            yield
        finally:
            self._rules.remove(entry)

    def refusing(
        self, status: int, match: Match = everything,
    ) -> contextlib.AbstractContextManager[None]:
        """Answer with a page of our own, and do not ask Glance."""
        return self.rule(match, lambda request, forward: page(status))

    def losing(
        self, ending: Ending, match: Match,
    ) -> contextlib.AbstractContextManager[None]:
        """Have Glance do what it is asked for, and lose the first answer."""
        def lose(request: Request, forward: Callable[[], Answer]) -> Ending:
            forward()
            return ending

        return self.rule(match, once(lose))

    def altering(
        self, match: Match, change: Callable[[Any], Any],
    ) -> contextlib.AbstractContextManager[None]:
        """Change the JSON of Glance's answers that have a good status.

        :param change: gets the parsed body and returns what is sent in its
            place: bytes as they are, all else as JSON.
        """
        def alter(request: Request, forward: Callable[[], Answer]) -> Answer:
            answer = forward()
            if answer.status >= 300:
                return answer
            changed = change(json.loads(answer.body))
            return dataclasses.replace(answer, body=(
                changed if isinstance(changed, bytes)
                else json.dumps(changed).encode()))

        return self.rule(match, alter)

    def following(
        self, match: Match, hook: Callable[[], None],
    ) -> contextlib.AbstractContextManager[None]:
        """Do something when Glance has answered, before the client knows.

        It is done after the first request that matches. The client waits
        meanwhile, a minute at most.
        """
        def follow(request: Request, forward: Callable[[], Answer]) -> Answer:
            answer = forward()
            hook()
            return answer

        return self.rule(match, once(follow))

    def serve(self, request: Request) -> Answer | Ending:
        """Say what is sent for a request."""
        answers: list[Answer] = []

        def forward() -> Answer:
            answers.append(self._forward(request))
            return answers[-1]

        rule = next((rule for match, rule in reversed(self._rules)
                     if match(request)), None)
        sent = forward() if rule is None else rule(request, forward)
        self.exchanges.append(Exchange(
            request.method, request.path,
            answers[-1].status if answers else None,
            sent if isinstance(sent, Ending) else sent.status))
        return sent

    def _forward(self, request: Request) -> Answer:
        connection = http.client.HTTPConnection(
            self._target.hostname or '', self._target.port,
            timeout=_GLANCE_TIMEOUT)
        with contextlib.closing(connection):
            try:
                connection.request(
                    request.method, request.path, request.body or None,
                    _end_to_end(request.headers))
                answer = connection.getresponse()
                return Answer(
                    answer.status, _end_to_end(dict(answer.headers.items())),
                    answer.read())
            except (OSError, http.client.HTTPException):
                return page(502)


def once(rule: Rule) -> Rule:
    """Return a rule that takes the first request, and forwards the others."""
    first = threading.Lock()

    def limited(
        request: Request, forward: Callable[[], Answer],
    ) -> Answer | Ending:
        if first.acquire(blocking=False):
            return rule(request, forward)
        return forward()

    return limited


def page(status: int) -> Answer:
    """Return the answer of a load balancer."""
    title = http.client.responses[status]
    return Answer(status, {'Content-Type': 'text/html'},
                  _PAGE.format(status=status, title=title).encode())


def _end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items()
            if name.lower() not in _HOP_BY_HOP}


class _Server(server.ThreadingHTTPServer):
    """One thread for each connection, which no end of a test waits for."""

    block_on_close = False
    request_queue_size = 100

    def __init__(
        self, address: tuple[str, int],
        handler: type[server.BaseHTTPRequestHandler], gateway: Gateway,
    ) -> None:
        self.gateway = gateway
        super().__init__(address, handler)


class _Handler(server.BaseHTTPRequestHandler):
    """One request of a client; the connection ends with it, as uWSGI's."""

    protocol_version = 'HTTP/1.1'
    server: _Server

    def handle_one_request(self) -> None:
        # Clients may go away at any time.
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet; :attr:`Gateway.exchanges` has it all."""

    def _serve(self) -> None:
        length = int(self.headers.get('Content-Length') or 0)
        sent = self.server.gateway.serve(Request(
            self.command, self.path, dict(self.headers.items()),
            self.rfile.read(length)))
        if isinstance(sent, Answer):
            self._answer(sent)
        elif sent is Ending.RESET:
            self._reset()
        elif sent is Ending.SILENCE:
            self._keep_silent()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != http.HTTPStatus.NO_CONTENT:
            self.send_header('Content-Length', str(len(answer.body)))
        self.send_header('Connection', 'close')
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(answer.body)

    def _reset(self) -> None:
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        # At once, because the server would send a FIN first.
        self.rfile.close()
        self.connection.close()

    def _keep_silent(self) -> None:
        while not self.server.gateway.closing.is_set():
            # Readable without a byte to read: the client has gone.
            if select.select([self.connection], [], [], 0.1)[0]:
                return
