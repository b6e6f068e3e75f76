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

"""Count the copies of an image that Glance was asked for."""

from lab import accounts
from lab import clients
from lab import state

SUCCESS = 'success'
FAILURE = 'failure'

_METHOD = 'copy-image'


def count(lab: state.State, image_id: str, status: str = SUCCESS) -> int:
    """Return how many copies of an image to a store have ended like that.

    An upload may be an import as well; it does not count.

    :param status: of their tasks in Glance
    """
    glance = clients.glance_for(lab, accounts.ADMIN)
    tasks = glance.images.get_associated_image_tasks(image_id)['tasks']
    return sum(
        task['status'] == status
        # A location that is registered is a task without an import.
        and task['input'].get('import_req', {}).get(
            'method', {}).get('name') == _METHOD
        for task in tasks)
