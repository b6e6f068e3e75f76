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

"""nova.conf and state directories of the computes that ``boot`` starts."""

from __future__ import annotations

import dataclasses
import pathlib

from lab import cloud
from lab import confile
from lab import novaconf
from lab import state


@dataclasses.dataclass(frozen=True)
class Compute:
    """A compute of a site.

    It keeps its image cache from one boot to the next, as a host does.
    """

    name: str
    conf: pathlib.Path


def configure(
    lab: cloud.Lab, site: str, name: str, overrides: confile.Sections,
) -> Compute:
    """Write the nova.conf of a compute and return where it is.

    :param overrides: options that replace those of the lab, by section.
    """
    home = lab.directory.service('computes') / name
    (home / 'instances').mkdir(parents=True, exist_ok=True)
    conf = home / 'nova.conf'
    confile.write(conf, confile.ini(confile.merge(
        _nova_conf(lab.state, lab.sites[site].site, home), overrides)))
    return Compute(name, conf)


def _nova_conf(
    described: state.State, site: state.Site, home: pathlib.Path,
) -> confile.Sections:
    return {
        'DEFAULT': {
            'debug': 'true',
            'log_file': str(home / 'nova-compute.log'),
            'state_path': str(home),
            'instances_path': str(home / 'instances'),
        },
        **novaconf.backend(described, site),
    }
