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

"""What can go wrong with the lab; one class per decision of a caller."""

from collections.abc import Sequence
import pathlib

from lab import exitcodes


class LabError(Exception):
    """Base of all errors of the lab.

    ``exit_code`` is what ``python -m lab`` ends with.
    """

    exit_code = exitcodes.FAILED


class InvalidSettings(LabError):
    """The settings of a lab contradict themselves or break a limit."""

    exit_code = exitcodes.USAGE


class UnknownName(LabError):
    """A daemon, site, worker or user of that name is not in the lab."""

    exit_code = exitcodes.USAGE

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        super().__init__(
            f'the lab has no {kind} {name!r}; it has: {", ".join(known)}')


class PackagesMissing(LabError):
    """Programs or bindings from Debian or Ubuntu packages are missing."""

    exit_code = exitcodes.MISSING

    def __init__(self, missing: Sequence[str],
                 packages: Sequence[str]) -> None:
        self.missing = tuple(missing)
        self.packages = tuple(packages)
        super().__init__(
            f'not found: {", ".join(missing)}; install with: '
            f'apt-get install --no-install-recommends {" ".join(packages)}')


class NoKernel(LabError):
    """The lists of packages name no kernel for the lab's guests."""

    exit_code = exitcodes.MISSING

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f'{package} depends on no kernel in the lists of packages; run '
            f'"apt-get update", on Debian')


class RequirementsMissing(LabError):
    """The Python environment that runs the lab is not complete."""

    exit_code = exitcodes.MISSING

    def __init__(self, missing: Sequence[str], remedy: str) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f'this Python environment lacks: {", ".join(missing)}; {remedy}')


class PortBusy(LabError):
    """A port that a daemon of the lab needs is in use.

    ``holder`` is None when /proc does not tell who has the port.
    """

    exit_code = exitcodes.PORT_BUSY

    def __init__(self, address: str, port: int, wanted_by: str,
                 holder: str | None) -> None:
        self.address = address
        self.port = port
        self.wanted_by = wanted_by
        self.holder = holder
        super().__init__(
            f'port {port} on {address}, needed by {wanted_by}, is in use by '
            f'{holder or "an unknown process"}; end it or choose another '
            f'--port-base')


class SettingsDiffer(LabError):
    """The lab in the state directory was built with other settings."""

    exit_code = exitcodes.SETTINGS_DIFFER

    def __init__(self, path: pathlib.Path,
                 differences: Sequence[str]) -> None:
        self.path = path
        self.differences = tuple(differences)
        super().__init__(
            f'the lab in {path} was built otherwise '
            f'({"; ".join(differences)}); run "python -m lab down" first or '
            f'use another --state')


class NotReady(LabError):
    """A daemon died or was not ready at its deadline."""

    exit_code = exitcodes.NOT_READY

    def __init__(self, name: str, seconds: float, last_state: str,
                 log: pathlib.Path, tail: str) -> None:
        self.name = name
        self.seconds = seconds
        self.last_state = last_state
        self.log = log
        super().__init__(
            f'{name} is not ready after {seconds:.1f} s, last seen: '
            f'{last_state}\nthe end of {log}:\n{tail.rstrip()}')


class NoNames(LabError):
    """Something is asked for that needs a lab with names."""

    exit_code = exitcodes.USAGE

    def __init__(self) -> None:
        super().__init__(
            'the workers of this lab have no names; build it with '
            '"python -m lab up --names"')


class NoTls(LabError):
    """Something is asked for that needs a lab with TLS."""

    exit_code = exitcodes.USAGE

    def __init__(self) -> None:
        super().__init__(
            'the workers of this lab have no TLS; build it with '
            '"python -m lab up --tls"')


class NotRunning(LabError):
    """Something is asked of a daemon that does not run."""

    def __init__(self, daemon: str) -> None:
        self.daemon = daemon
        super().__init__(
            f'{daemon} does not run; start it first: '
            f'python -m lab start {daemon}')


class HostDown(NotRunning):
    """A daemon is asked for whose compute host does not run."""


class CommandFailed(LabError):
    """A command that the lab ran ended with an error or took too long.

    ``returncode`` is None when the command was ended at its deadline.
    """

    def __init__(self, command: str, returncode: int | None,
                 seconds: float, output: str) -> None:
        self.command = command
        self.returncode = returncode
        self.output = output
        ended = ('did not end' if returncode is None
                 else f'ended with code {returncode}')
        super().__init__(
            f'{command} {ended} after {seconds:.1f} s:\n{output.rstrip()}')


class OrderRefused(LabError):
    """A running daemon did not accept an order."""

    def __init__(self, name: str, order: str, answer: str) -> None:
        self.name = name
        self.order = order
        self.answer = answer
        super().__init__(f'{name} did not accept "{order}": {answer}')


class ServerFailed(LabError):
    """A server did not come to the state that was waited for.

    ``fault`` is what Nova tells the tenant, None when it has not failed.
    """

    def __init__(self, server: str, wanted: str, seconds: float,
                 last_state: str, fault: str | None) -> None:
        self.server = server
        self.last_state = last_state
        self.fault = fault
        super().__init__(
            f'server {server} is not {wanted} after {seconds:.1f} s, last '
            f'seen: {last_state}' + (f': {fault}' if fault else ''))


class NotInTime(LabError):
    """Something in the cloud did not come to the state waited for."""

    exit_code = exitcodes.NOT_READY

    def __init__(self, what: str, seconds: float, last_state: str) -> None:
        self.what = what
        self.seconds = seconds
        self.last_state = last_state
        super().__init__(
            f'{what} after {seconds:.1f} s, last seen: {last_state}')


class Cancelled(LabError):
    """The work was given up because another part of it failed."""


class Interrupted(LabError):
    """SIGINT or SIGTERM arrived."""

    def __init__(self, name: str, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(f'interrupted by {name}')


class NoLab(LabError):
    """There is no lab, or none that was completed, in that directory."""

    exit_code = exitcodes.NO_LAB

    def __init__(self, path: pathlib.Path, what: str) -> None:
        self.path = path
        super().__init__(f'{what} in {path}; run "python -m lab up" first')


class NotALab(LabError):
    """The directory is not empty and lacks the lab's marker file."""

    exit_code = exitcodes.NOT_A_LAB

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        super().__init__(
            f'{path} has files but was not made by the lab, so it is left '
            f'alone; choose another --state')


class Locked(LabError):
    """Another process is building or removing the lab right now."""

    exit_code = exitcodes.LOCKED

    def __init__(self, path: pathlib.Path, holder: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(
            f'{holder} is at work on the lab in {path}; wait for it or '
            f'interrupt it')


class StateUnreadable(LabError):
    """The description of the lab is damaged or of another version."""

    def __init__(self, path: pathlib.Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f'{path} cannot be used: {reason}; run "python -m lab down" and '
            f'"python -m lab up"')


class LeftBehind(LabError):
    """Processes of the lab survived SIGKILL, so its files were kept."""

    def __init__(self, path: pathlib.Path, names: Sequence[str]) -> None:
        self.path = path
        self.names = tuple(names)
        super().__init__(
            f'these did not end: {", ".join(names)}; {path} was kept, run '
            f'"python -m lab down" again')
