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


"""The image of the lab's guests, built from Debian's packages."""

import pathlib
import struct
import tempfile

from lab import computestate
from lab import exception
from lab import initramfs
from lab import launcher

MARKER = 'lab-guest: ready'

# A kernel for virtual machines: small, with a serial console built in.
_KERNEL_PACKAGE = 'linux-image-cloud-amd64'
_BUSYBOX = 'busybox'
# For a kernel and an initial RAM file system of 15 MiB together.
_DISK_KIB = 20 << 10

_INIT = f"""\
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox hostname lab-guest
read up rest </proc/uptime
echo "{MARKER}, host $(/bin/busybox hostname), \
$(/bin/busybox date -u +%Y-%m-%dT%H:%M:%SZ), $up s after its start"
while :; do
    /bin/busybox sleep 3600
done
"""

# <elf.h>: the segment that names the loader of a program's libraries.
_PT_INTERP = 3

# Emulation is slow: nothing is done that a guest of the lab has no use for.
_BOOT = """\
DEFAULT guest
PROMPT 0
TIMEOUT 0
LABEL guest
  KERNEL vmlinuz
  INITRD initrd
  APPEND console=ttyS0,115200 quiet panic=1 mitigations=off no_timer_check
"""


def is_static(program: bytes) -> bool:
    """Tell whether a 64-bit ELF program needs no libraries."""
    if not program.startswith(b'\x7fELF\x02'):
        return False
    offset, = struct.unpack_from('<Q', program, 32)
    size, count = struct.unpack_from('<HH', program, 54)
    kinds = {struct.unpack_from('<I', program, offset + size * number)[0]
             for number in range(count)}
    return _PT_INTERP not in kinds


class Builder:
    """Builds the image in one directory, with the lab's programs."""

    def __init__(self, guest: computestate.Guest,
                 starter: launcher.Launcher) -> None:
        self._guest = guest
        self._launcher = starter

    def build(self) -> None:
        """Make the raw image and the qcow2 image; what is there stays.

        :raises exception.CommandFailed: when a step fails, such as the
            download of the kernel's package
        """
        if self._guest.qcow2.exists():
            return
        self._guest.raw.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
                dir=self._guest.raw.parent) as scratch:
            work = pathlib.Path(scratch)
            disk = self._disk(work)
            qcow2 = work / 'guest.qcow2'
            self._run('qemu-img', 'convert', '-q', '-c', '-f', 'raw',
                      '-O', 'qcow2', str(disk), str(qcow2))
            disk.replace(self._guest.raw)
            # The last, so that it tells that both are complete.
            qcow2.replace(self._guest.qcow2)

    def _disk(self, work: pathlib.Path) -> pathlib.Path:
        files = [self._kernel(work), work / 'initrd', work / 'syslinux.cfg']
        files[1].write_bytes(initramfs.pack(self._entries()))
        files[2].write_text(_BOOT)
        disk = work / 'guest.raw'
        # A file system without partitions, made and filled without mounting
        # anything: the boot sector is the first of the disk.
        self._run('mkfs.fat', '-C', '-n', 'LABGUEST', str(disk),
                  str(_DISK_KIB))
        self._run('mcopy', '-i', str(disk), *map(str, files), '::/')
        self._run('syslinux', '--install', str(disk))
        return disk

    def _kernel(self, work: pathlib.Path) -> pathlib.Path:
        package = self._download(work)
        self._run('dpkg-deb', '--extract', str(package),
                  str(work / 'package'))
        found = sorted((work / 'package' / 'boot').glob('vmlinuz-*'))
        return found[0].replace(work / 'vmlinuz')

    def _download(self, work: pathlib.Path) -> pathlib.Path:
        """Fetch the package with the kernel; it is not installed."""
        depends = self._run('apt-cache', 'depends', '--important',
                            _KERNEL_PACKAGE)
        names = [line.split()[-1] for line in depends.splitlines()
                 if 'Depends: linux-image-' in line]
        if not names:
            raise exception.NoKernel(_KERNEL_PACKAGE)
        # As root apt would become a user who may not write here.
        self._run('apt-get', '--quiet', '--option', 'APT::Sandbox::User=root',
                  'download', names[0], directory=work)
        return next(work.glob('*.deb'))

    def _entries(self) -> list[initramfs.Entry]:
        found = launcher.program(_BUSYBOX)
        busybox = pathlib.Path(found).read_bytes() if found else b''
        if not is_static(busybox):
            raise exception.PackagesMissing(
                ['a static busybox'], ['busybox-static'])
        return [
            *(initramfs.directory(path)
              for path in ('bin', 'dev', 'proc', 'sys')),
            initramfs.console(),
            initramfs.program('bin/busybox', busybox),
            initramfs.program('init', _INIT.encode()),
        ]

    def _run(self, *command: str,
             directory: pathlib.Path | None = None) -> str:
        return self._launcher.run('guest', list(command),
                                  directory=directory)
