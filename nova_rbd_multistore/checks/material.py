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

"""What is uploaded to try an import: data that are known beforehand."""

from __future__ import annotations

import hashlib
import io
import pathlib
import struct
from typing import IO
from typing import Any
from typing import Protocol

MIB = 1024 * 1024

RAW = 'raw'
QCOW2 = 'qcow2'

# What Glance hashes with by default.
HASH = 'sha512'

_MAGIC = b'QFI\xfb'
_CLUSTER_BITS = 16
_CLUSTER = 1 << _CLUSTER_BITS
# Of an entry in a table that no snapshot shares.
_COPIED = 1 << 63


class Material(Protocol):
    """Data of an image.

    :ivar disk_format: ``raw`` or ``qcow2``.
    :ivar size: bytes of the disk that is in it.
    """

    disk_format: str
    size: int

    def open(self, seed: str) -> IO[bytes]:
        """Return the data from the beginning.

        :param seed: makes them other data than those of another image.
        """

    def digest(self, seed: str, algorithm: str = HASH) -> str | None:
        """Return the hash of the disk in it, None where nobody knows.

        :param algorithm: of hashlib's.
        :raises ValueError: when that has no such one.
        """


class RawData:
    """A raw disk whose every sector is different.

    :param mib: its size.
    """

    disk_format = RAW

    def __init__(self, mib: int) -> None:
        self.size = mib * MIB

    def open(self, seed: str) -> IO[bytes]:
        return io.BufferedReader(_Blocks(seed, self.size), MIB)

    def digest(self, seed: str, algorithm: str = HASH) -> str | None:
        return _digest(self.open(seed), algorithm)


class SmallQcow2:
    """A qcow2 image of a disk of 1 MiB, of which 64 KiB are written.

    https://www.qemu.org/docs/master/interop/qcow2.html
    """

    disk_format = QCOW2
    size = MIB

    def open(self, seed: str) -> IO[bytes]:
        header = struct.pack(
            '>4sIQIIQIIQQIIQ', _MAGIC, 2, 0, 0, _CLUSTER_BITS, self.size, 0,
            1, 1 * _CLUSTER, 2 * _CLUSTER, 1, 0, 0)
        parts = (header,
                 struct.pack('>Q', 4 * _CLUSTER | _COPIED),
                 struct.pack('>Q', 3 * _CLUSTER),
                 struct.pack('>6H', *[1] * 6),
                 struct.pack('>Q', 5 * _CLUSTER | _COPIED),
                 self._written(seed))
        return io.BytesIO(b''.join(
            part.ljust(_CLUSTER, b'\0') for part in parts))

    def digest(self, seed: str, algorithm: str = HASH) -> str | None:
        return _digest(io.BytesIO(
            self._written(seed).ljust(self.size, b'\0')), algorithm)

    @staticmethod
    def _written(seed: str) -> bytes:
        return _Blocks(seed, _CLUSTER).read()


class ImageFile:
    """A file of the operator's, raw or qcow2 by its first bytes.

    :raises OSError: when it cannot be read.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        with path.open('rb') as data:
            start = data.read(32)
        if start[:4] == _MAGIC:
            self.disk_format = QCOW2
            self.size = int.from_bytes(start[24:32])
        else:
            self.disk_format = RAW
            self.size = path.stat().st_size

    def open(self, seed: str) -> IO[bytes]:
        return self._path.open('rb')

    def digest(self, seed: str, algorithm: str = HASH) -> str | None:
        if self.disk_format == QCOW2:
            return None
        with self.open(seed) as data:
            return _digest(data, algorithm)


class _Blocks(io.RawIOBase):
    """Sectors of 512 bytes: the seed, a number, and noise that is the same.

    A sector that is in the wrong place or comes from another image shows.
    """

    def __init__(self, seed: str, size: int) -> None:
        super().__init__()
        self._seed = seed.encode().ljust(64, b'.')[:64]
        self._size = size
        self._at = 0
        self._noise = hashlib.shake_256(self._seed).digest(512 - 72)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        end = min(self._size, self._at + len(buffer))
        first, last = self._at // 512, (end + 511) // 512
        data = b''.join(
            self._seed + number.to_bytes(8) + self._noise
            for number in range(first, last))
        piece = data[self._at - first * 512:][:end - self._at]
        buffer[:len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _digest(data: IO[bytes], algorithm: str) -> str:
    counted = hashlib.new(algorithm)
    while chunk := data.read(MIB):
        counted.update(chunk)
    return counted.hexdigest()
