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

import types

import fixtures
import testtools

from lab import exception
from lab import records


class FakeApi:
    """Answers each path with one thing after another, the last for ever."""

    def __init__(self, answers):
        self._answers = answers

    def get(self, path, params=None):
        left = self._answers[path]
        answer = left.pop(0) if len(left) > 1 else left[0]
        return types.SimpleNamespace(json=lambda: answer)


def actions(*seen):
    return {'instanceActions': [
        {'action': action, 'message': message, 'request_id': 'req'}
        for action, message in seen]}


class RecordsTestCase(testtools.TestCase):

    def records(self, answers):
        api = FakeApi(answers)
        for name in ('nova_for', 'placement_for'):
            self.useFixture(fixtures.MonkeyPatch(
                f'lab.clients.{name}', lambda lab, user: api))
        self.useFixture(fixtures.MonkeyPatch('lab.records._INTERVAL', 0))
        return records.Records(None)

    def test_allocations_are_told_by_host(self):
        found = self.records({
            '/resource_providers': [{'resource_providers': [
                {'uuid': '1', 'name': 'dcn0-0'},
                {'uuid': '2', 'name': 'dcn1-0'}]}],
            '/allocations/s': [{'allocations': {'2': {'resources': {}}}}]})
        self.assertEqual({'dcn1-0'}, found.allocated('s'))

    def test_migrations_are_told_by_status(self):
        found = self.records({'/os-migrations': [{'migrations': [
            {'status': 'error'}, {'status': 'completed'}]}]})
        self.assertEqual(['error', 'completed'], found.migrations('s'))

    def test_failure_is_that_of_the_last_action(self):
        found = self.records({
            '/servers/s/os-instance-actions': [
                actions(('create', 'Error')),
                actions(('migrate', None), ('create', 'Error')),
                actions(('migrate', 'Error'), ('create', 'Error'))],
            '/servers/s/os-instance-actions/req': [{'instanceAction': {
                'events': [
                    {'result': 'Error', 'details': 'not here'},
                    {'result': 'Success', 'details': None}]}}]})
        self.assertEqual(['not here'], found.wait_failure('s', 'migrate'))

    def test_action_that_does_not_fail(self):
        self.useFixture(fixtures.MonkeyPatch('lab.records._TIMEOUT', 0))
        found = self.records({
            '/servers/s/os-instance-actions': [actions(('migrate', None))]})
        error = self.assertRaises(
            exception.ServerFailed, found.wait_failure, 's', 'migrate')
        self.assertEqual('migrate: None', error.last_state)
