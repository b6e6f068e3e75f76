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

"""Make raw image files for tests and demonstrations."""

import os
import pathlib
import random

MIB = 1 << 20


def make_raw(path: str | os.PathLike[str], size_mib: int, data_mib: int,
             seed: int = 0) -> pathlib.Path:
    """Write a raw image: random data first, the remainder a hole.

    The same seed gives the same data. The size is always a multiple of the
    512 bytes of a sector.

    :param size_mib: what the image's size is, in MiB
    :param data_mib: how much of it is data, in MiB
    :raises ValueError: when there is more data than image
    """
    if not 0 <= data_mib <= size_mib:
        raise ValueError(
            f'{data_mib} MiB of data in an image of {size_mib} MiB')
    source = random.Random(seed)
    target = pathlib.Path(path)
    with target.open('wb') as image:
        for _ in range(data_mib):
            image.write(source.randbytes(MIB))
        image.truncate(size_mib * MIB)
    return target
