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

"""Tell as it happens what Glance shows about an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glanceclient import exc as glance_exc
from keystoneauth1 import exceptions as ksa_exc

from lab import clients
from lab import cloud
from lab import watch

_PROPERTIES = (
    ('stores', 'stores'),
    ('importing to', 'os_glance_importing_to_stores'),
    ('failed', 'os_glance_failed_import'),
)


class Spectator(watch.Watch):
    """Says what changes about an image, for the time of a ``with`` block.

    :param say: called with one line, from a thread of its own.
    """

    def __init__(
        self, lab: cloud.Lab, image_id: str, say: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._glance = clients.glance_for(lab.state, 'admin')
        self._image_id = image_id
        self._say = say
        self._last = ''

    def look(self) -> None:
        """Say what has changed since the last look."""
        try:
            image = self._glance.images.get(self._image_id)
            tasks = self._glance.images.get_associated_image_tasks(
                self._image_id)['tasks']
        except (glance_exc.HTTPException, glance_exc.CommunicationError,
                ksa_exc.ClientException) as exc:
            shown = f'no answer: {exc}'
        else:
            shown = describe(image, tasks)
        if shown != self._last:
            self._last = shown
            self._say(f'Glance: {shown}')


def describe(image: dict[str, Any], tasks: list[dict[str, Any]]) -> str:
    """Say in one line where an image is and what is being done to it."""
    told = [f'{title} {image[name]}' for title, name in _PROPERTIES
            if image.get(name)]
    told += [' '.join(f'task {task["status"]} {task["message"]}'.split())
             for task in tasks
             if task['id'] == image.get('os_glance_import_task')]
    return '; '.join(told)
