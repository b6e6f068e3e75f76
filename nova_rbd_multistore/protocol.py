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

"""The copy protocol: what to do next, decided from what Glance shows.

Nothing here does I/O. :func:`decide` is the table of the architecture
document as code.

State decides, never the text of an error. In particular nothing but
``stores`` says that a copy succeeded, and nothing but the lock says that one
has ended: Glance may leave a store in ``os_glance_importing_to_stores``
(staging failed) or in ``os_glance_failed_import`` (an earlier run) for ever.
"""

from __future__ import annotations

import dataclasses
import enum

from nova_rbd_multistore import advice as advice_mod
from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import journal
from nova_rbd_multistore import lock as lock_mod

# A lock whose task is hidden may have expired long ago, and only a submission
# tells: 409 while it is valid, 202 when Glance lets us take it. After this
# many seconds without a change we ask once. Not at once, because submissions
# to a lock that is a few milliseconds old are what makes Glance's database
# deadlock.
KNOCK_AFTER = 60.0

# Ceph forgets a writer that died after half a minute; one that lives and lost
# its connection is back sooner than in this many seconds more.
DESERTED_FOR = 30.0

# Waiting for the lock to go would not change these answers.
_FINAL = (exception.Forbidden, exception.OverQuota)


@dataclasses.dataclass(frozen=True)
class Limits:
    """How long and how often to try.

    :ivar attempts: accepted submissions before giving up.
    :ivar stall_timeout: seconds without a sign of life, 0 for no limit.
    """

    attempts: int = 3
    stall_timeout: float = 3600.0


class Phase(enum.Enum):
    """What is being waited for."""

    ENDING = 'the copy has ended and its task not yet'
    STARTING = 'Glance has accepted the copy and not started it'
    COPYING = 'the copy is in progress'
    QUEUED = 'another import holds the image'
    BACKOFF = 'waiting before asking again'


@dataclasses.dataclass(frozen=True)
class Done:
    """The store has the image."""

    image: image_mod.Image


@dataclasses.dataclass(frozen=True)
class Wait:
    """Look again later.

    :ivar detail: what is known about it, for people.
    """

    phase: Phase
    detail: str = dataclasses.field(default='', compare=False)


@dataclasses.dataclass(frozen=True)
class Submit:
    """Ask Glance for the copy."""


@dataclasses.dataclass(frozen=True)
class Failed:
    """There is nothing more to wait for."""

    error: exception.CopyError


Decision = Done | Wait | Submit | Failed


def decide(
    seen: journal.Observation, attempt: journal.Attempt, limits: Limits,
    advice: advice_mod.Advice = advice_mod.COMPUTE,
) -> Decision:
    """Decide what to do.

    :param attempt: having :meth:`~.journal.Attempt.observed` what was seen.
    :param advice: what helps whoever waits.
    """
    image, store = seen.image, attempt.store
    if image is None:
        return Failed(exception.ImageGone(
            attempt.image_id, store,
            'Glance has no such image for this credential.'))
    if image.deleted:
        return Failed(exception.ImageGone(
            attempt.image_id, store, f'its status is {image.status}.'))
    if not image.active:
        return Failed(exception.ImageNotActive(
            attempt.image_id, store,
            f'its status is {image.status}, not active.'))
    if store in image.stores:
        return Done(image)
    if image.lock is not None:
        return _decide_locked(seen, image.lock, attempt, limits, advice)
    return _decide_free(seen, attempt, limits, advice)


def _decide_locked(
    seen: journal.Observation, lock: str, attempt: journal.Attempt,
    limits: Limits, advice: advice_mod.Advice,
) -> Decision:
    assert seen.image is not None
    ours = attempt.running and attempt.lock == lock
    copying = (attempt.named if ours
               else attempt.store in seen.image.importing)
    refusal = attempt.refusal
    if refusal and not copying and isinstance(refusal.answer, _FINAL):
        return _decide_refused(seen, attempt, refusal.answer, advice)
    silence = attempt.signs.silence(seen)
    used_up = len(attempt.failures) >= limits.attempts
    expired = lock_mod.has_expired(seen)
    if not (ours or used_up) and seen.at >= attempt.ready_at and (
            expired or _is_mute(seen, lock, refusal, silence)):
        return Submit()
    if limits.stall_timeout and not expired and (
            silence >= limits.stall_timeout
            or _is_deserted(seen, attempt, silence)):
        return Failed(exception.CopyStalled(
            attempt.image_id, attempt.store,
            lock_mod.stalled(seen, lock, silence)))
    detail = lock_mod.holder(seen, lock, silence)
    if ours and not copying:
        return Wait(Phase.STARTING, detail)
    return Wait(Phase.COPYING if copying else Phase.QUEUED, detail)


def _decide_free(
    seen: journal.Observation, attempt: journal.Attempt, limits: Limits,
    advice: advice_mod.Advice,
) -> Decision:
    if attempt.running:
        return Wait(Phase.ENDING if attempt.ending else Phase.STARTING,
                    f'import task {attempt.lock or "not seen yet"}')
    if len(attempt.failures) >= limits.attempts:
        return Failed(exception.CopyFailed(
            attempt.image_id, attempt.store,
            _attempts_failed(attempt.failures)))
    if attempt.obstructed and attempt.obstacle and attempt.failures:
        return Failed(attempt.obstacle.explain(
            attempt.image_id, attempt.store, attempt.failures[-1]))
    if attempt.refusal is not None:
        return _decide_refused(
            seen, attempt, attempt.refusal.answer, advice)
    return _submit_when_ready(seen, attempt)


def _submit_when_ready(
    seen: journal.Observation, attempt: journal.Attempt,
) -> Decision:
    if seen.at >= attempt.ready_at:
        return Submit()
    if attempt.refusal is not None:
        return Wait(Phase.BACKOFF, str(attempt.refusal.answer))
    return Wait(Phase.BACKOFF, attempt.failures[-1])


def _decide_refused(
    seen: journal.Observation, attempt: journal.Attempt,
    answer: exception.GlanceError, advice: advice_mod.Advice,
) -> Decision:
    """Tell what a refusal means, now that a look has followed it."""
    image_id, store = attempt.image_id, attempt.store
    match answer:
        case exception.Conflict():
            if seen.known_stores is not None and \
                    store not in seen.known_stores:
                return Failed(exception.Misconfigured(
                    image_id, store,
                    f'{_unknown_store(seen.known_stores)} {advice.store}'))
            # The import that was in the way has ended in the meantime.
            return _submit_when_ready(seen, attempt)
        case exception.GlanceUnavailable() | exception.NotAuthenticated():
            # A look with the same credential has been answered since then.
            return _submit_when_ready(seen, attempt)
        case exception.BadRequest():
            return Failed(exception.Misconfigured(
                image_id, store,
                f'Glance refused the copy-image import: '
                f'{_sentence(answer.answer)} Check that copy-image is in '
                f'enabled_import_methods of every Glance API worker.'))
        case exception.NotFound():
            return Failed(exception.ImageGone(
                image_id, store,
                f'Glance has no such image for this credential: '
                f'{_sentence(answer.answer)}'))
        case exception.OverQuota():
            return Failed(exception.CopyOverQuota(
                image_id, store, f'{_sentence(answer.answer)} Raise the '
                f'limit of the project whose credential copies images, or '
                f'free space in it.'))
        case _:
            return Failed(exception.CopyNotPermitted(
                image_id, store,
                f'{_sentence(str(answer))} {advice.permission}'))


def _is_mute(
    seen: journal.Observation, lock: str, refusal: journal.Refusal | None,
    silence: float,
) -> bool:
    """Tell whether only a submission can say if a lock is still valid."""
    told = refusal is not None and refusal.lock == lock and isinstance(
        refusal.answer, exception.Conflict)
    return seen.task_age is None and silence >= KNOCK_AFTER and not told


def _is_deserted(
    seen: journal.Observation, attempt: journal.Attempt, silence: float,
) -> bool:
    """Tell whether the worker that wrote to our store has died."""
    since = attempt.writing.deserted_at
    return since is not None and \
        min(silence, seen.at - since) >= DESERTED_FOR


def _sentence(words: str) -> str:
    return words if words.endswith('.') else f'{words}.'


def _attempts_failed(failures: tuple[str, ...]) -> str:
    last = failures[-1]
    times = ('once, which failed' if len(failures) == 1
             else f'{len(failures)} times, and each failed, the last')
    return (f'Glance accepted the copy {times}: {last}. Look for the task '
            f'in the logs of the Glance API workers, and check that every '
            f'worker can read the image and write to this store, and that no '
            f'RBD image of its id is left in the store by an import that was '
            f'cut off. Each worker that has tried keeps a file of that name '
            f'in its staging directory.')


def _unknown_store(known: frozenset[str]) -> str:
    has = exception.in_one_line(
        ', '.join(sorted(known)) or 'no enabled_backends')
    return f'Glance has no store of that name, but {has}.'
