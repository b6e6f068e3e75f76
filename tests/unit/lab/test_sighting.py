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

import dataclasses

import testtools

from lab import servers
from lab import sighting

_PARENT = 'images/6d2f7b0e@snap'


def seen(status='BUILD', task=None, host=None, fault=None, **more):
    return sighting.Sighting(
        servers.Server('id', 's', status, 'dcn0', host, fault, task),
        asked=10.0, **more)


class SightingTestCase(testtools.TestCase):

    def _changes(self, before, after):
        return list(sighting.changes(before, after))

    def test_first_sight(self):
        self.assertEqual(['requested', 'BUILD, scheduling'],
                         self._changes(None, seen(task='scheduling')))

    def test_nothing_new(self):
        self.assertEqual([], self._changes(
            seen(task='spawning', host='dcn0-0'),
            seen(task='spawning', host='dcn0-0')))

    def test_host(self):
        self.assertEqual(['on compute dcn0-0'],
                         self._changes(seen(), seen(host='dcn0-0')))
        self.assertEqual(['on compute dcn0-1'], self._changes(
            seen(host='dcn0-0'), seen(host='dcn0-1')))

    def test_disk(self):
        self.assertEqual(
            [f'its disk is a clone of {_PARENT}'],
            self._changes(seen(), seen(disk=sighting.Disk(_PARENT))))
        self.assertEqual(
            ['its disk is FLAT'],
            self._changes(seen(), seen(disk=sighting.Disk(None))))

    def test_disk_that_goes(self):
        self.assertEqual(['its disk is gone'], self._changes(
            seen(disk=sighting.Disk(_PARENT)), seen()))

    def test_active_and_marker_with_seconds(self):
        active = seen('ACTIVE', active=14.04)
        self.assertEqual(['ACTIVE, 4.0 s after the request'],
                         self._changes(seen(task='spawning'), active))
        self.assertEqual(
            ['the guest printed its marker, 10.5 s after the request'],
            self._changes(active, dataclasses.replace(active, marker=20.5)))

    def test_fault(self):
        self.assertEqual(
            ['ERROR', 'fault: no copy'],
            self._changes(seen(), seen('ERROR', fault='no copy')))

    def test_ended(self):
        self.assertTrue(seen('ERROR').ended)
        self.assertTrue(seen('ACTIVE', active=14.0, marker=20.0).ended)
        self.assertFalse(seen('ACTIVE', active=14.0).ended)
        self.assertFalse(seen(task='spawning').ended)
