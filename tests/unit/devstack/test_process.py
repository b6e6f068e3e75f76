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

"""What runs as nova-compute."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification.judging import process
from tests import base
from tests.unit.devstack import samples

_BIN = '/opt/stack/data/venv/bin'
_EXEC_START = (
    '{{ path={0} ; argv[]={0} --config-file /etc/nova/nova-cpu.conf ; '
    'ignore_errors=no ; start_time=[Thu 2026-11-26 06:35:10 UTC] ; '
    'stop_time=[n/a] ; pid=190180 ; code=(null) ; status=0/0 }}')


def of(program: str, pid: int = 190180) -> process.Process:
    return process.Process(
        'devstack@n-cpu', pid,
        (f'{_BIN}/python3.13', f'{_BIN}/{program}', '--config-file'), '')


def titled(program: str) -> process.Process:
    """Return one that has given itself a title."""
    started = process.command(
        _EXEC_START.format(f'{_BIN}/{program}'), 190180)
    return process.Process('devstack@n-cpu', 190180, (
        f'nova-compute: master process [{_BIN}/nova-compute]',), started)


class ProcessTestCase(base.TestCase):

    def test_the_library_runs(self):
        for one in (of(process.LIBRARY), titled(process.LIBRARY)):
            seen = process.library(one, [samples.IN_PLACE])

            self.assertIn('pid 190180 is nova-compute-rbd-multistore', seen)
            self.assertIn('store dcn0', seen)

    def test_upstream_is_not_the_library(self):
        for one in (of(process.UPSTREAM), titled(process.UPSTREAM)):
            failed = self.assertRaises(
                check.Failed, process.library, one, [samples.IN_PLACE])
            self.assertIn('runs nova-compute, not', failed.reason)

    def test_a_library_that_has_told_nothing_is_not_in_place(self):
        others = samples.line('nova.compute.manager', 'Image backend of '
                              'nova-rbd-multistore in place: images are '
                              'copied to store dcn0 with')

        for lines in ([], [others], [samples.ASKED]):
            failed = self.assertRaises(
                check.Failed, process.library, of(process.LIBRARY), lines)
            self.assertIn('images_type', failed.remedy)

    def test_what_does_not_run_is_neither(self):
        for judge in (process.library, process.upstream):
            failed = self.assertRaises(
                check.Failed, judge, of(process.LIBRARY, 0), [])
            self.assertIn('does not run', failed.reason)

    def test_upstream_as_control(self):
        self.assertIn('without the library', process.upstream(
            of(process.UPSTREAM), []))
        for one, lines in ((of(process.LIBRARY), []),
                           (of(process.UPSTREAM), [samples.IN_PLACE])):
            self.assertRaises(check.Failed, process.upstream, one, lines)

    def test_the_store_is_that_of_the_last_start(self):
        later = samples.line(
            'nova_rbd_multistore.compute.imagebackend',
            'Image backend of nova-rbd-multistore in place: images are '
            'copied to store dcn9 with the service credential')

        self.assertEqual('dcn9', process.store([samples.IN_PLACE, later]))
        self.assertIsNone(process.store([samples.ASKED]))

    def test_a_command_is_not_that_of_an_earlier_process(self):
        self.assertEqual(
            '', process.command(_EXEC_START.format('/bin/nova-compute'), 7))
