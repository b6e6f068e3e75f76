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

"""Base of the tests that break something and look what becomes of a boot."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import contextlib
import dataclasses
import pathlib
import re
import time

from lab import boot
from lab import confile
from lab import fixture
from tests import labtest
from tests.contract import pools
from tests.faults import catalogue

# A line of oslo.log's default format, of the package and not below WARNING.
_TOLD = re.compile(
    r'^\S+ \S+ \d+ (?:WARNING|ERROR) nova_rbd_multistore\S* '
    r'(?:\[[^]]*\] )*(?P<message>.*)$')


class FaultTestCase(labtest.LabTestCase):
    """A test of one fault, or of some that belong together.

    A test that is marked as the one that shows a fault ends with
    :meth:`report_refused` or :meth:`report_cloned`, which write what it has
    measured into the documentation's table.

    :ivar pools: the RBD images in the stores.
    """

    def setUp(self) -> None:
        super().setUp()
        self.pools = pools.Pools(self.lab)
        self._logs = {path: path.stat().st_size for path in self._log_files()}

    def boot(self, *requests: boot.Request) -> list[boot.Disk]:
        """Boot all requests at once; the disks go at the end of the test."""
        return super().boot(*map(self.through_glance, requests))

    def through_glance(self, request: boot.Request) -> boot.Request:
        """Have a boot use the hub's Glance, which is what the tests break.

        Also at a site with a Glance of its own.
        """
        return dataclasses.replace(request, overrides=confile.merge(
            {'glance': {'endpoint_override': self.lab.state.glance_url}},
            request.overrides))

    def boot_one(
        self, image_id: str, site: str = 'dcn0', user: str = 'demo',
        **overrides: dict[str, str],
    ) -> boot.Disk:
        """Boot and return the disk, or why there is none."""
        disk, = self.boot(boot.Request(
            image_id, site, user=user, overrides=overrides))
        return disk

    def boot_while(
        self, image_id: str, meanwhile: Callable[[], None],
        site: str = 'dcn0', **overrides: dict[str, str],
    ) -> boot.Disk:
        """Boot, and do something while the copy is under way."""
        with futures.ThreadPoolExecutor(1) as pool:
            booting = pool.submit(
                self.boot_one, image_id, site, **overrides)
            self.wait_copying(image_id)
            meanwhile()
            return booting.result()

    def boot_without_osd(
        self, image_id: str, store: str, begin: Callable[[str], object],
    ) -> tuple[boot.Disk, float]:
        """Boot, and have a store's OSD dead for some seconds of the copy.

        :param begin: takes the image, and returns when it shall die.
        :returns: also when it was back, in monotonic seconds.
        """
        osd = self.lab.daemon(f'ceph-osd.{store}')
        back_at = []

        def interrupt() -> None:
            begin(image_id)
            self.useFixture(fixture.Killed(self.lab, osd.name))
            time.sleep(4)
            osd.start()
            back_at.append(time.monotonic())

        disk = self.boot_while(image_id, interrupt)
        return disk, back_at[0]

    def slow_source(self, image_id: str, seconds: float) -> None:
        """Have the image staged slowly, until the end of the test.

        :param seconds: that staging takes from now on.
        """
        self._enter(self.pools.slow_image('central', image_id, int(
            self.image(image_id)['size'] / seconds)))

    def slow_target(self, image_id: str, seconds: float,
                    store: str = 'dcn0') -> None:
        """Have images written slowly to a store, until the end of the test.

        :param seconds: that writing an image of this one's size takes.
        """
        self._enter(self.pools.slow_store(store, int(
            self.image(image_id)['size'] / seconds)))

    def _enter(self, context: contextlib.AbstractContextManager[None]) -> None:
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def grant_glance(
        self, store: str, capabilities: str,
    ) -> Callable[[], None]:
        """Let Glance's user do something else in a cluster for the test.

        :param capabilities: for OSDs; those for monitors stay.
        :returns: what ends that earlier.
        """
        return self.useFixture(fixture.CephCapabilities(
            self.lab.sites[store], 'client.glance', capabilities)).restore

    def wait_writing(self, image_id: str, store: str = 'dcn0') -> None:
        """Return when Glance has begun to write the image to a store."""
        labtest.wait_for(f'an RBD image {image_id} in {store}',
                         lambda: self.pools.has(store, image_id))

    def wait_staging(self, image_id: str) -> str:
        """Return the worker that stages the image, as soon as one does."""
        labtest.wait_for(f'the staging of {image_id}',
                         lambda: bool(self.staging(image_id)))
        return self.staging(image_id)[0]

    def staging(self, image_id: str) -> list[str]:
        """Return the workers that have a staged file of the image."""
        return [name for name, worker in self.lab.glances.items()
                if (worker.worker.staging / image_id).exists()]

    def traces(self, image_id: str) -> dict[str, list[str]]:
        """Return what is left of copies that did not succeed.

        Nothing when there is nothing: staged files by worker, RBD images
        that Glance does not list by store, and the lock.
        """
        record = self.image(image_id)
        listed = set(record['stores'].split(','))
        found = {
            'staged': self.staging(image_id),
            'unlisted': [store for store in self.lab.sites
                         if store not in listed
                         and self.pools.has(store, image_id)],
            'lock': [lock for lock in [record.get('os_glance_import_task')]
                     if lock]}
        return {kind: names for kind, names in found.items() if names}

    def told(self) -> tuple[str, ...]:
        """Return what the computes have logged at WARNING and above."""
        return tuple(
            match['message'] for path in self._log_files()
            for line in self._new_lines(path)
            if (match := _TOLD.match(line)))

    def assert_refused(self, disk: boot.Disk, *words: str,
                       kind: str = 'BuildAbortException') -> None:
        """Check that nothing was made, and what the operator is told.

        :param words: in the log of the compute.
        :param kind: of what Nova gets, by the name of its class.
        """
        self.assertEqual(boot.ERROR, disk.result)
        assert disk.error is not None
        self.assertEqual(kind, disk.error['type'], disk.error)
        told = '\n'.join(self.told())
        for word in words:
            self.assertIn(word, told)
        for internal in self._internals():
            self.assertNotIn(internal, disk.error['message'])
        self.assertNotIn(
            disk.disk, self.lab.sites[disk.site].images('vms'))

    def assert_told(self, *words: str) -> None:
        """Check the last line that the operator is told."""
        for word in words:
            self.assertIn(word, self.told()[-1])

    def assert_tenant(self, disk: boot.Disk, words: str) -> None:
        """Check what the user of the instance is told, and what not."""
        assert disk.error is not None
        told = disk.error['message']
        self.assertIn(words, told)
        for internal in (disk.site, disk.host, 'central', 'images/', 'http',
                         'task', 'project', 'Glance', 'rbd', 'nova.conf'):
            self.assertNotIn(internal, told)

    def assert_cloned(self, disk: boot.Disk, image_id: str) -> None:
        """Check in Ceph that a disk is a clone of the image's local copy."""
        self.assertIsNone(disk.error)
        self.assertEqual(f'images/{image_id}@snap', disk.parent)

    def report_refused(
        self, disk: boot.Disk, since: float | None = None,
        kind: catalogue.Since = catalogue.Since.FAULT,
    ) -> None:
        """Report a boot that ended without a disk.

        :param since: monotonic seconds of the fault; None counts from the
            start of the boot.
        """
        assert disk.error is not None
        self._report('refused', disk, disk.error['message'], since, kind)

    def report_flat(self, disk: boot.Disk) -> None:
        """Report a boot that got a flat disk, as it was to."""
        self.assertIsNone(disk.error)
        self.assertEqual(boot.FLAT, disk.result)
        self._report('flat', disk, '', None, catalogue.Since.BOOT)

    def report_cloned(
        self, disk: boot.Disk, since: float | None = None,
        kind: catalogue.Since = catalogue.Since.REPAIR,
    ) -> None:
        """Report a boot that got its clone all the same.

        :param since: monotonic seconds of the end of the fault; None counts
            from the start of the boot.
        """
        self._report('clone', disk, '', since, kind)

    def _internals(self) -> list[str]:
        """Return what no tenant has to read."""
        sites = [site.site for site in self.lab.sites.values()]
        return [*self.lab.glances, 'http:', 'rbd', 'errno', 'ceph.conf',
                *(name for site in sites for name in (
                    site.name, site.fsid, f'{site.images_pool}/',
                    f'{site.vms_pool}/'))]

    def _report(
        self, outcome: str, disk: boot.Disk, tenant: str,
        since: float | None, kind: catalogue.Since,
    ) -> None:
        catalogue.report(self, catalogue.Measurement(
            outcome, self.told(), tenant,
            disk.seconds if since is None else time.monotonic() - since,
            catalogue.Since.BOOT if since is None else kind))

    def _log_files(self) -> list[pathlib.Path]:
        return sorted(self.lab.directory.service('computes').glob(
            '*/nova-compute.log'))

    def _new_lines(self, path: pathlib.Path) -> list[str]:
        with path.open('rb') as log:
            log.seek(self._logs.get(path, 0))
            return log.read().decode(errors='replace').splitlines()
