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

"""Make QCOW2 images without qemu-img.

https://www.qemu.org/docs/master/interop/qcow2.html
"""

from __future__ import annotations

import struct

_BITS = 16
_CLUSTER = 1 << _BITS
_COPIED = 1 << 63
# Clusters: the header, the tables of references, L1, L2; then the data.
_REFERENCES, _BLOCK, _L1, _L2, _DATA = range(1, 6)


def from_raw(raw: bytes) -> bytes:
    """Return an image with that content.

    :param raw: at most 500 MiB.
    """
    clusters = -(-len(raw) // _CLUSTER)
    header = struct.pack(
        '>4sIQIIQIIQQIIQ', b'QFI\xfb', 3, 0, 0, _BITS, len(raw), 0, 1,
        _L1 * _CLUSTER, _REFERENCES * _CLUSTER, 1, 0, 0) + struct.pack(
            '>QQQII', 0, 0, 0, 4, 104)
    used = _DATA + clusters
    parts = (
        header, struct.pack('>Q', _BLOCK * _CLUSTER),
        struct.pack(f'>{used}H', *[1] * used),
        struct.pack('>Q', _L2 * _CLUSTER | _COPIED),
        struct.pack(f'>{clusters}Q', *(
            (_DATA + number) * _CLUSTER | _COPIED
            for number in range(clusters))))
    padded = raw.ljust(clusters * _CLUSTER, b'\0')
    return b''.join(
        part.ljust(_CLUSTER, b'\0') for part in parts) + padded
