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

"""Write the files that daemons read, safely for secrets."""

from collections.abc import Mapping
import configparser
import os
import pathlib

Sections = Mapping[str, Mapping[str, str]]


def write(path: pathlib.Path, text: str) -> None:
    """Replace a file in one step; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f'.{path.name}.{os.getpid()}')
    # Mode at creation: no moment in which others could read a password.
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, 'w') as target:
        target.write(text)
    draft.replace(path)


def ini(sections: Sections) -> str:
    """Render sections of options as oslo.config and Ceph read them."""
    lines = []
    for section, options in sections.items():
        lines.append(f'[{section}]')
        lines.extend(f'{name} = {value}' for name, value in options.items())
        lines.append('')
    return '\n'.join(lines)


def read_ini(path: pathlib.Path) -> Sections:
    """Return the sections of a file as :func:`ini` renders them."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=('=',))
    parser.read_string(path.read_text())
    return {name: dict(parser[name]) for name in parser.sections()}


def merge(sections: Sections, overrides: Sections) -> Sections:
    """Return ``sections`` with the options of ``overrides`` put over."""
    merged = {name: dict(options) for name, options in sections.items()}
    for name, options in overrides.items():
        merged.setdefault(name, {}).update(options)
    return merged


def tail(path: pathlib.Path, lines: int = 20) -> str:
    """Return the last lines of a log, each indented; never fails."""
    try:
        with path.open('rb') as source:
            source.seek(0, os.SEEK_END)
            source.seek(max(0, source.tell() - 400 * lines))
            text = source.read().decode(errors='replace')
    except OSError as exc:
        return f'  ({exc.strerror})\n'
    return last_lines(text, lines)


def last_lines(text: str, lines: int) -> str:
    """Return the last lines of a text, each indented and ended."""
    return ''.join(f'  {line}\n' for line in text.splitlines()[-lines:])
