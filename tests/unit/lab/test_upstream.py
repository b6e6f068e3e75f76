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

import contextlib
import types

import fixtures
import testtools

from lab import exception
from lab import narrator
from lab import settings
from lab import upstream

_OURS = 'nova-compute-rbd-multistore'


class FakeNovaCompute:

    def __init__(self, name, log):
        self.program = _OURS
        self.running = _OURS
        self.fails = False
        self._name = name
        self._log = log

    def kill(self):
        self.running = None

    def launch(self):
        self.running = self.program
        self._log.append(f'{self._name} runs {self.program}')

    def wait_ready(self):
        if self.fails:
            raise exception.Interrupted('SIGINT', 130)


class FakeNova:
    """Takes a compute for up when it has been asked before."""

    def __init__(self, names):
        self._names = names
        self.asked = 0

    def get(self, url, params):
        assert url == '/os-services'
        self.asked += 1
        state = 'up' if self.asked % 2 == 0 else 'down'
        services = [{'host': name, 'state': state} for name in self._names]
        return types.SimpleNamespace(json=lambda: {'services': services})


class RunningTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.log = []
        self.nodes = [types.SimpleNamespace(
            name=name, nova_compute=FakeNovaCompute(name, self.log))
            for name in ('dcn1-0', 'dcn1-1')]
        self.nova = FakeNova(['dcn1-0', 'dcn1-1'])
        self.useFixture(fixtures.MonkeyPatch(
            'lab.clients.nova_for', lambda lab, user: self.nova))
        self.useFixture(fixtures.MonkeyPatch('lab.upstream._INTERVAL', 0))
        self.story = narrator.Narrator(lambda line: None)

    def _programs(self):
        return {node.nova_compute.running for node in self.nodes}

    def test_upstream_runs_within_the_block_only(self):
        with upstream.running(None, self.nodes, self.story):
            self.assertEqual({'nova-compute'}, self._programs())
            self.assertEqual(2, self.nova.asked)
        self.assertEqual({_OURS}, self._programs())

    def test_ours_comes_back_after_an_error(self):
        def fail():
            with upstream.running(None, self.nodes, self.story):
                raise ValueError
        self.assertRaises(ValueError, fail)
        self.assertEqual({_OURS}, self._programs())

    def test_ours_comes_back_when_the_change_is_interrupted(self):
        def change():
            self.nodes[0].nova_compute.fails = True
            with upstream.running(None, self.nodes, self.story):
                self.fail('not reached')
        # It is interrupted in the cleaning up as well, which the one signal
        # of reality is not.
        self.assertRaises(exception.Interrupted, change)
        self.assertEqual({_OURS}, self._programs())


class ServedTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.open = []
        self.lab = types.SimpleNamespace(glances={
            name: types.SimpleNamespace(configured=self._configured(name))
            for name in ('glance-api-1', 'glance-api-dcn0')})
        self.lines = []
        self.story = narrator.Narrator(self.lines.append)

    def _configured(self, name):
        @contextlib.contextmanager
        def configured(asked):
            self.assertEqual(settings.OPEN, asked)
            self.open.append(name)
            try:
                yield
            finally:
                self.open.remove(name)
        return configured

    def test_glance_is_open_within_the_block_only_and_that_is_said(self):
        with upstream.served(self.lab, self.story):
            self.assertEqual(['glance-api-1', 'glance-api-dcn0'], self.open)
            self.assertIn('tenants may copy images', self.lines[1])
        self.assertEqual([], self.open)

    def test_glance_is_closed_after_an_error(self):
        def fail():
            with upstream.served(self.lab, self.story):
                raise ValueError
        self.assertRaises(ValueError, fail)
        self.assertEqual([], self.open)
