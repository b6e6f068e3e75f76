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

"""Nova's own tests of its RBD backend pass with ours in its place."""

from __future__ import annotations

import json
import subprocess
import sys

import testtools

_WRONG_SHAPE = (
    'Feeds the poll with os_glance_* at top level of the image, as lists. '
    'Nova\'s translation moves them into properties, as strings, so a '
    'backend that passes never sees a failed copy.')
_ENDS_FLAT = (
    'Expects ImageUnacceptable, which Nova\'s driver turns into a download '
    'and a flat disk that nobody chose.')
_CONNECTION_EACH = (
    'Pins one call of is_cloneable() for each location, two connections to '
    'the cluster each, with locations that are no dictionaries.')
_TENANTS_LOCATIONS = (
    'Pins that locations are read through IMAGE_API with the token of the '
    'tenant, which sees none where they are hidden.')

# Those that pin what upstream gets wrong. What ours does instead is tested in
# tests/unit/compute and, on real services, in tests/functional.
NOT_OURS = {
    'test_copy_to_store': _WRONG_SHAPE,
    'test_copy_to_store_import_failed_in_progress': _WRONG_SHAPE,
    'test_copy_to_store_import_failed_other_reason': (
        'Pins that the copy is asked for through IMAGE_API, which has no '
        'service credential and drops what Glance answers.'),
    'test_copy_to_store_import_failed_timeout': (
        f'Pins oslo.service\'s fixed interval as the way to wait. '
        f'{_ENDS_FLAT}'),
    'test_copy_to_store_import_impossible': _ENDS_FLAT,
    'test_copy_to_store_race_with_existing': (
        'Takes a lost race for a 400. Glance answers 409, which this '
        'treats as the end.'),
    'test_clone_copy_not_configured': _CONNECTION_EACH,
    'test_clone_copy_to_store': _CONNECTION_EACH,
    'test_clone_copy_to_store_failed': _CONNECTION_EACH,
    'test_clone_without_needed_copy': _CONNECTION_EACH,
    'test_get_parent_pool_no_parent_info': _TENANTS_LOCATIONS,
    'test_get_parent_pool_non_local_image': _TENANTS_LOCATIONS,
}


class UpstreamTestCase(testtools.TestCase):

    def test_all_but_the_listed_ones_pass(self) -> None:
        run = subprocess.run(
            [sys.executable, '-m', 'tests.upstream.rbd_suite'],
            capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(0, run.returncode, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual(set(NOT_OURS), set(report['failed']),
                         report['failed'])
        self.assertGreaterEqual(report['ran'], 43)
