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

"""Print the releases that the environment "linters" of tox needs.

For tools/update-constraints, in an environment that has all that ansible-lint
and Zuul require. Zuul's part is half a GiB, with a client of each service that
it can work with; its parsers import a fifth of that, which is what they need.
"""

import importlib
from importlib import metadata
import sys

from packaging import requirements


def required(name: str) -> set[str]:
    """Return a distribution and all that it requires, by name."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        dist = metadata.distribution(waiting.pop())
        if dist.name in found:
            continue
        found.add(dist.name)
        for line in dist.requires or ():
            one = requirements.Requirement(line)
            if not one.marker or one.marker.evaluate({'extra': ''}):
                waiting.append(one.name)
    return found


def imported(module: str) -> set[str]:
    """Return the distributions that a module is and imports, by name."""
    owners = {str(dist.locate_file(path)): dist.name
              for dist in metadata.distributions()
              for path in dist.files or ()}
    before = set(sys.modules)
    importlib.import_module(module)
    paths = {getattr(sys.modules[name], '__file__', None)
             for name in set(sys.modules) - before}
    return {owners[path] for path in paths if path in owners}


def main() -> int:
    """Print them, as pip freeze does."""
    names = required('ansible-lint') | imported('zuul.configloader')
    for name in sorted(names, key=str.lower):
        print(f'{name}=={metadata.version(name)}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
