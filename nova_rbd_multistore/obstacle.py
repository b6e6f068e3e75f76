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

"""What is in the way of every copy of an image to a store."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses

from nova_rbd_multistore import exception


@dataclasses.dataclass(frozen=True)
class Obstacle:
    """Something of the image's name that is not a copy Glance knows of.

    Glance makes no copy where one is, and never removes it: a worker that
    died while it wrote has left it, or one whose cluster failed.

    :ivar identity: tells it from another one that takes its place.
    :ivar deserted: whether nobody has it open, as whoever writes to it has.
    :ivar what: what it is, and where, for operators.
    :ivar remedy: how to check and to remove it; whole sentences.
    """

    identity: str
    deserted: bool
    what: str
    remedy: str

    def explain(self, image_id: str, store: str,
                failure: str) -> exception.CopyObstructed:
        """Return the error that ends the attempts.

        :param failure: why the last one ended.
        """
        return exception.CopyObstructed(
            image_id, store,
            f'{self.what} is in the way, and no copy succeeds until it is '
            f'removed. The last one: {failure}. {self.remedy}')

    def mention(self) -> str:
        """Return sentences for an error that has another reason."""
        return (f'Besides, {self.what} will be in the way of the next copy '
                f'unless it is removed. {self.remedy}')


# Takes an image and a store; None when there is nothing, or nobody can tell.
Find = Callable[[str, str], Obstacle | None]
