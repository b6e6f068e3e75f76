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

"""Nova's compute service, which looks before it touches a disk.

Nova asks the driver too late: of a resize or a cold migration when the guest
has been stopped, and of a rebuild where a failure takes the allocation of the
instance away.

Not to be imported before the configuration has been read: Nova's class takes
the intervals of its periodic tasks from there when it is defined.
"""

from __future__ import annotations

from typing import Any

from nova import context as nova_context
from nova import exception as nova_exception
from nova import objects
from nova.compute import manager
from nova.compute import utils as compute_utils
from oslo_log import log as logging

from nova_rbd_multistore import exception
from nova_rbd_multistore.compute import guards
from nova_rbd_multistore.compute import rebuild
from nova_rbd_multistore.compute import register

LOG = logging.getLogger(__name__)


class ComputeManager(manager.ComputeManager):
    """Refuses what would lose a disk, as long as nothing has been changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Check Nova's class first.

        :raises NovaShapeMismatch: when it is not one we know.
        """
        register.check_service()
        super().__init__(*args, **kwargs)

    def rebuild_instance(
        self, context: nova_context.RequestContext,
        instance: objects.Instance, orig_image_ref: str, image_ref: str,
        injected_files: Any, new_pass: str,
        orig_sys_metadata: dict[str, Any],
        bdms: objects.BlockDeviceMappingList | None, recreate: bool,
        *args: Any, **kwargs: Any,
    ) -> None:
        """Rebuild an instance, from an image that has been placed before.

        Or evacuate it, with ``recreate``: then Nova asks the driver in time.
        """
        if not recreate and rebuild.replaces_root_disk(
                context, instance, bdms):
            wanted = rebuild.Rebuild(
                instance, image_ref, orig_image_ref, orig_sys_metadata)
            if not self._placed(context, wanted):
                return
        super().rebuild_instance(
            context, instance, orig_image_ref, image_ref, injected_files,
            new_pass, orig_sys_metadata, bdms, recreate, *args, **kwargs)

    def _placed(
        self, context: nova_context.RequestContext, wanted: rebuild.Rebuild,
    ) -> bool:
        """Tell whether the image of a rebuild is there, or will be."""
        try:
            with compute_utils.EventReporter(
                    context, 'compute_place_image', self.host,
                    wanted.instance.uuid):
                wanted.place_image(context)
        except exception.Cancelled as exc:
            # As when Nova finds out in the middle of a rebuild.
            LOG.debug('The instance is being deleted: %s', exc,
                      instance=wanted.instance)
            return False
        except Exception as exc:
            failure = exc
        else:
            return True
        wanted.refuse(context, failure)
        if not isinstance(failure, nova_exception.NovaException):
            raise failure
        # Nobody waits for an answer, and all has been said.
        return False

    def _prep_resize(
        self, context: nova_context.RequestContext, image: Any,
        instance: objects.Instance, *args: Any, **kwargs: Any,
    ) -> None:
        """Claim resources of this host for a resize or a cold migration.

        :raises nova.exception.InstanceFaultRollback: when the instance may
            not come here; the conductor tries another host.
        """
        reason = guards.refusal(context, instance)
        if reason is not None:
            raise nova_exception.InstanceFaultRollback(
                inner_exception=nova_exception.MigrationPreCheckError(
                    reason=reason))
        super()._prep_resize(context, image, instance, *args, **kwargs)
