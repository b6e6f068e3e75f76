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

"""Whether an instance may come to this host with the root disk that it has.

Nova takes RBD for storage that all hosts share. On a host whose disks are in
another cluster it takes the root disk for present: an evacuation then makes a
new one from the image, and a migration ends without any.
"""

from __future__ import annotations

from nova import context as nova_context
from nova import objects
from nova.compute import utils as compute_utils
import nova.conf
from nova.storage import rbd_utils
from oslo_log import log as logging

from nova_rbd_multistore.compute import flaws
from nova_rbd_multistore.compute import rbd

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

_ELSEWHERE = ('the root disk of the instance is not in the storage cluster of '
              'that host')
_UNKNOWN = ('it cannot be told whether the root disk of the instance is in '
            'the storage cluster of that host')


def refusal(
    context: nova_context.RequestContext, instance: objects.Instance,
) -> str | None:
    """Return why an instance may not come to this host, None when it may.

    Instances on volumes may, and so may all where disks are not in RBD.

    :returns: for whoever asked, without internals of the cloud, as the rest
        of a sentence. The operator's line is logged.
    """
    if CONF.libvirt.images_type != 'rbd' or \
            compute_utils.is_volume_backed_instance(context, instance):
        return None
    ceph = rbd_utils.RBDDriver()
    disk = f'{instance.uuid}_disk'
    try:
        with rbd.Cluster(ceph, flaws.Flaws(instance.image_ref)) as cluster:
            if cluster.has_disk(disk):
                return None
            _tell(instance, disk, f'pool {ceph.pool} of cluster '
                                  f'{cluster.fsid}')
            return _ELSEWHERE
    except rbd.errors() as exc:
        failure = exc
    # Whoever does not answer may well have it, or not.
    rbd.translate(ceph, failure, instance.uuid)
    return _UNKNOWN


def _tell(instance: objects.Instance, disk: str, place: str) -> None:
    LOG.warning('The instance may not come to this host: its root disk '
                '%(disk)s is not in %(place)s, where the disks of this host '
                'are. It stays as it is. Its data gets to another cluster by '
                'an image: boot from a snapshot of it there, or shelve it and '
                'unshelve it there.', {'disk': disk, 'place': place},
                instance=instance)
