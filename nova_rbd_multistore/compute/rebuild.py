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

"""Rebuilding an instance from an image that the cluster may lack."""

from __future__ import annotations

import dataclasses
from typing import Any

from nova import context as nova_context
from nova import exception as nova_exception
from nova import objects
from nova import utils as nova_utils
from nova.compute import task_states
from nova.compute import utils as compute_utils
import nova.conf
from oslo_log import log as logging

from nova_rbd_multistore.compute import localimage

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

# What the API takes from the properties of an image that have these names;
# None and '' for those that it has not.
_TRAITS = ('os_type', 'architecture', 'vm_mode')
_FILES = ('kernel_id', 'ramdisk_id')


def replaces_root_disk(
    context: nova_context.RequestContext, instance: objects.Instance,
    bdms: objects.BlockDeviceMappingList | None,
) -> bool:
    """Tell whether a rebuild makes a disk in this compute's cluster.

    :param bdms: those of the instance, None when they are not at hand.
    """
    return CONF.libvirt.images_type == 'rbd' and not (
        compute_utils.is_volume_backed_instance(context, instance, bdms))


@dataclasses.dataclass(frozen=True)
class Rebuild:
    """What Nova's API has asked this compute for.

    The API has recorded the new image with the instance by then.

    :ivar image_ref: the new image.
    :ivar old_image_ref: the one before it.
    :ivar old_metadata: the system metadata before it.
    """

    instance: objects.Instance
    image_ref: str
    old_image_ref: str
    old_metadata: dict[str, Any]

    def place_image(self, context: nova_context.RequestContext) -> None:
        """Have the new image where the new disk will be cloned from.

        An image that Nova is going to download is left to it.

        :raises Cancelled: when the instance is being deleted.
        :raises nova.exception.NovaException: when the new disk could not be
            made.
        """
        try:
            localimage.place(context, self.image_ref, self.instance.uuid)
        except nova_exception.ImageUnacceptable:
            if CONF.workarounds.never_download_image_if_on_rbd:
                raise

    def refuse(
        self, context: nova_context.RequestContext, why: Exception,
    ) -> None:
        """Have the instance as it was, and say why it was not rebuilt.

        Not to be called while an exception is handled: oslo.log would put
        its text into the line a second time.
        """
        LOG.warning('The instance is not rebuilt from image %(image)s and '
                    'keeps its disk: %(why)s',
                    {'image': self.image_ref, 'why': why},
                    instance=self.instance)
        try:
            self._restore()
            compute_utils.add_instance_fault_from_exc(
                context, self.instance, why,
                (type(why), why, why.__traceback__))
        except (nova_exception.InstanceNotFound,
                nova_exception.UnexpectedTaskStateError) as exc:
            LOG.info('Something else was done to the instance meanwhile: %s',
                     exc, instance=self.instance)

    def _restore(self) -> None:
        """Take back what the API has recorded of the new image."""
        prefix = nova_utils.SM_IMAGE_PROP_PREFIX
        properties = {key: value for key, value in self.old_metadata.items()
                      if key.startswith(prefix)}
        others = {key: value
                  for key, value in self.instance.system_metadata.items()
                  if not key.startswith(prefix)}
        self.instance.system_metadata = {**others, **properties}
        self.instance.image_ref = self.old_image_ref
        for name in _TRAITS:
            setattr(self.instance, name, properties.get(f'{prefix}{name}'))
        for name in _FILES:
            setattr(self.instance, name, properties.get(f'{prefix}{name}', ''))
        self.instance.task_state = None
        self.instance.save(expected_task_state=[task_states.REBUILDING])
