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

"""The answers of :class:`~.fixture.FakeGlance`."""

from __future__ import annotations

import dataclasses
import html
import http
import json
from typing import Any

_MINOR_VERSIONS = (15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0)
_CURRENT_MINOR_VERSION = 17


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes = b''
    content_type: str = 'application/json'

    @property
    def reason(self) -> str:
        """The phrase behind the status."""
        return http.HTTPStatus(self.status).phrase

    @classmethod
    def json(cls, body: Any, status: int = 200) -> Answer:
        """Answer with JSON."""
        return cls(status, json.dumps(body).encode())

    @classmethod
    def error(cls, status: int, words: str) -> Answer:
        """Answer as webob does."""
        title = f'{status} {http.HTTPStatus(status).phrase}'
        return cls(status, (
            f'<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n'
            f'  <h1>{title}</h1>\n  {html.escape(words)}<br /><br />\n\n\n\n'
            f' </body>\n</html>').encode(), 'text/html; charset=UTF-8')


def versions(url: str, status: int) -> Answer:
    """Answer a request for the API's versions, which needs no token.

    :param status: 300 for ``/``, 200 for ``/versions``.
    """
    return Answer.json({'versions': [
        {'id': f'v2.{minor}',
         'status': 'CURRENT' if minor == _CURRENT_MINOR_VERSION
         else 'SUPPORTED',
         'links': [{'rel': 'self', 'href': f'{url}/v2/'}]}
        for minor in _MINOR_VERSIONS]}, status)
