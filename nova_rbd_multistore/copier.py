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

"""Bring an image into a store and wait for it: observe, decide, act, wait."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses

from oslo_log import log as logging

from nova_rbd_multistore import advice as advice_mod
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal
from nova_rbd_multistore import observer
from nova_rbd_multistore import obstacle
from nova_rbd_multistore import outage
from nova_rbd_multistore import pacing
from nova_rbd_multistore import protocol
from nova_rbd_multistore import timing

LOG = logging.getLogger(__name__)

_MIB = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to wait.

    :ivar timeout: seconds for the whole of :meth:`Copier.ensure`, None for
        no limit.
    :ivar poll_interval: seconds, the longest time between two looks.
    :ivar advice: what helps whoever waits.
    """

    timeout: float | None = 600.0
    poll_interval: float = 15.0
    limits: protocol.Limits = protocol.Limits()
    advice: advice_mod.Advice = advice_mod.COMPUTE

    def budget(
        self, clock: timing.Clock,
        cancelled: Callable[[], bool] | None = None,
    ) -> timing.Budget:
        """Return the time for a wait from now on.

        :param cancelled: tells whether nobody wants the result any more.
        """
        return timing.Budget(clock, self.timeout, cancelled)


@dataclasses.dataclass(frozen=True)
class CopyResult:
    """How an image came to be in a store.

    :ivar image: as last seen, with the store among its stores.
    :ivar seconds: time waited.
    :ivar submitted: copies that Glance accepted from us; 0 when the image was
        there already or another copy was joined.
    :ivar looks: how often the image was looked at.
    """

    image: image_mod.Image
    store: str
    seconds: float
    submitted: int
    looks: int


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a wait is.

    :ivar seconds: time waited.
    :ivar submitted: copies that Glance accepted from us so far.
    :ivar phase: what is being waited for, as far as Glance has shown; None
        when it has not yet.
    :ivar state: what is being waited for and what is known about it, in
        words.
    """

    image_id: str
    store: str
    seconds: float
    submitted: int
    phase: protocol.Phase | None
    state: str


class Copier:
    """Ensures that stores hold images.

    :param clock: None for the machine's.
    :param find_obstacle: tells what is where a copy has to go.
    :param tell: is told after each look that does not end the wait. What it
        raises does; what Glance was asked for goes on.
    """

    def __init__(
        self,
        service: observer.ImageService,
        settings: Settings,
        clock: timing.Clock | None = None,
        find_obstacle: obstacle.Find = lambda image_id, store: None,
        tell: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._service = service
        self._find_obstacle = find_obstacle
        self._tell = tell
        self._settings = settings
        self._clock = clock or timing.Clock.system()

    def ensure(
        self, image_id: str, store: str,
        budget: timing.Budget | None = None,
    ) -> CopyResult:
        """Return when the image is in the store.

        Asks for a copy if there is none, and joins one that is under way.
        There is at least one look, and one at the deadline.

        :param budget: None for the timeout of the settings, from now.
        :raises CopyError: one of its subclasses says what to decide.
        :raises Cancelled: when nobody wants the image there any more; what
            Glance was asked for goes on.
        """
        if budget is None:
            budget = self._settings.budget(self._clock)
        watched = observer.Observer(
            self._service, self._clock, self._settings.poll_interval,
            self._find_obstacle)
        wait = _Wait(watched, self._settings, self._clock, budget,
                     journal.Attempt(image_id, store))
        for _ in self._looks(wait, budget):
            match wait.look():
                case protocol.Done(image):
                    return wait.finish(image)
                case protocol.Failed(error):
                    raise error
                case protocol.Submit() if budget.left > 0:
                    wait.submit(self._service)
            self._tell(wait.progress)
        raise exception.CopyTimedOut(image_id, store, wait.gave_up)

    def _looks(self, wait: _Wait, budget: timing.Budget) -> Iterator[None]:
        """Yield when it is time to look, the last time at the deadline."""
        pace = pacing.Pacing(longest=self._settings.poll_interval)
        while True:
            yield
            if wait.puzzled:
                continue
            if not budget.left:
                return
            budget.pause(pace.interval(
                self._clock.monotonic() - wait.since))


class _Wait:
    """One call of :meth:`Copier.ensure`: what is known, what was done.

    :ivar since: monotonic seconds at which the present attempt began; the
        pace is a part of the time since then.
    :ivar state: what is being waited for, in words.
    :ivar puzzled: whether a refusal is yet to be explained by a look.
    """

    def __init__(
        self,
        watched: observer.Observer,
        settings: Settings,
        clock: timing.Clock,
        budget: timing.Budget,
        attempt: journal.Attempt,
    ) -> None:
        self._observer = watched
        self._settings = settings
        self._clock = clock
        self._budget = budget
        self._attempt = attempt
        self._outage = outage.Outage(
            clock, settings.advice, image=attempt.image_id,
            store=attempt.store)
        self.since = clock.monotonic()
        self._lock: str | None = None
        self._phase: protocol.Phase | None = None
        self._looks = 0
        self._mib = 0
        self.state = 'Glance has not answered yet'
        self.puzzled = False

    @property
    def seconds(self) -> float:
        """How long this has taken so far."""
        return self._budget.elapsed

    @property
    def gave_up(self) -> str:
        """Why this took too long, and what an operator can do."""
        return (f'gave up after {self.seconds:.0f} s; {self.state}. A copy '
                f'that is in progress goes on in Glance. '
                f'{self._outage.remedy or self._settings.advice.more_time}')

    @property
    def progress(self) -> Progress:
        """What the last look and the last request have shown."""
        return Progress(
            self._attempt.image_id, self._attempt.store, self.seconds,
            self._attempt.submitted, self._phase, self.state)

    def look(self) -> protocol.Decision:
        """Look at Glance once, and decide."""
        self._looks += 1
        self.puzzled = False
        seen = self._observer.look(self._attempt)
        if isinstance(seen, exception.GlanceError):
            return self._missed(seen)
        self._outage.answered()
        if seen.image:
            self._mib = (seen.image.size or 0) // _MIB
        self._lock = seen.image.lock if seen.image else None
        failures = len(self._attempt.failures)
        self._attempt = self._attempt.observed(seen)
        for failure in self._attempt.failures[failures:]:
            LOG.warning('Copy of image %(image)s to store %(store)s failed '
                        'after %(seconds).1f s: %(why)s',
                        self._facts(why=failure))
        decision = protocol.decide(
            seen, self._attempt, self._settings.limits,
            self._settings.advice)
        if isinstance(decision, protocol.Wait):
            self._note(decision)
        return decision

    def _missed(self, answer: exception.GlanceError) -> protocol.Decision:
        if self._outage.ends_the_wait(answer):
            return protocol.Failed(exception.CopyNotPermitted(
                self._attempt.image_id, self._attempt.store,
                f'{self._outage.state}. {self._outage.remedy}'))
        self.state = self._outage.state
        return protocol.Wait(protocol.Phase.BACKOFF)

    def submit(self, service: observer.ImageService) -> None:
        """Ask for the copy; what a refusal means is for the next look."""
        try:
            service.submit_copy(
                self._attempt.image_id, self._attempt.store)
        except exception.GlanceError as exc:
            self.puzzled = True
            self.state = f'Glance did not take the request ({exc})'
            LOG.debug('Looking why image %(image)s is not copied to store '
                      '%(store)s: %(state)s', self._facts())
            self._attempt = self._attempt.refused(
                exc, self._clock.monotonic(), self._lock)
            return
        self.since = self._clock.monotonic()
        self._attempt = self._attempt.accepted(self.since)
        self._phase = protocol.Phase.STARTING
        self.state = self._phase.value
        LOG.info('Asked Glance to copy image %(image)s (%(mib)d MiB) to '
                 'store %(store)s after %(seconds).1f s',
                 self._facts(mib=self._mib))

    def finish(self, image: image_mod.Image) -> CopyResult:
        """Report the end of the wait."""
        result = CopyResult(image, self._attempt.store, self.seconds,
                            self._attempt.submitted, self._looks)
        if self._looks > 1:
            LOG.info('Image %(image)s (%(mib)d MiB) is in store %(store)s '
                     'after %(seconds).1f s', self._facts(mib=self._mib))
        return result

    def _note(self, wait: protocol.Wait) -> None:
        """Log what is waited for: once for each phase, and every look."""
        self.state = f'{wait.phase.value} ({wait.detail})'
        began = wait.phase is not self._phase and not self._attempt.running
        LOG.log(logging.INFO if began else logging.DEBUG,
                'Waiting for image %(image)s in store %(store)s for '
                '%(seconds).1f s: %(state)s', self._facts())
        self._phase = wait.phase

    def _facts(self, **more: object) -> dict[str, object]:
        return {'image': self._attempt.image_id,
                'store': self._attempt.store,
                'seconds': self.seconds, 'state': self.state, **more}
