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

"""Faults on the way to Glance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import contextlib
import itertools
import threading
import time

from lab import boot
from lab import fixture
from lab import uwsgi
from tests import labtest
from tests.faults import base
from tests.faults import catalogue
from tests.faults import gateway

_ACCESS = catalogue.Group.ACCESS

# What load balancers answer when no worker does.
_STATUSES = (502, 503, 504)


class GatewayTestCase(base.FaultTestCase):
    """Boots with a gateway between compute and Glance."""

    def setUp(self) -> None:
        super().setUp()
        self.gateway = self.useFixture(gateway.Gateway(self.lab))

    def boot_through(self, image_id: str, **glance: str) -> boot.Disk:
        """Boot.

        :param glance: more options of that section of nova.conf.
        """
        return self.boot_one(
            image_id, glance={'api_servers': self.gateway.url, **glance})

    def boot_through_while(
        self, image_id: str, meanwhile: Callable[[], None],
    ) -> boot.Disk:
        """Boot, and do something while the copy is under way."""
        return self.boot_while(
            image_id, meanwhile, glance={'api_servers': self.gateway.url})

    def refuse(self, seconds: float) -> None:
        """Answer all requests with one status after the other.

        :param seconds: for all of them together.
        """
        for status in _STATUSES:
            with self.gateway.refusing(status):
                time.sleep(seconds / len(_STATUSES))

    def assert_one_copy(self, disk: boot.Disk, image_id: str,
                        submissions: int = 1) -> None:
        """Check that the disk is a clone of the only copy ever made.

        :param submissions: requests for it, whatever became of them.
        """
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual(0, self.failed_copies(image_id))
        self.assertEqual({}, self.traces(image_id))
        self.assertEqual(
            submissions, self.gateway.count(gateway.submissions))


class LoadBalancerTestCase(GatewayTestCase):
    """A load balancer that answers in place of Glance."""

    @catalogue.fault(
        _ACCESS, 'The load balancer has no worker of Glance for some seconds '
        'of the wait', '')
    def test_during_the_wait(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 10)
        ended: list[float] = []

        def refuse() -> None:
            self.refuse(15)
            ended.append(time.monotonic())

        disk = self.boot_through_while(image_id, refuse)
        self.assert_one_copy(disk, image_id)
        for status in _STATUSES:
            self.assertLess(0, self.gateway.count(gateway.looks, status))
        self.assertEqual((), self.told())
        self.report_cloned(disk, ended[0])

    def test_before_the_submission(self) -> None:
        image_id = self.make_image()
        refusing = threading.Thread(target=self.refuse, args=(6,))

        def begin() -> None:
            refusing.start()
            self.addCleanup(refusing.join)

        # The tenant has seen the image by then, and the copier has not.
        with self.gateway.following(gateway.locations, begin):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)
        for status in _STATUSES:
            self.assertLess(0, self.gateway.count(gateway.looks, status))

    def test_in_place_of_the_submission(self) -> None:
        image_id = self.make_image()
        answers = map(gateway.page, _STATUSES)
        with self.gateway.rule(
                gateway.submissions,
                lambda request, forward: next(answers, None) or forward()):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id, submissions=4)

    def test_after_the_submission(self) -> None:
        """Glance got it, and the load balancer did not wait for Glance."""
        image_id = self.make_image()

        def late(request: gateway.Request,
                 forward: Callable[[], gateway.Answer]) -> gateway.Answer:
            forward()
            return gateway.page(504)

        with self.gateway.rule(gateway.submissions, late):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)
        self.assertEqual((), self.told())

    @catalogue.fault(
        _ACCESS, 'The load balancer has no worker of Glance for longer than a '
        'boot waits',
        'Get Glance to work again; the next boot finds the copy.')
    def test_until_the_end(self) -> None:
        image_id = self.make_image()
        with self.gateway.following(
                gateway.submissions, self._refuse_for_ever):
            disk = self.boot_one(
                image_id, glance={'api_servers': self.gateway.url},
                libvirt={'images_rbd_glance_copy_timeout': '40'})
        self.assert_refused(
            disk, image_id, 'Still waiting', 'no usable answer',
            'gave up after 40 s', '503', 'Look at Glance')
        self.assertEqual(
            1, sum('Still waiting' in line for line in self.told()))
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertEqual({}, self.traces(image_id))
        self.report_refused(disk)

    def _refuse_for_ever(self) -> None:
        refusal = self.gateway.refusing(503)
        refusal.__enter__()
        self.addCleanup(refusal.__exit__, None, None, None)


class ConnectionTestCase(GatewayTestCase):
    """Connections that break when Glance has got the request."""

    @catalogue.fault(
        _ACCESS, 'The connection is reset when the copy has been asked for',
        '')
    def test_reset_after_the_submission(self) -> None:
        image_id = self.make_image()
        with self.gateway.losing(
                gateway.Ending.RESET, gateway.submissions):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)
        self.assertEqual((), self.told())
        self.report_cloned(disk)

    def test_closed_after_the_submission(self) -> None:
        image_id = self.make_image()
        with self.gateway.losing(
                gateway.Ending.CLOSED, gateway.submissions):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)

    @catalogue.fault(
        _ACCESS, 'The answer to the request for the copy never comes',
        'Nothing. An answer is waited for as long as ``[glance] timeout`` '
        'says, 60 seconds when it is not set.')
    def test_answer_of_the_submission_is_lost(self) -> None:
        image_id = self.make_image()
        with self.gateway.losing(
                gateway.Ending.SILENCE, gateway.submissions):
            disk = self.boot_through(image_id, timeout='5')
        self.assert_one_copy(disk, image_id)
        self.assertEqual((), self.told())
        self.report_cloned(disk)

    def test_every_other_look_is_reset(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 5)
        numbers = itertools.count()
        with self.gateway.rule(
                gateway.looks,
                lambda request, forward: forward() if next(numbers) % 2
                else gateway.Ending.RESET):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)
        self.assertLess(2, self.gateway.count(
            gateway.looks, gateway.Ending.RESET))


class WorkersTestCase(GatewayTestCase):
    """Workers of Glance that are away, behind the lab's own HAProxy."""

    def in_background(self, does: Callable[[], None]) -> None:
        """Begin something that ends before the test does."""
        doing = futures.ThreadPoolExecutor(1)
        self.addCleanup(doing.shutdown)
        begun = doing.submit(does)
        self.addCleanup(begun.result)

    @catalogue.fault(
        _ACCESS, 'Glance is restarted as soon as it has taken the request '
        'for the copy', '')
    def test_restarted_after_the_submission(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 5)

        def restart() -> None:
            self.in_background(self._restart)
            # The first look finds no worker.
            labtest.wait_for('HAProxy without a worker', lambda: (
                '503' in uwsgi.look(self.lab.state.glance_url).state))

        with self.gateway.following(gateway.submissions, restart):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)
        self.assertLess(0, self.gateway.count(gateway.looks, 503))
        self.assertEqual((), self.told())
        self.report_cloned(disk)

    @catalogue.fault(
        _ACCESS, 'All workers of Glance die before the copy is asked for, '
        'and are started again', '')
    def test_killed_before_the_submission(self) -> None:
        image_id = self.make_image()
        workers = self.lab.workers.values()

        def start() -> None:
            time.sleep(5)
            for worker in workers:
                worker.start()

        def kill() -> None:
            self.in_background(start)
            for worker in workers:
                worker.kill()

        # The tenant has seen the image by then, and the copier has not.
        with self.gateway.following(gateway.locations, kill):
            disk = self.boot_through(image_id)
        self.assert_one_copy(disk, image_id)
        self.assertLess(0, self.gateway.count(gateway.looks, 503))
        self.report_cloned(disk)

    def test_load_balancer_dies_during_the_wait(self) -> None:
        image_id = self.make_image()
        self.slow_source(image_id, 10)

        def kill() -> None:
            with fixture.Killed(self.lab, 'haproxy'):
                time.sleep(8)

        disk = self.boot_while(image_id, kill)
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual((), self.told())

    def test_other_workers_die_during_the_wait(self) -> None:
        """Those that do not copy."""
        image_id = self.make_image()
        self.slow_source(image_id, 10)

        def kill() -> None:
            idle = self.lab.workers.keys() - {self.wait_staging(image_id)}
            with contextlib.ExitStack() as stack:
                for name in sorted(idle):
                    stack.enter_context(fixture.Killed(self.lab, name))
                time.sleep(8)

        disk = self.boot_while(image_id, kill)
        self.assert_cloned(disk, image_id)
        self.assertEqual(1, self.copies(image_id))
        self.assertEqual((), self.told())

    def _restart(self) -> None:
        with futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda worker: (worker.stop(), worker.start()),
                          self.lab.workers.values()))
