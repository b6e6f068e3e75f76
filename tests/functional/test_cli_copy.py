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

"""``image copy`` on the lab."""

from __future__ import annotations

import signal
import subprocess

from nova_rbd_multistore.cmd import exitcodes
from tests.contract import pools
from tests.functional import cli


class CopyTestCase(cli.CliTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.pools = pools.Pools(self.lab)

    def test_copied_and_again(self) -> None:
        image_id = self.make_image()
        done, results = self.copy(image_id, '--store', 'dcn0', '--wait')
        self.assertEqual((exitcodes.OK, {(image_id, 'dcn0'): 'copied'}),
                         (done.code, results))
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))
        self.assertTrue(self.pools.has('dcn0', image_id))

        done, results = self.copy(image_id, '--store', 'dcn0', '--wait')
        self.assertEqual((exitcodes.OK, {(image_id, 'dcn0'): 'present'}),
                         (done.code, results))
        self.assertEqual(1, self.copies(image_id))

    def test_accepted(self) -> None:
        image_id = self.make_image()
        done, results = self.copy(
            image_id, '--store', 'dcn0', '--store', 'dcn1')
        self.assertEqual(
            (exitcodes.OK, {(image_id, 'dcn0'): 'accepted',
                            (image_id, 'dcn1'): 'accepted'}),
            (done.code, results))
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))

    def test_two_images_to_two_stores(self) -> None:
        ids = [self.make_image(), self.make_image()]
        done, results = self.copy(
            *ids, '--store', 'dcn0', '--store', 'dcn10', '--wait')
        self.assertEqual(exitcodes.OK, done.code, done.err)
        self.assertEqual(
            {(image_id, store): 'copied' for image_id in ids
             for store in ('dcn0', 'dcn10')}, results)
        for image_id in ids:
            self.assertEqual({'central', 'dcn0', 'dcn10'},
                             self.stores(image_id))
            # One import, which staged the image once.
            self.assertEqual(1, self._tasks(image_id))

    def _tasks(self, image_id: str) -> int:
        return len(self.admin.images.get_associated_image_tasks(
            image_id)['tasks'])

    def test_joins_a_copy_that_runs(self) -> None:
        image_id = self.make_image()
        with self.pools.paused('dcn0'):
            self.admin.images.image_import(
                image_id, 'copy-image', stores=['dcn0'])
            self.wait_copying(image_id)
            done, results = self.copy(image_id, '--store', 'dcn0')
            self.assertEqual((exitcodes.OK, {(image_id, 'dcn0'): 'joined'}),
                             (done.code, results))

            # Another store has to wait, which is not asked for.
            done, results = self.copy(image_id, '--store', 'dcn1')
            self.assertEqual(
                (exitcodes.NOT_COPIED, {(image_id, 'dcn1'): 'failed'}),
                (done.code, results))
            self.assertIn('--wait', done.json[0]['reason'])

            process = self.start_cli('image', 'copy', image_id, '--wait',
                                     '--store', 'dcn0', '--store', 'dcn1',
                                     '-f', 'value', '-c', 'store',
                                     '-c', 'result')
            self._wait_for_line(process, 'in progress')
        out, _err = process.communicate(timeout=cli.TIMEOUT)
        self.assertEqual((exitcodes.OK, 'dcn0 joined\ndcn1 copied\n'),
                         (process.returncode, out))
        self.assertEqual({'central', 'dcn0', 'dcn1'}, self.stores(image_id))

    def test_failed_next_to_a_good_one(self) -> None:
        image_id = self.make_image(4)
        self.pools.create('dcn0', image_id)
        done, results = self.copy(
            image_id, '--store', 'dcn0', '--store', 'dcn1', '--wait')
        self.assertEqual(
            (exitcodes.NOT_COPIED, {(image_id, 'dcn0'): 'failed',
                                    (image_id, 'dcn1'): 'copied'}),
            (done.code, results))
        self.assertIn('could not write to the store', done.json[0]['reason'])

    def test_deadline(self) -> None:
        image_id = self.make_image()
        with self.pools.paused('dcn0'):
            done, results = self.copy(
                image_id, '--store', 'dcn0', '--wait', '--timeout', '5')
            self.assertEqual(
                (exitcodes.TIMED_OUT, {(image_id, 'dcn0'): 'timed_out'}),
                (done.code, results))
            self.assertIn('--timeout', done.json[0]['reason'])
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))

    def test_interrupted(self) -> None:
        image_id = self.make_image()
        with self.pools.paused('dcn0'):
            process = self.start_cli(
                'image', 'copy', image_id, '--store', 'dcn0', '--wait')
            self._wait_for_line(process, 'in progress')
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=cli.TIMEOUT)
            self.assertEqual((exitcodes.INTERRUPTED, ''),
                             (process.returncode, out))
            self.assertIn('go on there', err)
        self.wait_idle(image_id)
        self.assertEqual({'central', 'dcn0'}, self.stores(image_id))

    def test_unknown_store(self) -> None:
        image_id = self.make_image(4)
        done = self.run_cli('image', 'copy', image_id, '--store', 'dcn')
        self.assertEqual((exitcodes.FAILED, ''), (done.code, done.out))
        self.assertEqual('Glance has no store dcn, but central, dcn0, dcn1, '
                         'dcn10. Nothing was copied.', done.error)

    def test_not_permitted(self) -> None:
        image_id = self.make_image(4)
        done, results = self.copy(image_id, '--store', 'dcn0', user='demo')
        self.assertEqual(
            (exitcodes.NOT_COPIED, {(image_id, 'dcn0'): 'failed'}),
            (done.code, results))
        self.assertIn('copy_image', done.json[0]['reason'])

    def _wait_for_line(
        self, process: subprocess.Popen[str], words: str,
    ) -> None:
        """Return when the program has said something."""
        assert process.stderr is not None
        for line in process.stderr:
            if words in line:
                return
        self.fail(f'it never said {words!r}')
