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

"""Ask a name server for the addresses of a name (RFC 1035)."""

import socket
import struct

_TIMEOUT = 2.0
_HEADER = struct.Struct('>6H')
_RECORD = struct.Struct('>HHIH')
_RECURSION_DESIRED = 0x0100
_IN = 1
_A = 1
# Of the length byte of a label that is a pointer to where the name is.
_POINTER = 0xC0
# Any will do: the socket hears one server only.
_ID = 1


def addresses(server: str, port: int, name: str) -> set[str]:
    """Return the IPv4 addresses of a name, none when it does not exist.

    :raises OSError: when nobody answers, or not in 2 s
    :raises ValueError: when the answer is not one
    """
    question = b''.join(
        bytes([len(label)]) + label
        for label in name.encode('ascii').split(b'.')) + b'\0'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(_TIMEOUT)
        connection.connect((server, port))
        connection.send(
            _HEADER.pack(_ID, _RECURSION_DESIRED, 1, 0, 0, 0)
            + question + struct.pack('>HH', _A, _IN))
        answer = connection.recv(4096)
    try:
        return _parse(answer)
    except (struct.error, IndexError) as exc:
        raise ValueError(f'{server} answered {answer!r}') from exc


def _parse(answer: bytes) -> set[str]:
    _, _, questions, answers, _, _ = _HEADER.unpack_from(answer)
    at = _HEADER.size
    for _ in range(questions):
        at = _skip_name(answer, at) + 4
    found = set()
    for _ in range(answers):
        at = _skip_name(answer, at)
        kind, _, _, length = _RECORD.unpack_from(answer, at)
        at += _RECORD.size
        if kind == _A:
            found.add(socket.inet_ntoa(answer[at:at + length]))
        at += length
    return found


def _skip_name(answer: bytes, at: int) -> int:
    while length := answer[at]:
        if length & _POINTER:
            return at + 2
        at += 1 + length
    return at + 1
