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

"""A command line as a person types it."""

from collections.abc import Sequence
import shlex

_WIDTH = 68


def render(command: Sequence[str], width: int = _WIDTH) -> str:
    """Return a prompt and a command, quoted, in lines that fit.

    :param width: of a line; a longer argument stands alone in one
    """
    lines = ['$']
    for word in map(shlex.quote, command):
        if len(lines[-1]) + len(word) + len(' \\') >= width:
            lines[-1] += ' \\'
            lines.append(' ' * 5)
        lines[-1] += f' {word}'
    return '\n'.join(lines)
