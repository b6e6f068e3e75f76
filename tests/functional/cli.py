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

"""Base of the tests that run the program on the cloud of the lab."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from lab import cloud
from lab import clouds
from lab import names
from tests import ended
from tests import labtest
from tests import signals

TIMEOUT = 120
_PROGRAM = (sys.executable, '-m', 'nova_rbd_multistore.cmd.main')


def start(
    lab: cloud.Lab, *argv: str, user: str = 'admin', inside: bool = False,
) -> subprocess.Popen[str]:
    """Run the program as a user of the lab.

    :param inside: where the names of workers are known.
    """
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith('OS_')}
    command = [*_PROGRAM, *argv]
    return subprocess.Popen(
        names.command(lab.state, command, os.getcwd()) if inside
        else command, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=signals.heed_interrupts,
        env=environment | clouds.environment(
            lab.directory, lab.state, user))


def run(
    lab: cloud.Lab, *argv: str, user: str = 'admin', inside: bool = False,
) -> ended.Done:
    """Run the program as a user of the lab, to its end."""
    with start(lab, *argv, user=user, inside=inside) as process:
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    return ended.Done(process.returncode, out, err)


class CliTestCase(labtest.LabTestCase):

    def run_cli(self, *argv: str, user: str = 'admin') -> ended.Done:
        """Run the program to its end."""
        return run(self.lab, *argv, user=user)

    def start_cli(
        self, *argv: str, user: str = 'admin',
    ) -> subprocess.Popen[str]:
        """Run the program; it ends with the test."""
        process = start(self.lab, *argv, user=user)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def show(self, image: str, *options: str, user: str = 'admin') -> Any:
        """Return what ``image show -f json`` prints, stores by name."""
        done = self.run_cli(
            'image', 'show', image, '-f', 'json', *options, user=user)
        self.assertEqual((0, ''), (done.code, done.err))
        shown = done.json
        shown['stores'] = {one['store']: one for one in shown['stores']}
        return shown

    def copy(self, *argv: str, user: str = 'admin') -> tuple[
            ended.Done, dict[tuple[str, str], str]]:
        """Run ``image copy``; return also the results."""
        done = self.run_cli('image', 'copy', *argv, '-f', 'json', user=user)
        return done, {(row['image'], row['store']): row['result']
                      for row in done.json}
