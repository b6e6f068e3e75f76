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

"""Ask Glance for all that it shows of an image."""

from __future__ import annotations

from collections.abc import Callable
import datetime
from typing import TypeVar

from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore.placing import images
from nova_rbd_multistore.placing import standing

LOG = logging.getLogger(__name__)

_T = TypeVar('_T')


def look(
    service: images.Images, wanted: str, now: datetime.datetime,
) -> standing.Seen:
    """Return what this credential is shown of an image.

    :param wanted: an id or a name.
    :param now: UTC.
    :raises NoSuchImage: when there is none.
    :raises AmbiguousName: when there are several of that name.
    :raises GlanceError: when Glance shows nothing.
    """
    image = service.find(wanted)
    return standing.Seen(
        now, image,
        imports=_unless_hidden(lambda: service.imports(image.id), ()),
        stores=service.stores(),
        pools=_unless_hidden(service.rbd_pools, {}))


def _unless_hidden(ask: Callable[[], _T], hidden: _T) -> _T:
    """Return what only some credentials are shown."""
    try:
        return ask()
    except (exception.Forbidden, exception.NotFound) as exc:
        LOG.debug('Not shown to this credential: %s', exc)
        return hidden
