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

"""What a run has made."""

from __future__ import annotations

from devstack.tools.verification import ledger
from tests import base


class LedgerTestCase(base.TestCase):

    def setUp(self) -> None:
        super().setUp()
        self.ledger = ledger.Ledger()
        self.removed: list[str] = []

    def add(self, *things: str) -> None:
        for thing in things:
            self.ledger.add(
                thing, lambda thing=thing: self.removed.append(thing))

    def test_the_newest_goes_first_and_only_once(self):
        self.add('image', 'server')

        self.assertEqual([], self.ledger.sweep(lambda _text: None))
        self.assertEqual([], self.ledger.sweep(lambda _text: None))

        self.assertEqual(['server', 'image'], self.removed)
        self.assertEqual([], self.ledger.things)

    def test_one_that_goes_before_the_end(self):
        self.add('image', 'server', 'another')

        self.ledger.remove('server')

        self.assertEqual((['server'], ['image', 'another'], 3), (
            self.removed, self.ledger.things, self.ledger.made))

    def test_one_that_does_not_go_before_the_end_stays_registered(self):
        def broken() -> None:
            raise OSError('in use')

        self.ledger.add('server', broken)

        self.assertRaises(OSError, self.ledger.remove, 'server')
        self.assertEqual(['server'], self.ledger.things)

    def test_one_that_stays_does_not_keep_the_others(self):
        def broken() -> None:
            raise OSError('in use')

        self.add('image')
        self.ledger.add('server', broken)
        said: list[str] = []

        left = self.ledger.sweep(said.append)

        self.assertEqual(['server (in use)'], left)
        self.assertEqual(['image'], self.removed)
        self.assertEqual(['removing server', 'removing image'], said)

    def test_what_was_interrupted_is_removed_again(self):
        def interrupted() -> None:
            if not self.removed:
                self.removed.append('once')
                raise KeyboardInterrupt

        self.add('image')
        self.ledger.add('server', interrupted)

        self.assertRaises(KeyboardInterrupt, self.ledger.sweep,
                          lambda _text: None)
        self.assertEqual(['image', 'server'], self.ledger.things)
        self.ledger.sweep(lambda _text: None)

        self.assertEqual(['once', 'image'], self.removed)
