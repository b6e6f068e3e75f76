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

"""What whoever waits for a copy can do, as far as it depends on who waits."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Advice:
    """Whole sentences for the end of a message.

    :ivar more_time: when the deadline passed.
    :ivar store: when Glance has no store of that name.
    :ivar permission: when a policy does not let the credential copy.
    :ivar login: when Keystone refuses the credential.
    :ivar token: when Glance refuses the token.
    :ivar outage: when nothing answers.
    """

    more_time: str
    store: str
    permission: str
    login: str
    token: str
    outage: str


COMPUTE = Advice(
    more_time='If copies need more time, raise images_rbd_glance_copy_timeout '
              'in [libvirt] of nova.conf.',
    store='Set images_rbd_glance_store_name in [libvirt] of nova.conf to the '
          'store in this compute\'s cluster.',
    permission='Configure a service credential in [glance] of nova.conf, or '
               'let this one use Glance\'s policy copy_image.',
    login='Correct the service credential in nova.conf.',
    token='The token of a tenant expires; a service credential in [glance] '
          'of nova.conf gets a new one. If there is one, look whether Glance '
          'reaches Keystone.',
    outage='Look at Glance, at Keystone, and at what is between them and '
           'this compute.')
