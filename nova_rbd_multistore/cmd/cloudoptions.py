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

"""The options that tell which cloud to talk to, apart from all others.

They are openstacksdk's own, so that they are those of the ``openstack``
command. They are only taken out here, wherever they stand, and read when a
command needs a cloud: which ones there are depends on how one logs in, to find
that out takes time, and a command that needs no cloud works without one.
"""

from __future__ import annotations

from collections.abc import Sequence

HELP = """\
cloud options:
  --os-cloud NAME, --os-region-name NAME, --os-interface NAME,
  --os-cacert FILE, --insecure, and all others of the openstack command,
  wherever they stand. Without them, clouds.yaml and the variables OS_* count.
"""

_PREFIX = '--os-'
_FLAGS = ('--insecure', '--verify')


def split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options of the cloud with their values, and all else."""
    cloud: list[str] = []
    others: list[str] = []
    words = iter(argv)
    for word in words:
        if word == '--':
            others += [word, *words]
        elif word in _FLAGS:
            cloud.append(word)
        elif word.startswith(_PREFIX):
            cloud.append(word)
            if '=' not in word:
                cloud += [value for value in (next(words, None),)
                          if value is not None]
        else:
            others.append(word)
    return cloud, others
