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

"""The demonstration, as people run it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

from tests.e2e import base

_ROOT = pathlib.Path(__file__).parents[2]
# Seconds.
_TIMEOUT = 900


class DemoTestCase(base.CloudTestCase):

    def run_demo(self) -> list[dict[str, object]]:
        """Return the rows of its table; it says that all is as it should."""
        ended = subprocess.run(
            [sys.executable, '-m', 'lab',
             '--state', str(self.lab.directory.path), 'demo', '-f', 'json'],
            cwd=_ROOT, capture_output=True, text=True, timeout=_TIMEOUT,
            check=False)
        self.assertEqual(0, ended.returncode, ended.stderr)
        rows: list[dict[str, object]] = json.loads(ended.stdout)
        return rows

    def images(self) -> set[str]:
        return {image.id for image in self.admin.images.list()}

    def test_guests_run_from_clones_and_nothing_is_left(self) -> None:
        before = self.images()
        rows = self.run_demo()
        self.assertEqual(
            [('dcn0', 1), ('dcn0', 0), ('dcn1', 1), ('dcn1', 1), ('dcn1', 1)],
            [(row['zone'], row['copies']) for row in rows])
        self.assertEqual(
            {'dcn0-0', 'dcn1-0', 'dcn1-1', 'dcn1-2'},
            {row['host'] for row in rows})
        for row in rows:
            self.assertEqual('cow', row['result'], row)
            self.assertIsNotNone(row['seconds_to_marker'], row)

        self.assertEqual(before, self.images())
        for site in self.lab.sites.values():
            self.assertEqual([], site.images(site.site.vms_pool))
