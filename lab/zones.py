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


"""Availability zones and flavors: what an operator gives a new cloud."""

from collections.abc import Mapping
from collections.abc import Sequence

from keystoneauth1 import adapter

from lab import exception

FLAVOR = 'lab.tiny'
# One with a larger disk, to resize to.
LARGER_FLAVOR = 'lab.small'

# MiB of memory and GiB of disk; a guest of the lab needs no more.
_FLAVORS = {FLAVOR: (128, 1), LARGER_FLAVOR: (160, 2)}


def create_zones(nova: adapter.Adapter,
                 zones: Mapping[str, Sequence[str]]) -> None:
    """Make an aggregate for each zone and put its hosts into it.

    :param nova: the compute API, as an administrator
    :param zones: names of hosts by zone
    :raises keystoneauth1.exceptions.ClientException: when Nova refuses
    """
    for zone, hosts in zones.items():
        made = nova.post('/os-aggregates', json={'aggregate': {
            'name': zone, 'availability_zone': zone}}).json()['aggregate']
        for host in hosts:
            nova.post(f'/os-aggregates/{made["id"]}/action',
                      json={'add_host': {'host': host}})


def cache_image(nova: adapter.Adapter, zone: str, image_id: str) -> None:
    """Ask the hosts of a zone to cache an image; they do so in their time.

    :param nova: the compute API, as an administrator
    :raises exception.UnknownName: when there is no such zone
    :raises keystoneauth1.exceptions.ClientException: when Nova refuses
    """
    found = {one['availability_zone']: one['id'] for one in
             nova.get('/os-aggregates').json()['aggregates']}
    if zone not in found:
        raise exception.UnknownName('zone', zone, list(found))
    nova.post(f'/os-aggregates/{found[zone]}/images',
              json={'cache': [{'id': image_id}]})


def create_flavors(nova: adapter.Adapter) -> None:
    """Make the flavors for guests, for all tenants.

    :param nova: the compute API, as an administrator
    :raises keystoneauth1.exceptions.ClientException: when Nova refuses
    """
    for name, (ram, disk) in _FLAVORS.items():
        nova.post('/flavors', json={'flavor': {
            'name': name, 'vcpus': 1, 'ram': ram, 'disk': disk}})
