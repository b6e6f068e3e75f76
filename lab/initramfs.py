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


"""The initial RAM file system of the guest, as the kernel reads one."""

from collections.abc import Iterable
import dataclasses
import gzip
import stat

_TRAILER = 'TRAILER!!!'


@dataclasses.dataclass(frozen=True)
class Entry:
    """A file or a directory of the archive.

    ``mode`` is what stat(2) calls st_mode. ``device`` is major and minor
    number of a device node.
    """

    path: str
    mode: int
    data: bytes = b''
    device: tuple[int, int] = (0, 0)


def directory(path: str) -> Entry:
    """Return an empty directory."""
    return Entry(path, stat.S_IFDIR | 0o755)


def program(path: str, data: bytes) -> Entry:
    """Return an executable file."""
    return Entry(path, stat.S_IFREG | 0o755, data)


def console() -> Entry:
    """Return the device that the kernel opens for its first process."""
    return Entry('dev/console', stat.S_IFCHR | 0o600, device=(5, 1))


def pack(entries: Iterable[Entry]) -> bytes:
    """Return a compressed archive in the format "newc" of cpio.

    The same entries give the same bytes.
    """
    members = [*entries, Entry(_TRAILER, 0)]
    archive = b''.join(_member(number, entry)
                       for number, entry in enumerate(members, start=1))
    return gzip.compress(archive, mtime=0)


def _member(number: int, entry: Entry) -> bytes:
    name = entry.path.encode() + b'\0'
    # Magic, then 13 numbers of eight hexadecimal digits: inode, mode, user,
    # group, links, time, size, device of the file (2), device that it is
    # (2), length of the name, checksum.
    fields = (number, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0,
              *entry.device, len(name), 0)
    head = b'070701' + b''.join(b'%08X' % field for field in fields)
    return _padded(head + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + b'\0' * (-len(data) % 4)
