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

"""What can go wrong, one class for each decision that a caller makes.

Every message says what, which, after how long where time matters, and what an
operator can do. The facts are attributes too, for callers that render their
own text.
"""

from __future__ import annotations


def in_one_line(words: str, longest: int = 500) -> str:
    """Return somebody else's words in a form that a log can take.

    :param longest: characters; what is longer is cut off there.
    """
    line = ' '.join(words[:longest].split())
    if len(words) > longest:
        line += f'… ({len(words)} characters)'
    return ''.join(char if char.isprintable() else '\ufffd' for char in line)


def _dotted(version: tuple[int, int]) -> str:
    return '.'.join(map(str, version))


class MultistoreError(Exception):
    """Base of all exceptions of this package."""


class Usage(MultistoreError):
    """What was asked for makes no sense; the message says why."""


# What Glance answered. Raised by glance/client.py alone.


class GlanceError(MultistoreError):
    """Glance refused a request.

    :param request: what was asked, for example ``show image <id>``.
    :param answer: Glance's own words; kept in one line of a limited length.
    """

    def __init__(self, request: str, answer: str) -> None:
        answer = in_one_line(answer)
        super().__init__(f'{request}: {answer}')
        self.request = request
        self.answer = answer


class BadRequest(GlanceError):
    """400: Glance finds the request senseless in the image's state."""


class NotAuthenticated(GlanceError):
    """401: the token is not, or no longer, accepted, or Keystone is away."""


class LoginRefused(NotAuthenticated):
    """Keystone gives the credential no token."""


class Forbidden(GlanceError):
    """403: a policy does not allow the request."""


class NotFound(GlanceError):
    """404: there is no such image for this credential."""


class TooOld(NotFound):
    """404: this Glance does not have such a request.

    :param newest: version of its API.
    :param needed: the first one that has it.
    """

    def __init__(
        self, request: str, newest: tuple[int, int], needed: tuple[int, int],
    ) -> None:
        super().__init__(
            request, f'version {_dotted(newest)} of the API of this Glance '
                     f'cannot do that, {_dotted(needed)} can')


class Conflict(GlanceError):
    """409: the image's state or its lock does not allow the request."""


class OverQuota(GlanceError):
    """413: a quota of the project does not allow the request."""


class GlanceUnavailable(GlanceError):
    """No usable answer: 5xx, no connection, a connection lost, or nonsense.

    The request may have been carried out, so look before repeating one that
    changes something.
    """


class UntrustedCertificate(GlanceUnavailable):
    """The certificate at this URL is not one that we trust."""


class LocationsHidden(MultistoreError):
    """Glance does not tell where the data of an image are.

    :param credential: whose it does not tell, in words.
    :param exc: what Glance answered.
    """

    def __init__(self, credential: str, exc: GlanceError) -> None:
        super().__init__(
            f'Glance hides the locations of images from {credential} ({exc}). '
            + (_UPDATE if isinstance(exc, TooOld) else _ALLOW))


_ALLOW = ('Configure a service credential with the roles service and admin '
          'in [glance] of nova.conf; in Glance, this is the policy '
          'fetch_image_location.')
_UPDATE = ('Update Glance, or set show_multiple_locations = True in its '
           'configuration.')


# How a copy ended. Raised by the copier.


class CopyError(MultistoreError):
    """An image could not be brought into a store.

    The message is for operators: it may name tasks, projects and settings
    that are none of a tenant's business.

    :param image_id: the image.
    :param store: the store that should have got it.
    :param reason: the rest of the sentence, with what to do.
    """

    summary = 'was not copied'
    told_tenant = 'it could not be copied there'

    def __init__(self, image_id: str, store: str, reason: str) -> None:
        super().__init__(
            f'Image {image_id} {self.summary} to store {store}: {reason}')
        self.image_id = image_id
        self.store = store
        self.reason = reason

    @property
    def tenant_message(self) -> str:
        """One sentence for the user, without internals of the cloud."""
        return (f'Image {self.image_id} is not available at the site of this '
                f'instance: {self.told_tenant}.')


class ImageGone(CopyError):
    """The image does not exist, or is not visible any more."""

    summary = 'cannot be copied'
    told_tenant = 'it does not exist any more'


class ImageNotActive(CopyError):
    """The image is not active, so nobody can use it."""

    summary = 'cannot be copied'
    told_tenant = 'it is not active any more'


class CopyNotPermitted(CopyError):
    """Glance does not let this credential copy the image."""

    summary = 'may not be copied'
    told_tenant = 'it may not be copied there'


class CopyOverQuota(CopyError):
    """The copy does not fit into a quota.

    Glance counts it for the project of the credential that asks, whoever owns
    the image.
    """

    summary = 'may not be copied'
    told_tenant = 'a copy there would exceed an image quota'


class Misconfigured(CopyError):
    """No attempt can succeed until an operator changes a setting."""

    summary = 'cannot be copied'
    told_tenant = 'the site is not set up for copies of images'


class CopyUnusable(CopyError):
    """Glance counts on a copy that cannot be cloned."""

    summary = 'cannot be copied'
    told_tenant = 'its copy there is damaged'


class CopyFailed(CopyError):
    """Every attempt ended without the image in the store."""

    told_tenant = 'copying it there failed'


class CopyObstructed(CopyFailed):
    """No attempt can succeed until an operator removes what is in the way."""


class CopyStalled(CopyError):
    """An import holds the image's lock and shows no sign of life."""

    told_tenant = 'another copy of it is stuck'


class CopyTimedOut(CopyError):
    """The deadline passed first. The copy may well go on in Glance."""

    told_tenant = 'copying it there takes too long'


class Cancelled(MultistoreError):
    """Nobody wants the result of a wait any more.

    :param seconds: that were waited.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f'given up after {seconds:.0f} s: the result is not '
                         f'wanted any more')
        self.seconds = seconds


# What is wrong with what Glance shows.


class InvalidRecord(MultistoreError):
    """A dictionary that does not have the shape that Glance's API gives it.

    :param part: what is wrong, for example ``stores``.
    :param reason: what is wrong with it.
    """

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f'{part}: {reason}')
        self.part = part
        self.reason = reason


class InvalidLocation(MultistoreError):
    """A location that is not exactly an RBD snapshot, or not the image's.

    :param url: the location as Glance gave it.
    :param reason: what is wrong with it.
    """

    def __init__(self, url: str, reason: str) -> None:
        # Locations of other stores may hold keys, as those of S3 do, and so
        # do QEMU's names of RBD images, such as rbd:pool/image:key=KEY.
        shown = url if url.startswith('rbd://') else url.partition(':')[0]
        shown = shown if len(shown) <= 200 else shown[:200] + '…'
        super().__init__(f'Location {shown!r} is not usable: {reason}')
        self.url = url
        self.reason = reason


class ForeignLocation(InvalidLocation):
    """A location in a store that is not RBD's, as any image may have."""
