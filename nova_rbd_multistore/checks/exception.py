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

"""What can go wrong in a check, besides what is found."""

from __future__ import annotations

import re

from nova_rbd_multistore import exception
from nova_rbd_multistore.checks import row

# A user and a password in a URL.
_LOGIN = re.compile(r'(//|^)[^/]*@')

# How the import of staged data ended.


class ImportFailed(exception.MultistoreError):
    """An import has ended, and the image is not where it should be.

    :param image_id: the image.
    :param reason: what Glance shows.
    """

    def __init__(self, image_id: str, reason: str) -> None:
        super().__init__(f'The import of image {image_id} failed: {reason}')
        self.image_id = image_id
        self.reason = reason


class ImportTimedOut(exception.MultistoreError):
    """An import had not ended when the time was up.

    :param image_id: the image.
    :param seconds: that were waited.
    """

    def __init__(self, image_id: str, seconds: float) -> None:
        self.reason = f'it had not ended after {seconds:.0f} s'
        super().__init__(f'The import of image {image_id}: {self.reason}')
        self.image_id = image_id
        self.seconds = seconds


class WorkerDown(exception.MultistoreError):
    """A worker that could be used before does not answer any more.

    :param worker: its name.
    :param answer: why.
    """

    def __init__(self, worker: str, answer: exception.GlanceError) -> None:
        super().__init__(f'{worker} does not answer any more: {answer}')
        self.worker = worker
        self.answer = answer


class NotStaged(exception.MultistoreError):
    """Data could not be staged.

    :param found: what to report.
    """

    def __init__(self, found: row.Row) -> None:
        super().__init__(found.detail)
        self.row = found


# What is wrong with what an operator asks for.


class InvalidUrl(exception.Usage):
    """A URL that cannot be one of a Glance.

    :param url: as given.
    :param reason: what is wrong with it.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f'{_without_login(url)!r} is no URL of a Glance: {reason}')
        self.url = url
        self.reason = reason


class SameUrl(exception.Usage):
    """The load balancer is one of the workers.

    :param url: of both.
    """

    def __init__(self, url: str) -> None:
        super().__init__(
            f'{url} is named as a worker and as the load balancer (--via). '
            f'A worker needs a URL of its own, that leads to no other.')
        self.url = url


class NoWorkers(exception.Usage):
    """Nobody says where workers are."""

    def __init__(self) -> None:
        super().__init__(
            'The service catalog has no endpoint of image, in this region '
            'and for this login, that a worker could be. Name workers with '
            '--worker or --discover.')


class UnknownHost(exception.Usage):
    """A name that has no address.

    :param host: the name.
    :param reason: what the resolver says.
    """

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f'{host} has no address ({reason}). Workers of a headless service '
            f'are found from where its name can be resolved, for example in a '
            f'pod of the same cluster; else name them with --worker.')
        self.host = host
        self.reason = reason


def _without_login(url: str) -> str:
    return _LOGIN.sub(r'\1***@', exception.in_one_line(url, 200))
