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

"""Serve a WSGI application with uWSGI, and ask whether it answers."""

from collections.abc import Sequence
import http.client
import pathlib
import sys
import urllib.error
import urllib.request

from lab import launcher
from lab import ports
from lab import waiting

# The wheel without a compiler first, then the program built from source.
PROGRAMS = ('pyuwsgi', 'uwsgi')

# Where this package is, when it is not installed.
_ROOT = pathlib.Path(__file__).parents[1]

_ANSWER_WITHIN = 5.0


def find() -> str | None:
    """Return the uWSGI of this Python environment, None without one."""
    for name in PROGRAMS:
        path = launcher.python_program(name)
        if path.exists():
            return str(path)
    return None


def command(module: str, port: int, threads: int,
            application: str = 'application',
            address: str = ports.ADDRESS) -> Sequence[str]:
    """Return the command that serves ``module``'s ``application``.

    On SIGTERM it finishes the requests it has, then runs the exit handlers,
    in which Glance waits for its running imports. That needs a master: one
    process alone drops both when a request runs at that moment.

    :param application: a name, or a call of what returns the application
    """
    return [
        find() or PROGRAMS[0],
        '--module', f'{module}:{application}',
        '--pythonpath', str(_ROOT),
        '--http-socket', f'{address}:{port}',
        '--virtualenv', sys.prefix,
        '--processes', '1', '--threads', str(threads), '--enable-threads',
        '--lazy-apps', '--need-app',
        '--master', '--no-orphans',
        '--die-on-term', '--hook-master-start',
        'unix_signal:15 gracefully_kill_them_all',
        # Whoever stops it decides how long is too long.
        '--worker-reload-mercy', '3600',
        '--buffer-size', '65535', '--listen', '100',
        # Uploads come chunked.
        '--http-chunked-input', '--http-raw-body',
        '--chunked-input-limit', str(16 << 20),
        # uWSGI closes after each answer; a client that does not know would
        # send its next request into the closed connection.
        '--add-header', 'Connection: close',
        '--disable-logging',
    ]


def look(url: str) -> waiting.Look:
    """Tell whether ``url`` answers with a status of success."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_WITHIN) as answer:
            return waiting.Look(True, f'HTTP {answer.status}')
    except urllib.error.HTTPError as exc:
        return waiting.Look(False, f'HTTP {exc.code}')
    except (OSError, http.client.HTTPException) as exc:
        return waiting.Look(False, f'no answer on {url}: {exc}')
