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

"""What the library's check of a distributed import has found."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
import itertools

from devstack.tools.verification import check
from nova_rbd_multistore.checks import row

_PAIRED = (row.IMPORT, row.DELETE)


def judge(rows: Iterable[row.Row], workers: Sequence[str]) -> str:
    """Return what was tried and is all right.

    :param workers: their names.
    :raises Failed: when something was found, or a pair was not tried.
    """
    seen = list(rows)
    findings = [one for one in seen if one.found]
    if findings:
        raise check.Failed(
            ' '.join(f'{one.code}: {one.detail}' for one in findings),
            ' '.join(dict.fromkeys(
                one.remedy for one in findings if one.remedy)))
    if len(workers) < 2:
        raise check.Failed(
            f'the catalog names only {", ".join(workers) or "no worker"}',
            'Enable the service g-api-r and stack again.')
    good = {(one.check, one.workers) for one in seen
            if one.verdict is row.Verdict.OK}
    wanted = [(kind, pair) for kind in _PAIRED
              for pair in itertools.permutations(workers, 2)]
    missing = [f'{kind} {" -> ".join(pair)}' for kind, pair in wanted
               if (kind, pair) not in good]
    if missing:
        reasons = [f'{one.check} {one.where}: {one.detail}' for one in seen
                   if one.verdict is row.Verdict.NOT_TRIED]
        raise check.Failed(
            f'not tried: {", ".join([*missing, *reasons])}')
    return (f'{len(wanted)} imports and deletions between '
            f'{" and ".join(workers)}, {len(seen)} rows without a finding')
