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

"""Import what is staged at one worker through another one."""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
import urllib.parse

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import material as material_mod
from nova_rbd_multistore.checks import options as options_mod
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import selfurl
from nova_rbd_multistore.glance import imports

_POLICIES = ('add_image, upload_image, modify_image, get_image, '
             'download_image, delete_image')


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two workers.

    :ivar first: name of the one that has the staged data.
    :ivar through: name of the one that is asked to import or to delete.
    :ivar known: what the first one calls itself, None if it is unknown.
    """

    first: str
    through: str
    known: selfurl.Candidate | None

    @property
    def names(self) -> tuple[str, str]:
        """Both, in the order of a row."""
        return self.first, self.through


class Trials:
    """Tries imports and deletes between two workers."""

    def __init__(
        self, bench: bench_mod.Bench, options: options_mod.Options,
    ) -> None:
        self._bench = bench
        self._options = options

    def imported(
        self, pair: Pair, specimen: bench_mod.Specimen,
    ) -> row.Row:
        """Import an image that is staged at the first one.

        :raises WorkerDown: when one does not answer any more.
        :raises Cancelled: when the run is to end.
        """
        budget = self._bench.budget(self._options.timeout)
        try:
            receipt = self._bench.at(pair.through).import_staged(
                specimen.image_id, self._options.stores)
        except exception.GlanceError as exc:
            return self._refused(pair, specimen, exc)
        try:
            image = self._bench.wait(
                specimen, self._options.stores, self._options.timeout)
            different = self.compared(pair, specimen, image)
        except (check_exception.ImportFailed,
                check_exception.ImportTimedOut) as exc:
            # One that was killed leaves an import without end.
            self._bench.check_up(*pair.names)
            return _failed(pair, specimen, receipt, exc.reason)
        except exception.GlanceError as exc:
            self._bench.check_up(*pair.names)
            return _failed(pair, specimen, receipt, str(exc))
        if different is not None:
            return different
        if not receipt.forwarded:
            return _itself(pair, specimen, receipt)
        return row.Row(
            row.IMPORT, pair.names, row.Verdict.OK,
            f'forwarded, active in {", ".join(sorted(image.stores)) or "it"}'
            + ('' if pair.known else '; so what it calls itself works'),
            seconds=budget.elapsed,
            facts={'image': image.id, 'forwarded': True,
                   'request': receipt.answered,
                   'stores': sorted(image.stores)})

    def deleted(self, pair: Pair, specimen: bench_mod.Specimen) -> row.Row:
        """Delete an image that is staged at the first one.

        :raises WorkerDown: when one does not answer any more.
        :raises Cancelled: when the run is to end.
        """
        budget = self._bench.budget(self._options.timeout)
        try:
            receipt = self._bench.at(pair.through).delete(specimen.image_id)
            remaining = [name for name in self._witnesses(pair)
                         if self._exists(name, specimen)]
        except exception.GlanceError as exc:
            self._bench.check_up(*pair.names, *self._witnesses(pair))
            return _not_deleted(pair, specimen, str(exc))
        if remaining:
            return _not_deleted(pair, specimen,
                                f'still shown by {row.joined(remaining)}')
        specimen.removed = True
        if not receipt.forwarded:
            return _not_deleted(
                pair, specimen, f'{pair.through} deleted it itself')
        return row.Row(
            row.DELETE, pair.names, row.Verdict.OK, 'forwarded, gone',
            seconds=budget.elapsed, facts={
                'image': specimen.image_id, 'forwarded': True,
                'request': receipt.answered})

    def compared(
        self, pair: Pair, specimen: bench_mod.Specimen,
        image: image_mod.Image,
    ) -> row.Row | None:
        """Read an image through a third worker; None when it is right.

        :raises WorkerDown: when that does not answer any more.
        """
        reader = next(self._bench.others(*pair.names), pair.through)
        algorithm = image.hash_algo or material_mod.HASH
        try:
            expected = specimen.material.digest(
                specimen.name, algorithm) or image.hash_value
            read = self._bench.at(reader).digest(image.id, algorithm)
        except (exception.GlanceError, ValueError) as exc:
            self._bench.check_up(reader)
            return finding.DATA_DIFFER.found(
                row.IMPORT, *pair.names, through=reader, image=image.id,
                reason=str(exc))
        if image.hash_value == read.value == expected:
            return None
        return finding.DATA_DIFFER.found(
            row.IMPORT, *pair.names, through=reader, image=image.id,
            reason=f'{read.size} bytes with the {image.hash_algo} '
                   f'{read.value[:12]}… were read, Glance says '
                   f'{(image.hash_value or "nothing")[:12]}…, what was '
                   f'staged has {(expected or "")[:12]}…')

    def _witnesses(self, pair: Pair) -> Iterator[str]:
        yield pair.first
        yield from list(self._bench.others(*pair.names))[:1]

    def _exists(self, worker: str, specimen: bench_mod.Specimen) -> bool:
        try:
            return not self._bench.at(worker).image(
                specimen.image_id).deleted
        except exception.NotFound:
            return False

    def _refused(
        self, pair: Pair, specimen: bench_mod.Specimen,
        answer: exception.GlanceError,
    ) -> row.Row:
        """Say why an import was not even accepted."""
        usual = not_allowed(row.IMPORT, answer, *pair.names)
        if usual is not None:
            return usual
        self._bench.check_up(*pair.names)
        url = 'a URL that is none of those known here' \
            if pair.known is None else pair.known.url
        if pair.known and urllib.parse.urlsplit(url).path.strip('/'):
            return finding.PATH.found(row.IMPORT, *pair.names[:1], url=url)
        return finding.SELF_UNREACHABLE.found(
            row.IMPORT, pair.first, url=url, through=pair.through,
            reason=str(answer), image=specimen.image_id)


def not_allowed(
    check: str, answer: exception.GlanceError, *workers: str,
) -> row.Row | None:
    """Return the finding for what no worker is to blame for, else None."""
    if isinstance(answer, exception.Forbidden | exception.NotAuthenticated):
        return finding.FORBIDDEN.found(
            check, *workers, reason=str(answer), policy=_POLICIES)
    if isinstance(answer, exception.OverQuota):
        return finding.QUOTA.found(check, *workers, reason=str(answer))
    return None


def _failed(
    pair: Pair, specimen: bench_mod.Specimen, receipt: imports.Receipt,
    reason: str,
) -> row.Row:
    problem = finding.IMPORT_FAILED
    if not receipt.forwarded:
        problem = finding.UNSET if pair.known is None \
            else finding.NOT_FORWARDED
    workers = (pair.first,) if problem is finding.UNSET else pair.names
    return problem.found(
        row.IMPORT, *workers, through=pair.through, reason=reason,
        image=specimen.image_id, request=receipt.answered)


def _itself(
    pair: Pair, specimen: bench_mod.Specimen, receipt: imports.Receipt,
) -> row.Row:
    return finding.SHARED.found(
        row.IMPORT, pair.first, through=pair.through, image=specimen.image_id,
        request=receipt.answered)


def _not_deleted(
    pair: Pair, specimen: bench_mod.Specimen, reason: str,
) -> row.Row:
    return finding.DELETE_FAILED.found(
        row.DELETE, *pair.names, through=pair.through,
        image=specimen.image_id, reason=reason)
