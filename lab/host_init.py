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


"""Be the operating system of one compute host, as far as a lab needs one.

Runs in new mount, UTS and PID namespaces, which ``unshare`` has made::

    unshare -m -u -p --propagation unchanged python host_init.py NAME DIRECTORY

The directories that libvirt and Nova use are those below DIRECTORY, the host
name is NAME, and the first process of the PID namespace does what an init
does. When it ends, the kernel ends everything on the host, guests included;
SIGTERM to the process started above is the host's power switch.

Standard library only, so that one host costs little memory.
"""

import ctypes
import os
import pathlib
import signal
import socket
import sys
import types

# Each host's own, by the name below its directory. The order is that of
# mounting; whoever sees the last one sees all.
OWN = {
    'etc': '/etc/libvirt',
    'lib': '/var/lib/libvirt',
    'cache': '/var/cache/libvirt',
    'log': '/var/log/libvirt',
    'instances': '/var/lib/nova/instances',
    'ssh': '/root/.ssh',
    'run': '/run/libvirt',
}

# Files in place of the machine's.
FILES = ('hosts', 'passwd', 'group')

# <sys/mount.h> and <sys/prctl.h>
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 1 << 18
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def main(name: str, home: pathlib.Path) -> int:
    """Start the host; return when it is off."""
    keep_mounts_private()
    init = os.fork()
    if init == 0:
        _init(name, home)

    def switch_off(_signum: int, _frame: types.FrameType | None) -> None:
        os.kill(init, signal.SIGKILL)

    signal.signal(signal.SIGTERM, switch_off)
    os.waitpid(init, 0)
    return 0


def keep_mounts_private() -> None:
    """Let nobody outside see what is mounted in this mount namespace.

    unshare does that only where the root directory is a mount point, which it
    is not in a chroot. To enter the namespace again leads to its real root.
    """
    root = os.open('/', os.O_PATH)
    with open('/proc/self/ns/mnt') as namespace:
        _check(_libc.setns(namespace.fileno(), 0),
               'entering the mount namespace')
    _check(_libc.mount(None, b'/', None,
                       ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None),
           'making all mounts private')
    os.fchdir(root)
    os.chroot('.')
    os.close(root)


def _init(name: str, home: pathlib.Path) -> None:
    # Without its parent nobody would find the switch.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    mount('proc', '/proc', 'proc')
    socket.sethostname(name)
    for own in FILES:
        mount(str(home / own), f'/etc/{own}')
    for own, path in OWN.items():
        mount(str(home / own), _mount_point(path))
    # Reap what is orphaned: libvirt waits for the end of a guest until its
    # pid is gone.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    while True:
        signal.sigwait([signal.SIGCHLD])
        _reap()


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def _mount_point(path: str) -> str:
    """Return ``path``, which exists afterwards, though only in here."""
    wanted = pathlib.Path(path)
    if not wanted.is_dir():
        _graft(pathlib.Path(_mount_point(str(wanted.parent))))
        wanted.mkdir()
    return path


def _graft(directory: pathlib.Path) -> None:
    """Make a directory ours to change, with everything that is in it."""
    original = os.open(directory, os.O_PATH)
    mount('tmpfs', str(directory), 'tmpfs')
    source = pathlib.Path(f'/proc/self/fd/{original}')
    for entry in source.iterdir():
        copy = directory / entry.name
        if entry.is_symlink():
            copy.symlink_to(entry.readlink())
            continue
        if entry.is_dir():
            copy.mkdir()
        else:
            copy.touch()
        mount(str(entry), str(copy))
    os.close(original)


def mount(source: str, target: str, kind: str | None = None) -> None:
    """Have ``target`` show ``source``, or a file system of a kind.

    :raises OSError: when the kernel refuses
    """
    flags = 0 if kind else _MS_BIND | _MS_REC
    options = b'mode=755' if kind == 'tmpfs' else None
    _check(_libc.mount(source.encode(), target.encode(),
                       kind.encode() if kind else None,
                       ctypes.c_ulong(flags), options),
           f'mount on {target}')


def _check(result: int, action: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f'{action}: {os.strerror(code)}')


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
