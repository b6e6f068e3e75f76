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

"""What tests of instances that are there already stand on."""

from __future__ import annotations

from nova import objects

from tests.unit.compute import base

UUID = '6f0e8f4b-3c0e-4b46-8d67-0b6d1b4d7c11'
DISK = f'{UUID}_disk'


class InstanceTestCase(base.ComputeTestCase):
    """With an instance of an image, which Nova's database knows.

    :ivar saved: what was to be the task in the database when the instance
        was saved, for each time.
    :ivar root: its root device, ``local`` or ``volume``.
    """

    def setUp(self) -> None:
        super().setUp()
        objects.register_all()
        self.saved: list[list[str]] = []
        self.root = 'local'
        self.patch(objects.Instance, 'save', self._save)
        self.patch(objects.BlockDeviceMappingList, 'get_by_instance_uuid',
                   lambda _context, _uuid: self.bdms())
        self.instance = objects.Instance(
            self.context, uuid=UUID, image_ref='old', system_metadata={},
            host='dcn1-0', vm_state='active', task_state=None)

    def bdms(self) -> objects.BlockDeviceMappingList:
        """Return the block devices of the instance."""
        return objects.BlockDeviceMappingList(objects=[
            objects.BlockDeviceMapping(
                boot_index=0, source_type='image',
                destination_type=self.root, instance_uuid=UUID)])

    def _save(self, expected_task_state: list[str]) -> None:
        self.saved.append(expected_task_state)
