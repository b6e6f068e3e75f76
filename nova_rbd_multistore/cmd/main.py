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

"""The command ``nova-rbd-multistore``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
import importlib.metadata
import logging
import os
import sys
from typing import IO
from typing import TextIO

from cliff import app
from cliff import command
from cliff import commandmanager

from nova_rbd_multistore.cmd import cloudoptions
from nova_rbd_multistore.cmd import exitcodes
from nova_rbd_multistore.cmd import screen

_PROGRAM = 'nova-rbd-multistore'

# Here and not in entry points: they are read without looking through all that
# is installed, and each module is imported when its command runs.
COMMANDS = {
    'check import': 'nova_rbd_multistore.cmd.check_import:Import',
    'image copy': 'nova_rbd_multistore.cmd.image_copy:Copy',
    'image show': 'nova_rbd_multistore.cmd.image_show:Show',
    'worker-config': 'nova_rbd_multistore.cmd.worker_config:WorkerConfig',
}

_DESCRIPTION = """\
Look at images in the stores of a cloud with several Ceph clusters, and bring
them there.
"""

_EPILOG = f"""\
{cloudoptions.HELP}
{exitcodes.TABLE}
examples:
  {_PROGRAM} --os-cloud prod image show ubuntu-24.04
  {_PROGRAM} --os-cloud prod image copy ubuntu-24.04 --store dcn0 --wait
  {_PROGRAM} worker-config --domain glance.openstack.svc.cluster.local
  {_PROGRAM} help image copy
"""

_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
# Whose warnings are for operators. That keystoneauth tries something else is
# none, and what the copier warns of is told as progress.
_LOGGERS = (_PROGRAM, 'openstack')
_PLAIN = '%(message)s'
_DETAILED = '%(asctime)s %(levelname)s %(name)s %(message)s'


class App(app.App):
    """The application; it has one command to run.

    :ivar cloud: options that tell which cloud to talk to, and as whom.
    :ivar screen: for what is no result.
    """

    NAME = _PROGRAM
    LOG = logging.getLogger(_PROGRAM)

    def __init__(
        self, stdout: TextIO | None = None, stderr: TextIO | None = None,
    ) -> None:
        super().__init__(
            _DESCRIPTION, _version(), _commands(), stdout=stdout,
            stderr=stderr, deferred_help=True)
        self.cloud: Sequence[str] = ()
        self.screen = screen.Screen(self.stderr)
        self._error: BaseException | None = None

    def build_option_parser(
        self, description: str | None, version: str | None,
        argparse_kwargs: dict[str, object] | None = None,
    ) -> argparse.ArgumentParser:
        """Return the parser of the options that all commands have."""
        parser = super().build_option_parser(description, version, {
            'prog': _PROGRAM, 'epilog': _EPILOG, 'allow_abbrev': False,
            'formatter_class': argparse.RawDescriptionHelpFormatter,
            'conflict_handler': 'resolve'})
        parser.add_argument(
            '--version', action='version', version=f'{_PROGRAM} {version}')
        parser.add_argument(
            '--debug', action='store_true',
            help='Show what is asked of the cloud, and tracebacks.')
        return parser

    def configure_logging(self) -> None:
        """Send logs to where they are wanted; :meth:`run` takes that back."""
        level = _LEVELS[min(self.options.verbose_level, len(_LEVELS) - 1)]
        if self.options.debug:
            level = logging.DEBUG
        plain = level >= logging.WARNING
        self._log_to(
            screen.Handler(self.screen, _LOGGERS if plain else None),
            level, _PLAIN if plain else _DETAILED)
        if self.options.log_file:
            self._log_to(logging.FileHandler(self.options.log_file),
                         min(level, logging.INFO), _DETAILED)

    def _log_to(
        self, handler: logging.Handler, level: int, layout: str,
    ) -> None:
        handler.setLevel(level)
        handler.setFormatter(logging.Formatter(layout))
        root = logging.getLogger()
        root.setLevel(min(level, root.level or level))
        root.addHandler(handler)
        self._handlers.append(handler)

    def initialize_app(self, argv: list[str]) -> None:
        """Refuse what is no command, before anything is done."""
        if self.options.deferred_help:
            return
        if not argv:
            self.parser.error('which command? See --help')
        try:
            self.command_manager.find_command(argv)
        except ValueError:
            known = ', '.join(sorted(COMMANDS))
            self.parser.error(
                f'there is no command {" ".join(argv)!r}, but {known}')

    def clean_up(
        self, cmd: command.Command, result: int, err: BaseException | None,
    ) -> None:
        """Keep what ended the command."""
        self._error = err

    def run_subcommand(self, argv: list[str]) -> int:
        """Run a command and return the exit code."""
        code = super().run_subcommand(argv)
        return code if self._error is None else exitcodes.of(self._error)

    def run(self, argv: list[str]) -> int:
        """Run the program and return the exit code."""
        self._handlers: list[logging.Handler] = []
        root = logging.getLogger()
        level = root.level
        self.cloud, others = cloudoptions.split(argv)
        try:
            return super().run(others)
        finally:
            self.screen.close()
            for handler in self._handlers:
                root.removeHandler(handler)
                handler.close()
            root.setLevel(level)


def _commands() -> commandmanager.CommandManager:
    commands = commandmanager.CommandManager(None)
    for name, value in COMMANDS.items():
        commands.commands[name] = importlib.metadata.EntryPoint(
            name, value, group=_PROGRAM)
    return commands


def _version() -> str:
    try:
        return importlib.metadata.version('nova-rbd-multistore')
    except importlib.metadata.PackageNotFoundError:
        return '(not installed)'


def _discard(stream: IO[str]) -> None:
    """Let nobody write to a pipe that nobody reads, at the end of Python."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def main(argv: list[str] | None = None) -> int:
    """Run the program; what the console script calls.

    :param argv: None for those of the process.
    """
    try:
        code = App().run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except BrokenPipeError:
        code = exitcodes.BROKEN_PIPE
    except KeyboardInterrupt:
        code = exitcodes.INTERRUPTED
    if code == exitcodes.BROKEN_PIPE:
        _discard(sys.stdout)
    return code


if __name__ == '__main__':
    sys.exit(main())
