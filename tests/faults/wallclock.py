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

"""A wall clock for single processes, with libfaketime."""

from __future__ import annotations

from collections.abc import Mapping
import pathlib

import fixtures

# Debian's path; MT is the one for programs with threads.
_LIBRARIES = 'lib/*/faketime/libfaketimeMT.so.1'

# Python 3.11 sleeps until a time of the monotonic clock, and libfaketime
# 0.9.10 makes EINVAL of such a time. It leaves select() alone.
_SITECUSTOMIZE = """\
import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""


class WallClock(fixtures.Fixture):
    """A wall clock that a test sets; the monotonic one goes on.

    :ivar environment: of the processes that live by it.
    """

    def _setUp(self) -> None:
        home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (home / 'sitecustomize.py').write_text(_SITECUSTOMIZE)
        self._offset = home / 'offset'
        self.set(0)
        library = next(pathlib.Path('/usr').glob(_LIBRARIES), None)
        assert library is not None, 'no libfaketime: run tools/prepare'
        self.environment: Mapping[str, str] = {
            'LD_PRELOAD': str(library),
            'PYTHONPATH': str(home),
            'FAKETIME_TIMESTAMP_FILE': str(self._offset),
            'FAKETIME_NO_CACHE': '1',
            'FAKETIME_DONT_FAKE_MONOTONIC': '1'}

    def set(self, seconds: int) -> None:
        """Set the clock.

        :param seconds: by how many it is fast.
        """
        # As a whole: a process may read it at any time.
        draft = self._offset.with_suffix('.new')
        draft.write_text(f'{seconds:+d}\n')
        draft.replace(self._offset)
