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

"""Run the program in this process, on a fake cloud or on none."""

from __future__ import annotations

import contextlib
import io

import fixtures

from nova_rbd_multistore import fixture
from nova_rbd_multistore.cmd import main
from tests import base
from tests import ended


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(*argv: str, err: io.StringIO | None = None) -> ended.Done:
    """Run the program.

    :param err: None for a pipe.
    """
    out, err = io.StringIO(), err or io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main.App(out, err).run(list(argv))
        except SystemExit as exc:
            code = int(exc.code or 0)
    return ended.Done(code, out.getvalue(), err.getvalue())


class CloudTestCase(base.TestCase):
    """With FakeGlance as the cloud, asked as an administrator."""

    def setUp(self) -> None:
        super().setUp()
        self.fake = self.useFixture(fixture.FakeGlance(
            'central', 'dcn0', 'dcn1'))
        self.log_in(self.fake.admin)
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.timing.Clock.system',
            lambda *_class: self.fake.clock))

    def log_in(self, user: fixture.User) -> None:
        """Ask as somebody else."""
        access = self.fake.access(user)
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.cmd.cloud.access', lambda options: access))
