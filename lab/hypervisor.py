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


"""Talk to a compute's libvirt from outside its host."""

from collections.abc import Iterator
import contextlib
import dataclasses
from typing import Any
from xml.sax import saxutils

from lab import waiting

_SECRET = """\
<secret ephemeral='no' private='yes'>
  <uuid>{uuid}</uuid>
  <usage type='ceph'>
    <name>{name}</name>
  </usage>
</secret>
"""


@dataclasses.dataclass(frozen=True)
class Secret:
    """A cephx key as libvirt keeps one."""

    uuid: str
    name: str
    value: bytes = dataclasses.field(repr=False)


def look(uri: str) -> waiting.Look:
    """Tell whether a libvirt can run guests."""
    import libvirt

    try:
        with _connection(uri) as connection:
            return waiting.Look(True, f'guests: {connection.numOfDomains()}')
    except libvirt.libvirtError as exc:
        return waiting.Look(False, f'no answer: {exc}')


def domains(uri: str) -> set[str]:
    """Return the UUIDs of all domains, which are those of the servers."""
    with _connection(uri) as connection:
        return {str(domain.UUIDString())
                for domain in connection.listAllDomains()}


def define_secret(uri: str, secret: Secret) -> None:
    """Give libvirt a key, or a new value for one that it has."""
    with _connection(uri) as connection:
        connection.secretDefineXML(_SECRET.format(
            uuid=secret.uuid, name=saxutils.escape(secret.name))
        ).setValue(secret.value)


@contextlib.contextmanager
def _connection(uri: str) -> Iterator[Any]:
    # NOTE: not at the top, since labs without computes need no bindings.
    import libvirt

    # What goes wrong is in the exceptions; it would print it as well.
    libvirt.registerErrorHandler(lambda *_error: None, None)
    connection = libvirt.open(uri)
    try:
        yield connection
    finally:
        connection.close()
