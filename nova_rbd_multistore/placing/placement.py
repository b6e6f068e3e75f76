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

"""One image, brought into some stores, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import enum

from nova_rbd_multistore import advice
from nova_rbd_multistore import copier
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import protocol
from nova_rbd_multistore import timing
from nova_rbd_multistore.placing import images
from nova_rbd_multistore.placing import joint

ADVICE = advice.Advice(
    more_time='Ask again with a longer --timeout: a copy that runs is '
              'joined.',
    store='Name one of these with --store.',
    permission='Use a credential that Glance\'s policy copy_image allows; by '
               'default only those of administrators are.',
    login='Look at the credential in clouds.yaml or in the variables OS_*.',
    token='Log in again. If that does not help, look whether Glance reaches '
          'Keystone.',
    outage='Look at Glance, at Keystone, and at what is between them and '
           'this machine.')

# Seconds. Before an import has started Glance does not show its stores, and
# it may be for ours.
_PATIENCE = 3.0


class Busy(exception.CopyError):
    """Another import holds the image, so Glance takes no request now."""


class Result(enum.Enum):
    """What became of an image and a store."""

    PRESENT = 'present'
    COPIED = 'copied'
    JOINED = 'joined'
    ACCEPTED = 'accepted'
    FAILED = 'failed'
    TIMED_OUT = 'timed_out'


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of an image and a store.

    :ivar seconds: since the work on the image began.
    :ivar error: why it is not there, None when all is well.
    """

    image: image_mod.Image
    store: str
    result: Result
    seconds: float
    error: exception.CopyError | None = None


Tell = Callable[[copier.Progress], None]


class _Enough(Exception):
    """A wait has got as far as it is to go."""


class Placement:
    """Brings an image into stores.

    :param wait: whether to wait until it is there, and not only until Glance
        has accepted that.
    :param budget: for all that is done.
    """

    def __init__(
        self,
        service: images.Images,
        settings: copier.Settings,
        clock: timing.Clock,
        budget: timing.Budget,
        wait: bool,
    ) -> None:
        self._service = service
        self._settings = settings
        self._clock = clock
        self._budget = budget
        self._wait = wait

    def run(
        self, image: image_mod.Image, stores: Sequence[str], tell: Tell,
    ) -> Iterator[Outcome]:
        """Yield what became of each store, when it is known.

        :param tell: is told about waits.
        """
        began = self._clock.monotonic()
        asked = joint.Joint(self._service, stores)
        for store in stores:
            result, error = self._place(image, store, asked, tell)
            yield Outcome(image, store, result,
                          self._clock.monotonic() - began, error)

    def _place(
        self, image: image_mod.Image, store: str, asked: joint.Joint,
        tell: Tell,
    ) -> tuple[Result, exception.CopyError | None]:
        if not self._wait and store in asked.asked:
            return Result.ACCEPTED, None

        def told(progress: copier.Progress) -> None:
            tell(progress)
            if not self._wait:
                _stop_when_accepted(progress)

        copying = copier.Copier(
            asked, self._settings, self._clock, tell=told)
        try:
            done = copying.ensure(image.id, store, self._budget)
        except _Enough:
            return (Result.ACCEPTED if store in asked.asked
                    else Result.JOINED), None
        except exception.CopyTimedOut as exc:
            return Result.TIMED_OUT, exc
        except exception.CopyError as exc:
            return Result.FAILED, exc
        if store in asked.asked:
            return Result.COPIED, None
        return (Result.PRESENT if done.looks == 1 else Result.JOINED), None


def _stop_when_accepted(progress: copier.Progress) -> None:
    """Return while Glance has not accepted a copy.

    :raises _Enough: when it has.
    :raises Busy: when it will not soon.
    """
    if progress.submitted or progress.phase in (
            protocol.Phase.STARTING, protocol.Phase.COPYING):
        raise _Enough
    if progress.phase is protocol.Phase.QUEUED and \
            progress.seconds >= _PATIENCE:
        raise Busy(progress.image_id, progress.store,
                   f'{progress.state}. Ask again later, or have it waited '
                   f'for with --wait.')
