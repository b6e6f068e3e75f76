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

"""Exit codes of ``python -m lab``; part of what scripts may rely on."""

OK = 0
# Anything that has no code of its own: a daemon's command failed, a file of
# the lab cannot be read.
FAILED = 1
# argparse uses 2 for a wrong command line; names that the lab does not know
# are the same kind of mistake.
USAGE = 2
# Debian packages or Python requirements are missing.
MISSING = 3
# A port that the lab needs is in use.
PORT_BUSY = 4
# The lab that is there was built with other settings.
SETTINGS_DIFFER = 5
# A daemon did not become ready in time, or died on the way.
NOT_READY = 6
# There is no lab in the state directory, or it is not complete.
NO_LAB = 7
# ``status`` only: the lab is there, but a daemon is dead.
DEGRADED = 8
# Another ``up`` or ``down`` is at work in the same state directory.
LOCKED = 9
# The directory is not one of ours, so nothing in it was touched.
NOT_A_LAB = 10
# SIGINT or SIGTERM: the shell's convention of 128 + signal number.
INTERRUPTED = 130
TERMINATED = 143
