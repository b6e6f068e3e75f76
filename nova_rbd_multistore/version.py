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


"""The versions of its API that Glance offers.

https://docs.openstack.org/api-ref/image/versions/
"""

from __future__ import annotations

import re

from nova_rbd_multistore import record as record_mod

Version = tuple[int, int]

_ID = re.compile(r'v(\d{1,9})\.(\d{1,9})', re.ASCII)


def newest_from_glance(body: object) -> Version | None:
    """Return the newest in the body of ``GET /versions``, None for none.

    :raises InvalidRecord: when it is not of that shape.
    """
    known = (_ID.fullmatch(record_mod.Record(version).word('id') or '')
             for version in record_mod.Record(body).elements('versions'))
    return max(((int(match[1]), int(match[2])) for match in known if match),
               default=None)


def without_version(url: str) -> str:
    """Return an endpoint as Glance's client wants it.

    Service catalogs of old have the version in it.
    """
    path = url.rstrip('/')
    head, _slash, last = path.rpartition('/')
    is_version = last[:1] == 'v' and last[1:].replace('.', '').isdigit()
    # A host may be called so.
    return head if is_version and not head.endswith('/') else path
