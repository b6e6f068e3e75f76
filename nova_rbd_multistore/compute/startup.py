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

"""Why the compute service does not start."""

from __future__ import annotations

from nova_rbd_multistore import exception


class UnusableCredential(exception.MultistoreError):
    """The credential in nova.conf is not one.

    :param group: of nova.conf.
    :param reason: what is wrong with it.
    """

    def __init__(self, group: str, reason: str) -> None:
        super().__init__(
            f'[{group}] of nova.conf holds no usable credential for Glance: '
            f'{reason}. Correct its keystoneauth options, or set [libvirt] '
            f'images_rbd_glance_credential = user to do without.')
        self.group = group
        self.reason = reason


class InvalidOptions(exception.MultistoreError):
    """Options in nova.conf that make no sense together.

    :param group: of nova.conf.
    :param reason: what is wrong with them, and what to do.
    """

    def __init__(self, group: str, reason: str) -> None:
        super().__init__(f'[{group}] of nova.conf: {reason}')
        self.group = group
        self.reason = reason


class NovaShapeMismatch(exception.MultistoreError):
    """This Nova is not built the way the backend needs it.

    :param release: Nova's version.
    :param differences: what is missing or different, one sentence each.
    """

    def __init__(self, release: str, differences: list[str]) -> None:
        listed = '; '.join(differences)
        super().__init__(
            f'nova-rbd-multistore cannot enter Nova {release}: {listed}. '
            f'Run nova-compute without it, or install a release of it that '
            f'supports this Nova.')
        self.release = release
        self.differences = differences
