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

"""What becomes of a qcow2 image: raw at all workers, or at none."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping

from nova_rbd_multistore import exception
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.checks import bench as bench_mod
from nova_rbd_multistore.checks import exception as check_exception
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import material as material_mod
from nova_rbd_multistore.checks import options as options_mod
from nova_rbd_multistore.checks import row
from nova_rbd_multistore.checks import trial


class Conversion:
    """Stages a qcow2 image and imports it through another worker."""

    def __init__(
        self, bench: bench_mod.Bench, options: options_mod.Options,
    ) -> None:
        self._bench = bench
        self._options = options
        self._trials = trial.Trials(bench, options)
        self._material = options.qcow2

    def tried(self, pair: trial.Pair) -> tuple[str | None, row.Row]:
        """Import one; return the format that it ended in, None for none.

        :raises WorkerDown: when one does not answer any more.
        :raises Cancelled: when the run is to end.
        """
        budget = self._bench.budget(self._options.timeout)
        specimen = None
        try:
            specimen = self._bench.stage(pair.first, self._material)
            self._bench.at(pair.through).import_staged(
                specimen.image_id, self._options.stores)
            image = self._bench.wait(
                specimen, self._options.stores, self._options.timeout)
            wrong = self._wrong(pair, specimen, image)
            self._bench.discard(specimen)
        except (exception.GlanceError, check_exception.ImportFailed,
                check_exception.ImportTimedOut) as exc:
            self._bench.check_up(*pair.names)
            return None, finding.CONVERSION_FAILED.found(
                row.CONVERSION, *pair.names, through=pair.through,
                reason=str(exc),
                image=specimen.image_id if specimen else 'of that name')
        if wrong is not None:
            return None, finding.CONVERSION_FAILED.found(
                row.CONVERSION, *pair.names, through=pair.through,
                reason=wrong, image=image.id)
        became = image.disk_format or 'nothing'
        return became, row.Row(
            row.CONVERSION, pair.names, row.Verdict.OK
            if became == material_mod.RAW else row.Verdict.NOTE,
            f'qcow2 became {became} of {image.size} bytes'
            if became == material_mod.RAW
            else 'stays qcow2: the conversion plugin is not enabled',
            seconds=budget.elapsed,
            facts={'disk_format': became, 'size': image.size})

    def _wrong(
        self, pair: trial.Pair, specimen: bench_mod.Specimen,
        image: image_mod.Image,
    ) -> str | None:
        """Say what is wrong with what the image has become."""
        if image.disk_format != material_mod.RAW:
            return None
        if image.size != self._material.size:
            return (f'it has {image.size} bytes in place of '
                    f'{self._material.size}')
        different = self._trials.compared(pair, specimen, image)
        return different.detail if different is not None else None


def differing(formats: Mapping[str, str | None]) -> Iterator[row.Row]:
    """Yield a finding where some workers convert and others do not.

    :param formats: what an image became that was staged at that worker.
    """
    converting = [name for name, became in formats.items()
                  if became == material_mod.RAW]
    others = [name for name, became in formats.items()
              if became not in (None, material_mod.RAW)]
    if converting and others:
        yield finding.CONVERSION.found(
            row.CONVERSION, *others, converting=row.joined(converting))
