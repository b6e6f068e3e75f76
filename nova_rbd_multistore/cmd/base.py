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

"""What all commands have in common."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from typing import Any

from cliff import command
from cliff import lister

if TYPE_CHECKING:
    from nova_rbd_multistore import glance
    from nova_rbd_multistore.cmd import main


class _Ours(command.Command):
    """A command of this program.

    Its modules import what talks to a cloud when it runs: the help of all
    commands imports them all.

    :cvar EXAMPLES: command lines with what they do, for the help.
    """

    EXAMPLES = ''

    app: main.App

    def __init__(self, app: Any, app_args: Any) -> None:
        # Without a parameter cmd_name, cliff looks for no extensions of it.
        super().__init__(app, app_args)

    def get_epilog(self) -> str:
        """Return what stands at the end of the help."""
        return self.EXAMPLES

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the command's own options."""
        parser = super().get_parser(prog_name)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.allow_abbrev = False
        return parser

    def access(self) -> glance.Access:
        """Log in as the options say, and return how to reach Glance.

        :raises NotConfigured: when they do not say where.
        :raises GlanceError: when nobody answers, or the login is refused.
        """
        from nova_rbd_multistore.cmd import cloud

        return cloud.access(self.app.cloud)


class Command(_Ours):
    """A command that prints what it likes."""


class Lister(_Ours, lister.Lister):
    """A command with rows as its result, in any of cliff's formats.

    :ivar code: the exit code once it has run.
    """

    code = 0

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command and return the exit code."""
        return super().run(parsed_args) or self.code
