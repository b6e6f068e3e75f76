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

"""Whether a worker of Glance handed a request to the one with the data."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import re

from devstack.tools.verification import check
from devstack.tools.verification import logline

_PROXYING = re.compile(
    r'Proxying (?P<method>[A-Z]+) request to host (?P<host>\S+) which has')


@dataclasses.dataclass(frozen=True)
class Worker:
    """A worker, as far as words are made of it.

    :ivar name: of its unit.
    :ivar conf: path of its glance-api.conf.
    :ivar self_url: what it calls itself, None for nothing.
    :ivar listens: URL of its own.
    """

    name: str
    conf: str
    self_url: str | None
    listens: str


@dataclasses.dataclass(frozen=True)
class Request:
    """What was asked of a worker that has not got the data.

    :ivar method: ``POST`` or ``DELETE``.
    :ivar sent: id of the request, as we gave it.
    :ivar answered: id in the answer, None for none.
    :ivar error: what was answered instead, '' for nothing.
    """

    method: str
    image_id: str
    sent: str
    answered: str | None
    error: str = ''

    @property
    def words(self) -> str:
        """What it was, for people."""
        return {'POST': 'the import', 'DELETE': 'the deletion'}[self.method]


def staged(
    own: Iterable[logline.Line], others: Iterable[logline.Line],
    image_id: str, sent: str,
) -> str:
    """Return the request by which the data of an image were staged.

    :param own: lines of the journal of the worker that was asked for it.
    :param others: of that of the other one.
    :param sent: id of the request.
    :raises Failed: when the first one has no line of it, or the other has.
    """
    path = f'/v2/images/{image_id}/stage'
    if not any(path in line.message and (sent in line.context
                                         or not line.logger) for line in own):
        raise check.Failed(
            f'the journal of the worker that staged image {image_id} has '
            f'nothing of that (request {sent})')
    if any(path in line.message for line in others):
        raise check.Failed(
            f'the data of image {image_id} were sent to the other worker')
    return sent


def host(
    lines: Iterable[logline.Line], request: Request,
) -> str | None:
    """Return whom a worker called for a request, None for nobody.

    :param lines: of its journal.
    """
    for line in lines:
        found = _PROXYING.search(line.message)
        if (found and found['method'] == request.method
                and request.sent in line.context):
            return found['host']
    return None


def forwarded(
    lines: Sequence[logline.Line], request: Request, staged_at: Worker,
    through: Worker,
) -> str:
    """Return the host to which a request was forwarded.

    :param lines: of the journal of the one that was asked.
    :raises Failed: when it was not, or not with success.
    """
    called = host(lines, request)
    failed = request.error or request.answered == request.sent
    told = (f'{request.words} of image {request.image_id}, staged at '
            f'{staged_at.name}, through {through.name}')
    if called is None:
        raise check.Failed(
            f'{through.name} did not hand on {told}'
            + (f': {request.error}' if request.error else
               f': its journal has no "Proxying {request.method}" for '
               f'request {request.sent}'), _remedy(staged_at))
    if failed:
        raise check.Failed(
            f'{told} went to {called}, where it did not arrive'
            + (f': {request.error}' if request.error else ''),
            _remedy(staged_at))
    return called


def carried_out(
    lines: Iterable[logline.Line], request: Request, worker: Worker,
) -> int:
    """Return how many lines a worker has written about a request.

    :param lines: of the journal of the one with the data.
    :raises Failed: when there are none, or it forwarded it as well.
    """
    found = [line for line in lines
             if request.answered is not None
             and (request.answered in line.context
                  or request.answered in line.message
                  or (not line.logger and request.image_id in line.message
                      and request.method in line.message))]
    if not found:
        raise check.Failed(
            f'the journal of {worker.name} has nothing of '
            f'{request.words} of image {request.image_id} (request '
            f'{request.answered})')
    if any(_PROXYING.search(line.message) for line in found):
        raise check.Failed(
            f'{worker.name}, which has the data, handed on {request.words} '
            f'of image {request.image_id} as well', _remedy(worker))
    return len(found)


def _remedy(worker: Worker) -> str:
    return (f'{worker.name} calls itself {worker.self_url or "nothing"}. Set '
            f'worker_self_reference_url in [DEFAULT] of {worker.conf} to a '
            f'URL of that worker alone ({worker.listens}), and restart '
            f'devstack@{worker.name}.')
