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

"""Exit codes of ``nova-rbd-multistore``; part of what scripts may rely on."""

from __future__ import annotations

from nova_rbd_multistore import exception

# Everything that was asked for is so.
OK = 0
# An error that has no code of its own: there is no such image, a file cannot
# be written.
FAILED = 1
# argparse uses 2 for a wrong command line; a cloud that is not configured is
# the same kind of mistake.
USAGE = 2
# A check came to its end and found something.
FINDINGS = 3
# A copy failed, or Glance refused it.
NOT_COPIED = 4
# The deadline of --timeout passed first; copies go on in Glance.
TIMED_OUT = 5
# Keystone or Glance cannot be reached, or does not accept the credential.
UNREACHABLE = 6
# SIGINT, as Ctrl-C sends it: the shell's convention of 128 + signal number.
INTERRUPTED = 130
# SIGPIPE: whoever read the output has gone.
BROKEN_PIPE = 141

_BY_ERROR: tuple[tuple[type[Exception], int], ...] = (
    (exception.CopyTimedOut, TIMED_OUT),
    (exception.CopyError, NOT_COPIED),
    (exception.GlanceUnavailable, UNREACHABLE),
    (exception.NotAuthenticated, UNREACHABLE),
    (exception.Usage, USAGE),
)

TABLE = f"""\
exit codes:
  {OK}    everything that was asked for is so
  {FAILED}    an error that has no code of its own
  {USAGE}    a wrong command line, or a cloud that is not configured
  {FINDINGS}    a check found something
  {NOT_COPIED}    a copy failed or was refused
  {TIMED_OUT}    the time of --timeout was over; copies go on in Glance
  {UNREACHABLE}    no answer of Keystone or Glance, or the login is refused
  {INTERRUPTED}  interrupted, as with Ctrl-C
"""


def of(error: BaseException) -> int:
    """Return the code for an error that ends a command."""
    return next((code for kind, code in _BY_ERROR
                 if isinstance(error, kind)), FAILED)
