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

"""Link the system's bindings of Ceph and libvirt into this environment.

They come with the distribution's packages and not from PyPI. Links to these
few files leak nothing else of the system's site-packages in.
"""

import json
import pathlib
import subprocess
import sys
import sysconfig

SYSTEM_PYTHON = '/usr/bin/python3'
MODULES = ('rados', 'rbd', 'libvirt', 'libvirtmod', 'libvirtmod_qemu')

_FIND = """
import importlib.util, json, sys
found = {name: importlib.util.find_spec(name) for name in sys.argv[1:]}
print(json.dumps({
    'version': sys.version_info[:2],
    'files': {name: spec and spec.origin for name, spec in found.items()}}))
"""


def main() -> int:
    answer = json.loads(subprocess.run(
        [SYSTEM_PYTHON, '-c', _FIND, *MODULES],
        check=True, capture_output=True, text=True).stdout)
    missing = [name for name, path in answer['files'].items() if not path]
    if missing:
        print(f'{SYSTEM_PYTHON} has no {", ".join(missing)}: run '
              f'tools/prepare, or install the packages that bindep.txt '
              f'names', file=sys.stderr)
        return 1
    if answer['version'] != list(sys.version_info[:2]):
        print(f'{SYSTEM_PYTHON} is Python {answer["version"]}, this '
              f'environment {list(sys.version_info[:2])}: make it with '
              f'{SYSTEM_PYTHON}', file=sys.stderr)
        return 1
    site_packages = pathlib.Path(sysconfig.get_path('platlib'))
    for path in map(pathlib.Path, answer['files'].values()):
        link = site_packages / path.name
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(path)
    return 0


if __name__ == '__main__':
    sys.exit(main())
