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

"""Labs as they would be, for tests of what is pure."""

import dataclasses
import pathlib

from lab import directory
from lab import plan
from lab import settings
from lab import state


def described(path: pathlib.Path, *sites: str) -> state.State:
    """Return the complete description of a lab of which nothing exists."""
    where = directory.StateDirectory(path)
    asked = settings.LabSettings(sites=sites or settings.DEFAULT_SITES)
    lab = plan.new(asked, where)
    return dataclasses.replace(lab, ready=True, daemons=tuple(
        state.Daemon(name, where.log(name), (21000 + number,))
        for number, name in enumerate(('mariadb', 'glance-api-1'))))


def cloud(path: pathlib.Path, **computes: int) -> state.State:
    """Return the description of a lab of the profile ``cloud``."""
    where = directory.StateDirectory(path)
    return plan.new(settings.LabSettings(
        profile=settings.CLOUD, computes=computes), where)


def named(path: pathlib.Path, publish: str = settings.ALL, *,
          tls: bool = False) -> state.State:
    """Return the description of a lab whose workers have names."""
    where = directory.StateDirectory(path)
    lab = plan.new(settings.LabSettings(names=publish, tls=tls), where)
    return dataclasses.replace(lab, ready=True, daemons=tuple(
        state.Daemon(name, where.log(name), ())
        for name in ('dnsmasq', 'glance-api-1', 'glance-api-2',
                     'glance-api-3')))
