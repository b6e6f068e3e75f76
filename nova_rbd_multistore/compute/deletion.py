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

"""Whether an instance is still wanted while it is being built."""

from __future__ import annotations

from nova import context as nova_context
from nova import exception as nova_exception
from nova import objects
from nova.compute import task_states
from oslo_log import log as logging
import oslo_messaging

LOG = logging.getLogger(__name__)

_DELETING = (task_states.DELETING, task_states.SOFT_DELETING)


def requested(
    context: nova_context.RequestContext, instance_uuid: str,
) -> bool:
    """Tell whether somebody has deleted an instance, or begun to.

    Nova's compute API marks the instance at once; the service only learns of
    it when the build lets go of the instance's lock. So this asks the
    conductor. False when that does not answer, and where there is none.
    """
    if objects.Instance.indirection_api is None:
        return False
    try:
        instance = objects.Instance.get_by_uuid(
            context.elevated(), instance_uuid, expected_attrs=[])
    except nova_exception.InstanceNotFound:
        return True
    except oslo_messaging.MessagingException as exc:
        LOG.debug('No news of whether the instance is being deleted: %s', exc,
                  instance_uuid=instance_uuid)
        return False
    return bool(instance.deleted) or instance.task_state in _DELETING
