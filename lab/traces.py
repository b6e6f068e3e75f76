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

"""Remove what a demonstration has made in the cloud."""

from __future__ import annotations

import contextlib

from glanceclient import exc as glance_exc
from glanceclient.v2 import client as glance_client
from keystoneauth1 import exceptions as ks_exc

from lab import clients
from lab import exception
from lab import servers
from lab import state
from lab import waiting

# Seconds; an import that runs is not to be cut off by the end of its image.
_IMPORT_TIMEOUT = 300
_INTERVAL = 0.5


class Traces:
    """Servers, groups and images of a tenant whose names begin the same.

    They are found by their names, so that one counts as well whose maker was
    interrupted before it knew the id.
    """

    def __init__(self, lab: state.State, user: str, prefix: str) -> None:
        self._servers = servers.Servers(lab, user)
        self._glance = clients.glance_for(lab, user)
        self._prefix = prefix

    def remove(self) -> None:
        """Remove all of it; what is gone already is no error.

        :raises exception.ServerFailed: when a server does not go
        :raises exception.NotInTime: when an import of an image does not end
        """
        # Again until nothing is found: a request that was under way when its
        # client was interrupted comes into the list only now.
        while found := self._servers.named(self._prefix):
            for server in found:
                self._servers.delete(server.id)
            for server in found:
                self._servers.wait_gone(server.id)
        for group in self._servers.groups(self._prefix):
            with contextlib.suppress(ks_exc.NotFound):
                self._servers.delete_group(group)
        for image in self._images():
            remove_image(self._glance, image)

    def _images(self) -> list[str]:
        return [image['id'] for image in self._glance.images.list()
                if (image['name'] or '').startswith(self._prefix)]


def remove_image(glance: glance_client.Client, image_id: str) -> None:
    """Remove an image; one that is gone already is no error.

    An import that runs is waited for: it would go on without its image, and
    leave what it has written.

    :raises exception.NotInTime: when the import does not end
    """
    def look() -> waiting.Look:
        task = glance.images.get(image_id).get('os_glance_import_task')
        return waiting.Look(task is None, f'task {task}')

    with contextlib.suppress(glance_exc.HTTPNotFound):
        try:
            waiting.until(look, _IMPORT_TIMEOUT, _INTERVAL)
        except waiting.TimedOut as exc:
            raise exception.NotInTime(
                f'image {image_id} is still being imported', exc.seconds,
                exc.last_state) from exc
        glance.images.delete(image_id)
