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

"""Do what an error advises about a partial copy."""

from __future__ import annotations

import re
import shlex

from tests import labtest
from tests.faults import base


class AdviceTestCase(base.FaultTestCase):
    """A test that ends with a partial copy in the store dcn0."""

    def wait_unwatched(self, image_id: str) -> None:
        """Return when Ceph has forgotten the client that died."""
        site = self.lab.sites['dcn0']
        labtest.wait_for('the end of the watch', lambda: not site.query(
            'rbd', 'status', f'images/{image_id}')['watchers'])

    def follow_advice(self, image_id: str) -> None:
        """Boot, do what the error says, and boot again."""
        before = self.failed_copies(image_id)
        disk = self.boot_one(image_id)
        self.assert_refused(disk, image_id, 'store dcn0', 'in the way')
        self.assert_tenant(disk, 'copying it there failed')
        self.assertEqual(
            before + 1, self.failed_copies(image_id) - self.stolen(image_id))
        self.assertEqual(['dcn0'], self.traces(image_id)['unlisted'])
        self.obey(self.told()[-1])
        self.assert_cloned(self.boot_one(image_id), image_id)

    def stolen(self, image_id: str) -> int:
        """Return how many imports lost their lock, which then count."""
        body = self.admin.images.get_associated_image_tasks(image_id)
        return sum(task['message'] == 'Expired lock preempted'
                   for task in body['tasks'])

    def obey(self, message: str) -> None:
        """Run the commands in an error as the administrator of dcn0."""
        site = self.lab.sites['dcn0']
        commands = re.findall(r'\((rbd --id admin [^)]*)\)', message)
        self.assertIn('rm', {shlex.split(line)[3] for line in commands})
        for command in commands:
            program, _option, _user, *words = shlex.split(command)
            site.run(program, *words)
