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

"""Bring a lab up and take it down, whatever an earlier attempt left."""

import dataclasses

from lab import building
from lab import cloud
from lab import directory
from lab import exception
from lab import ports
from lab import progress
from lab import settings
from lab import teardown


@dataclasses.dataclass(frozen=True)
class Request:
    """What the caller of ``up`` wants."""

    settings: settings.LabSettings
    # Whether a failed ``up`` leaves its daemons running, for a look at them.
    keep_failed: bool = False


def up(request: Request, where: directory.StateDirectory,
       report: progress.Progress) -> cloud.Lab:
    """Have a complete lab run in the state directory; return it.

    :raises exception.LabError: of many kinds; then what this call started
        is stopped again, and after an interruption a new state directory is
        removed as well
    """
    where.create()
    with where.locked():
        lab = _existing(request.settings, where, report)
        if lab is not None:
            _repair(lab, request, report)
            return lab
        return _build(request, where, report)


def down(where: directory.StateDirectory,
         report: progress.Progress) -> list[str] | None:
    """Stop everything and remove the state directory.

    Return the names of what was stopped, None when there was no lab.

    :raises exception.LeftBehind: when a process survives SIGKILL
    :raises exception.NotALab: when the directory is not ours
    """
    ending = teardown.Teardown(where, report)
    if not where.is_lab():
        # Somebody may have removed the directory under a running lab.
        stopped = ending.stop_all()
        if not stopped and where.is_foreign():
            raise exception.NotALab(where.path)
        return stopped or None
    with where.locked():
        stopped = ending.stop_all()
        where.remove()
    return stopped


def _existing(asked: settings.LabSettings, where: directory.StateDirectory,
              report: progress.Progress) -> cloud.Lab | None:
    try:
        lab = cloud.Lab.load(where.path)
    except exception.NoLab:
        if teardown.Teardown(where, report).stop_all():
            report.say('an earlier "up" did not come to its end; what it '
                       'left was stopped')
        where.clear()
        where.create()
        return None
    differences = lab.state.settings.differences(asked)
    if differences:
        raise exception.SettingsDiffer(where.path, differences)
    return lab


def _build(request: Request, where: directory.StateDirectory,
           report: progress.Progress) -> cloud.Lab:
    if ports.overlaps_local_range(request.settings.port_base):
        report.say(f'warning: ports from {request.settings.port_base} on are '
                   f'also given to outgoing connections, so one may be taken '
                   f'now and then; a --port-base below 32000 is safer')
    try:
        return building.build(request.settings, where, report)
    except exception.Interrupted:
        teardown.Teardown(where, report).stop_all()
        where.remove()
        raise
    except BaseException:
        if not request.keep_failed:
            teardown.Teardown(where, report).stop_all()
        # The logs stay: the error names them.
        if not where.has_logs():
            where.remove()
        raise


def _repair(lab: cloud.Lab, request: Request,
            report: progress.Progress) -> None:
    dead = [one for one in lab.daemons.values() if not one.is_alive()]
    if not dead:
        report.say(f'the lab in {lab.directory.path} is up, all '
                   f'{len(lab.daemons)} daemons run')
        return
    try:
        building.repair(lab, dead, report)
    except BaseException:
        if not request.keep_failed:
            teardown.Teardown(lab.directory, report).stop_recorded(
                [one.name for one in dead])
        raise
