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

"""Times in which Glance says nothing that a wait can use."""

from __future__ import annotations

from oslo_log import log as logging

from nova_rbd_multistore import advice as advice_mod
from nova_rbd_multistore import exception
from nova_rbd_multistore import timing

LOG = logging.getLogger(__name__)

# Load balancers and restarts of Glance are over sooner. Seconds.
TELL_AFTER = 30.0

# In Glance's own pipeline (delay_auth_decision of its auth_token middleware)
# every token is refused with 401 while Keystone cannot be reached, so a 401
# alone does not tell an expired token from an absent Keystone. Seconds.
KEYSTONE_GRACE = 90.0


class Outage:
    """What a wait makes of looks that show nothing.

    :param advice: what helps whoever waits.
    :param facts: of the wait, for the log.
    """

    def __init__(
        self,
        clock: timing.Clock,
        advice: advice_mod.Advice = advice_mod.COMPUTE,
        **facts: str,
    ) -> None:
        self._clock = clock
        self._advice = advice
        self._facts = facts
        self._answer: exception.GlanceError | None = None
        self._since = self._refused_since = 0.0
        self._refused = self._told = self._accepted = False

    @property
    def state(self) -> str:
        """What the last look has met with, in words."""
        answer = str(self._answer).rstrip('.')
        now = self._clock.monotonic()
        match self._answer:
            case exception.GlanceUnavailable():
                return (f'Glance has given no usable answer for '
                        f'{now - self._since:.0f} s ({answer})')
            case exception.LoginRefused():
                return f'Keystone refuses the credential ({answer})'
            case exception.NotAuthenticated() if self._accepted:
                return (f'Glance has not accepted the token any more for '
                        f'{now - self._refused_since:.0f} s ({answer})')
            case _:
                return f'Glance refuses to show the image ({answer})'

    @property
    def remedy(self) -> str:
        """What an operator can do, '' if the last look showed something."""
        match self._answer:
            case None:
                return ''
            case exception.GlanceUnavailable():
                return self._advice.outage
            case exception.LoginRefused():
                return self._advice.login
            case exception.NotAuthenticated():
                return self._advice.token
            case _:
                return 'Look at the policies of Glance.'

    def answered(self) -> None:
        """Take in a look that showed something."""
        if self._told:
            LOG.info('Glance answers again about image %(image)s and store '
                     '%(store)s, after %(silent).0f s', {
                         **self._facts,
                         'silent': self._clock.monotonic() - self._since})
        self._answer = None
        self._refused, self._told, self._accepted = False, False, True

    def ends_the_wait(self, answer: exception.GlanceError) -> bool:
        """Take in a look that showed nothing; tell if no other may help."""
        now = self._clock.monotonic()
        if self._answer is None:
            self._since = now
        if isinstance(answer, exception.NotAuthenticated) and \
                not self._refused:
            self._refused, self._refused_since = True, now
        self._answer = answer
        LOG.debug('No news of image %(image)s and store %(store)s: %(state)s',
                  {**self._facts, 'state': self.state})
        if self._is_final(answer):
            return True
        if not self._told and now >= self._since + TELL_AFTER:
            self._told = True
            LOG.warning('Still waiting for image %(image)s in store '
                        '%(store)s, although %(state)s. %(remedy)s',
                        {**self._facts, 'state': self.state,
                         'remedy': self.remedy})
        return False

    def _is_final(self, answer: exception.GlanceError) -> bool:
        match answer:
            case exception.GlanceUnavailable():
                return False
            case exception.LoginRefused():
                return True
            case exception.NotAuthenticated() if self._accepted:
                return self._clock.monotonic() >= \
                    self._refused_since + KEYSTONE_GRACE
            case _:
                return True
