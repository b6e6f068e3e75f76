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

"""The compute service is the library's, and the cloud is set up for it."""

from __future__ import annotations

import pathlib

from devstack.tools.verification import bench as bench_mod
from devstack.tools.verification import check
from devstack.tools.verification import images
from devstack.tools.verification import waiting
from devstack.tools.verification.judging import process
from devstack.tools.verification.judging import stores as judging
from nova_rbd_multistore.checks import material


def running(bench: bench_mod.Bench) -> str:
    """See what the unit of nova-compute runs."""
    judge = process.upstream if bench.upstream else process.library

    def look() -> str:
        return judge(_process(bench), bench.journal.of_this_start(
            process.IN_PLACE))

    return waiting.settled(look, bench.clock)


def _process(bench: bench_mod.Bench) -> process.Process:
    shown = bench.journal.show('MainPID', 'ExecStart')
    pid = int(shown['MainPID'] or 0)
    try:
        text = pathlib.Path(f'/proc/{pid}/cmdline').read_text()
    except OSError:
        # It has ended meanwhile.
        pid, text = 0, ''
    return process.Process(
        bench.journal.unit, pid, [word for word in text.split('\0') if word],
        process.command(shown['ExecStart'], pid))


def policy(bench: bench_mod.Bench) -> str:
    """See what an ordinary user may neither do nor see."""
    image = bench.workshop.upload(
        bench.user, 'policy', material.RawData(1))
    target = next((one.name for one in bench.stores
                   if one.kind == judging.RBD), '')
    if not target:
        raise check.Failed('Glance has no RBD store')
    rules = 'Leave the rule {} of Glance\'s policy at its default.'
    for rule, request in (
        ('copy_image', lambda: bench.user.submit_copy(image.id, target)),
        ('fetch_image_location', lambda: bench.user.locations(image.id)),
    ):
        try:
            images.refused(request)
        except check.Failed as exc:
            raise check.Failed(
                f'as the user {bench.settings.user}, {rule}: {exc}',
                rules.format(rule)) from exc
    seen = bench.user.image(image.id)
    if seen.locations:
        raise check.Failed(
            f'the user {bench.settings.user} sees locations of an image',
            'Set show_multiple_locations and show_image_direct_url to False '
            'in glance-api.conf.')
    count = len(bench.admin.locations(image.id))
    if not count:
        raise check.Failed('an administrator sees no location either')
    return (f'copy-image and the locations are 403 for '
            f'{bench.settings.user}, image records show none; an '
            f'administrator sees {count}')


def stores(bench: bench_mod.Bench) -> str:
    """See whether Glance has the stores that the compute counts on."""
    central = judging.central(bench.stores)
    local = judging.local(
        bench.stores, bench.local_store, bench.compute.store, bench.fsid)
    return (f'default {central.name} ({central.kind}); {local.name} '
            f'({local.kind}) is in cluster {local.fsid}, that of the disks')


def conversion(bench: bench_mod.Bench) -> str:
    """See what becomes of a qcow2 image that a user imports."""
    central = judging.central(bench.stores).name
    image = bench.workshop.upload(bench.user, 'conversion', bench.material)
    if image.disk_format != material.RAW or image.size != bench.material.size:
        raise check.Failed(
            f'the image is {image.disk_format} with {image.size} bytes, not '
            f'raw with {bench.material.size}',
            'Set image_import_plugins to [image_conversion] and '
            'output_format to raw in glance-image-import.conf of both '
            'workers.')
    if image.stores != {central}:
        raise check.Failed(
            f'the image is in {", ".join(sorted(image.stores))}, not in '
            f'{central} alone')
    return (f'qcow2 became raw, {image.size} bytes, in {central} only')
