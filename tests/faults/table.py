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

"""The documentation's table of faults, made of what a run has measured."""

from __future__ import annotations

from collections.abc import Iterator
import importlib
import inspect
import json
import pathlib
import pkgutil
import re
import sys
from typing import Any

from tests import e2e
from tests import faults
from tests.faults import catalogue

ROOT = pathlib.Path(__file__).parents[2]
DOCUMENT = ROOT / 'doc/source/admin/faults-table.inc'

# Of what means something in reStructuredText.
_MARKUP = re.compile(r'([\\*`|_])')
# Characters; the whole text is in the list of errors.
_LONGEST = 400

_HEAD = """\
.. Made by "python -m tests.faults.table" of the report of a run of the tests.

"""
_TABLE = """\
.. list-table:: {title}
   :header-rows: 1
   :widths: 20 12 33 17 18

   * - Fault
     - The boot ends as, after
     - What the operator sees
     - What the tenant sees
     - What to do
"""


def known() -> dict[str, catalogue.Fault]:
    """Return all faults that have a test, by title."""
    found = {}
    for package in (faults, e2e):
        for module in pkgutil.iter_modules(package.__path__):
            if module.name.startswith('test_'):
                for shown in _marked(importlib.import_module(
                        f'{package.__name__}.{module.name}')):
                    found[shown.title] = shown
    return found


def _marked(module: Any) -> Iterator[catalogue.Fault]:
    for _name, case in inspect.getmembers(module, inspect.isclass):
        for _test, function in inspect.getmembers(case, inspect.isfunction):
            shown = catalogue.fault_of(function)
            if shown is not None:
                yield shown


def render(rows: list[dict[str, Any]]) -> str:
    """Return the tables, one for each group; the last report of each counts.

    :param rows: of a report, see :func:`catalogue.report`.
    """
    latest = {row['title']: row for row in rows}
    tables = []
    for group in catalogue.Group:
        lines = [_row(row) for title, row in sorted(latest.items())
                 if row['group'] == group.name]
        if lines:
            tables.append(_TABLE.format(title=group.value) + ''.join(lines))
    return _HEAD + '\n'.join(tables)


def _row(row: dict[str, Any]) -> str:
    since = catalogue.Since[row['since']].value
    cells = (row['title'],
             f'{row["outcome"]}, {row["seconds"]:.1f} s {since}',
             _shorten(row['operator'][-1]) if row['operator'] else '',
             row['tenant'])
    # What to do is written for the documentation, markup included.
    lines = [*map(_escape, cells), row['remedy'] or 'Nothing.']
    return ''.join(f'   {"* -" if not index else "  -"} {line or "—"}\n'
                   for index, line in enumerate(lines))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + '…'


def _escape(text: str) -> str:
    return _MARKUP.sub(r'\\\1', text)


def main(report: str) -> None:
    """Write the table of a report into the documentation.

    Ends with the faults that the run has not shown, if there are any. What
    has no test any more is left out.
    """
    rows = [json.loads(line)
            for line in pathlib.Path(report).read_text().splitlines()]
    titles = known().keys()
    missing = titles - {row['title'] for row in rows}
    if missing:
        sys.exit('not in this report: ' + '; '.join(sorted(missing)))
    DOCUMENT.write_text(render(
        [row for row in rows if row['title'] in titles]))


if __name__ == '__main__':
    main(sys.argv[1])
