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

"""A line of a service's log, as DevStack has it in the journal."""

from __future__ import annotations

import dataclasses
import re

_COLOUR = re.compile(r'\x1b\[[0-9;]*m')
_OSLO = re.compile(
    r'(?P<level>[A-Z]+) (?P<logger>[\w.]+) \[(?P<context>[^\]]*)\]'
    r' ?(?P<message>.*)', re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Line:
    """One line.

    :ivar message: all of it where it is not of oslo.log's form.
    :ivar logger: name of the module, '' as above.
    :ivar context: ids of requests, project and user, '' as above.
    :ivar level: for example ``ERROR``, '' as above.
    """

    message: str
    logger: str = ''
    context: str = ''
    level: str = ''

    def is_from(self, package: str) -> bool:
        """Tell whether a package or one of its modules has written it."""
        return self.logger == package or self.logger.startswith(f'{package}.')


def parse(text: str) -> Line:
    """Return a line without its colours."""
    plain = _COLOUR.sub('', text)
    found = _OSLO.match(plain)
    if found is None:
        return Line(plain)
    return Line(found['message'], found['logger'], found['context'],
                found['level'])
