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

"""Our cluster: which locations are in it, and clones of them."""

from __future__ import annotations

import logging

import ddt
import fixtures
import hypothesis
from hypothesis import strategies
from nova import exception as nova_exception
from nova.storage import rbd_utils

from nova_rbd_multistore import exception
from nova_rbd_multistore import fixture
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore.compute import flaws
from nova_rbd_multistore.compute import rbd
from tests import fake_ceph
from tests import records
from tests.unit.compute import base

OURS = fixture.Store('dcn0').fsid
CENTRAL = fixture.Store('central').fsid
NAME = '6f0e8f4b-3c0e-4b46-8d67-0b6d1b4d7c11_disk'
IMAGE = image_mod.Image.from_glance(records.image())


def our_cluster():
    return rbd.Cluster(rbd_utils.RBDDriver(), flaws.Flaws(IMAGE.id))


def location(
    fsid=OURS, pool='images', image=IMAGE.id, store='dcn0', snapshot='snap',
):
    return image_mod.Location(
        f'rbd://{fsid}/{pool}/{image}/{snapshot}', store)


@ddt.ddt
class ParentsTestCase(base.ComputeTestCase):

    def parents(self, *locations, store='dcn0'):
        with our_cluster() as cluster:
            return cluster.parents(IMAGE, locations, store)

    def test_are_the_snapshots_in_our_cluster(self):
        self.assertEqual(
            [image_mod.RbdSnapshot(OURS, 'images', IMAGE.id, 'snap')],
            self.parents(location(CENTRAL, store='central'), location()))

    def test_none_of_no_locations(self):
        self.assertEqual([], self.parents())
        self.assertEqual(0, self.cluster.connections)

    def test_the_configured_store_comes_first(self):
        other = location(pool='other', store='dcn0-hdd')

        self.assertEqual(
            ['images', 'other'],
            [parent.pool for parent in self.parents(other, location())])

    def test_the_order_is_glances_without_a_preference(self):
        other = location(pool='other', store='dcn0-hdd')

        self.assertEqual(
            ['other', 'images'],
            [parent.pool
             for parent in self.parents(other, location(), store=None)])

    # Glances with different names for a store change it in their database.
    @ddt.data(None, 'edge')
    def test_the_name_of_the_store_is_not_needed(self, name):
        self.assertEqual(
            [image_mod.RbdSnapshot(OURS, 'images', IMAGE.id, 'snap')],
            self.parents(location(CENTRAL, store=name), location(store=name)))

    def test_what_is_no_snapshot_is_passed_over(self):
        self.assertEqual(1, len(self.parents(
            image_mod.Location(''), image_mod.Location('file:///a'),
            image_mod.Location(f'rbd://{OURS}/images'), location())))

    @ddt.data('vms-of-somebody', NAME)
    def test_a_disk_is_no_parent(self, disk):
        self.assertEqual([], self.parents(location(pool='vms', image=disk)))
        warning, = self.logged('WARNING')
        self.assertIn(disk, warning)
        self.assertIn('in the pool of instance disks', warning)

    @ddt.named_data(
        ('no_url', ''),
        ('no_parts', 'rbd://'),
        ('two_parts', f'rbd://{OURS}/images'),
        ('no_escape', f'rbd://{OURS}/images/%zz/snap'),
        ('way_up', f'rbd://{OURS}/images/../vms/{NAME}/snap'),
        ('megabyte', f'rbd://{OURS}/images/{"x" * 1_000_000}/snap'))
    @ddt.unpack
    def test_one_that_is_broken_does_not_hide_another(self, url):
        self.assertEqual(
            [image_mod.RbdSnapshot(OURS, 'images', IMAGE.id, 'snap')],
            self.parents(image_mod.Location(url, 'dcn0'), location()))
        warning, = self.logged('WARNING')
        self.assertIn(f'1 of the locations of image {IMAGE.id}', warning)
        self.assertIn(repr(url[:100])[:-1], warning)
        self.assertLess(len(warning), 600)

    def test_other_stores_are_nothing_to_warn_of(self):
        self.parents(
            image_mod.Location('file:///a'), location(CENTRAL),
            image_mod.Location('s3+https://key:secret@s3.example/b/i'))

        self.assertEqual([], self.logged('WARNING'))
        self.assertNotIn('secret', self.log.output)

    def test_one_that_is_listed_twice_is_one_parent(self):
        self.assertEqual(1, len(self.parents(
            location(), location(store='dcn0-hdd'),
            location(image=IMAGE.id.replace('-', '%2D')))))

    def test_ten_thousand_cost_one_look_each_and_one_warning(self):
        parse, parsed = image_mod.RbdSnapshot.parse, []
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.image.RbdSnapshot.parse',
            lambda _cls, url: parsed.append(url) or parse(url)))
        hostile = [
            location(pool='vms', image=f'{number}_disk')
            for number in range(5000)]
        others = [location(pool=f'pool-{number}') for number in range(5000)]

        self.assertEqual(
            [f'pool-{number}' for number in range(100)],
            [parent.pool for parent in self.parents(*hostile, *others)])
        self.assertEqual(10_000, len(parsed))
        self.assertEqual(1, self.cluster.fsids_told)
        self.assertEqual(1, self.cluster.connections)
        warning, = self.logged('WARNING')
        self.assertIn('Passing over 9900', warning)
        self.assertLess(len(warning), 600)

    def test_the_pools_may_be_one(self):
        self.assertEqual(
            ['vms'],
            [parent.pool for parent in self.parents(location(pool='vms'))])

    def test_a_disk_in_another_cluster_is_none_of_our_business(self):
        self.parents(location(CENTRAL, pool='vms', image=NAME))

        self.assertEqual([], self.logged('WARNING'))

    def test_fsid_is_asked_for_once_in_a_process(self):
        for _ in range(3):
            self.parents(location())

        self.assertEqual(1, self.cluster.fsids_told)
        self.assertEqual(1, self.cluster.connections)

    def test_fsid_is_asked_for_once_for_each_cluster(self):
        self.parents(location())
        self.flags('libvirt', images_rbd_ceph_conf='/etc/ceph/central.conf')

        self.assertEqual([], self.parents(location()))
        self.assertEqual(1, len(self.parents(location(CENTRAL))))
        self.assertEqual(1, self.ceph['central'].fsids_told)

    def test_fsid_may_be_bytes(self):
        self.cluster.fsid = OURS.encode()

        self.assertEqual(1, len(self.parents(location())))

    def test_no_connection_where_the_fsid_is_known(self):
        self.parents(location())
        self.parents(location(), location(CENTRAL))

        self.assertEqual(1, self.cluster.connections)

    def test_connection_is_closed(self):
        self.parents(location())

        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)


# Everything that can be wrong, and what is right, often enough.
PARTS = strategies.tuples(
    strategies.sampled_from([OURS, OURS, OURS.upper(), CENTRAL, 'ceph', '']),
    strategies.sampled_from(
        ['images', 'vms', 'vms', '%76ms', '%76%6D%73', 'VMS', 'vms%00',
         'vms%2F', '..', '']),
    strategies.sampled_from(
        [IMAGE.id, IMAGE.id.upper(), NAME, f'{IMAGE.id}_disk',
         f'..%2Fvms%2F{NAME}', f'{IMAGE.id}%40x', '%69', ''])
    | strategies.text(max_size=4),
    strategies.sampled_from(['snap', 'a%20b', 'snap?x', '']))

LOCATIONS = strategies.lists(strategies.builds(
    image_mod.Location,
    PARTS.map(lambda parts: 'rbd://' + '/'.join(parts)) | strategies.text(),
    strategies.sampled_from(['dcn0', 'central', None])), max_size=6)


class HostileParentsTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger(level=logging.ERROR))

    @hypothesis.given(LOCATIONS)
    @hypothesis.settings(max_examples=400)
    def test_whatever_the_locations_are(self, locations):
        with our_cluster() as cluster:
            parents = cluster.parents(IMAGE, locations, 'dcn0')

        self.assertEqual(len(set(parents)), len(parents))
        for parent in parents:
            self.assertEqual(OURS, parent.fsid)
            if parent.pool == 'vms':
                self.assertEqual(IMAGE.id, parent.image)
        self.assertEqual(set(parents), {
            snapshot for snapshot in map(self.snapshot, locations)
            if snapshot is not None and snapshot.fsid == OURS
            and (snapshot.pool, snapshot.image == IMAGE.id) != ('vms', False)
        })

    def snapshot(self, listed):
        try:
            return image_mod.RbdSnapshot.parse(listed.url)
        except exception.InvalidLocation:
            return None


class CanReadTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.cluster.add('images', IMAGE.id, 'snap')

    def can_read(self, pool='images'):
        with our_cluster() as cluster:
            return cluster.can_read(
                image_mod.RbdSnapshot(OURS, pool, IMAGE.id, 'snap'))

    def test_a_snapshot_that_is_there(self):
        self.assertTrue(self.can_read())
        self.assertEqual([], self.logged('WARNING'))
        self.assertEqual(0, self.cluster.contexts)

    def test_no_snapshot(self):
        self.cluster.pools['images'][IMAGE.id].snapshots.clear()

        self.assertFalse(self.can_read())
        self.assertIn('no such snapshot', self.logged('WARNING')[0])
        self.assertEqual(0, self.cluster.contexts)

    def test_no_pool(self):
        self.assertFalse(self.can_read('gone'))
        self.assertIn('no such pool', self.logged('WARNING')[0])

    def test_snapshot_that_the_client_may_not_read(self):
        self.cluster.unreadable.add('images')

        self.assertFalse(self.can_read())
        self.assertIn('may not read', self.logged('WARNING')[0])

    def test_snapshot_that_cannot_be_opened(self):
        self.cluster.pools['images'][IMAGE.id].broken = (
            fake_ceph.RbdError('[errno 6] error opening image\n' * 1000))

        self.assertFalse(self.can_read())
        warning, = self.logged('WARNING')
        self.assertIn('cannot be opened ([errno 6]', warning)
        self.assertIn(f'rbd info images/{IMAGE.id}@snap', warning)
        self.assertLess(len(warning), 1000)
        self.assertEqual(0, self.cluster.contexts)

    def test_no_answer_of_the_cluster_is_none(self):
        self.cluster.silent = True

        self.assertRaises(fake_ceph.Timeout, self.can_read)
        self.assertEqual([], self.logged('WARNING'))
        self.assertEqual(0, self.cluster.contexts)


class CloneTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.cluster.add('images', IMAGE.id, 'snap')
        self.parent = image_mod.RbdSnapshot(OURS, 'images', IMAGE.id, 'snap')

    def clone(self, parent=None):
        with our_cluster() as cluster:
            return cluster.clone(parent or self.parent, NAME)

    def test_is_a_clone_in_the_pool_of_disks(self):
        self.assertTrue(self.clone())

        disk = self.cluster.pools['vms'][NAME]
        self.assertEqual(('images', IMAGE.id, 'snap'), disk.parent)
        self.assertEqual(['nova'], self.cluster.users)

    def test_has_the_features_of_the_cluster(self):
        self.clone()

        self.assertEqual(61, self.cluster.pools['vms'][NAME].features)

    def test_has_layering_where_the_cluster_names_no_features(self):
        self.cluster.features = None
        self.clone()

        self.assertEqual(1, self.cluster.pools['vms'][NAME].features)

    def test_one_connection_for_all_steps(self):
        with our_cluster() as cluster:
            parent, = cluster.parents(IMAGE, [location()], 'dcn0')
            cluster.clone(parent, NAME)

        self.assertEqual(1, self.cluster.connections)
        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)

    def test_false_without_the_image(self):
        del self.cluster.pools['images'][IMAGE.id]

        self.assertFalse(self.clone())
        self.assertEqual({}, self.cluster.pools['vms'])
        warning, = self.logged('WARNING')
        self.assertIn(f'images/{IMAGE.id}@snap', warning)
        self.assertEqual(0, self.cluster.connected)

    def test_false_without_the_snapshot(self):
        # A worker that died while it wrote leaves an image of that kind.
        self.cluster.pools['images'][IMAGE.id].snapshots.clear()

        self.assertFalse(self.clone())

    def test_forbidden_where_the_client_may_not_write(self):
        self.cluster.writable.clear()

        self.assertRaises(nova_exception.Forbidden, self.clone)
        logged, = self.logged('ERROR')
        self.assertIn('Client nova', logged)
        self.assertIn(OURS, logged)
        self.assertIn(f'vms/{NAME}', logged)
        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)

    def test_false_where_the_client_may_not_read(self):
        self.cluster.unreadable.add('images')

        self.assertFalse(self.clone())
        self.assertIn('may not read', self.logged('WARNING')[0])
        self.assertEqual(0, self.cluster.contexts)

    def test_a_disk_of_that_name_is_left_alone(self):
        self.cluster.add('vms', NAME)

        self.assertRaises(fake_ceph.ImageExists, self.clone)
        self.assertIsNone(self.cluster.pools['vms'][NAME].parent)
        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)

    def test_false_without_the_pool(self):
        parent = image_mod.RbdSnapshot(OURS, 'gone', IMAGE.id, 'snap')

        self.assertFalse(self.clone(parent))
        self.assertEqual(0, self.cluster.connected)

    def test_false_where_the_snapshot_is_not_protected(self):
        self.cluster.pools['images'][IMAGE.id].protected.clear()

        self.assertFalse(self.clone())
        warning, = self.logged('WARNING')
        self.assertIn('the snapshot is not protected', warning)
        self.assertIn(f'rbd snap protect images/{IMAGE.id}@snap', warning)
        self.assertEqual(0, self.cluster.contexts)

    def test_false_where_the_snapshot_cannot_be_opened(self):
        self.cluster.pools['images'][IMAGE.id].broken = (
            fake_ceph.RbdError('[errno 95] not supported'))

        self.assertFalse(self.clone())
        self.assertIn('[errno 95]', self.logged('WARNING')[0])

    def test_what_is_wrong_with_the_clone_is_not_blamed_on_the_parent(self):
        self.cluster.features = '4'

        self.assertRaises(fake_ceph.InvalidArgument, self.clone)
        self.assertEqual([], self.logged('WARNING'))
        self.assertEqual(0, self.cluster.contexts)

    def test_cluster_that_does_not_answer(self):
        self.cluster.silent = True

        self.assertRaises(fake_ceph.Timeout, self.clone)
        self.assertEqual([], self.logged('WARNING'))
        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)

    def test_cluster_that_is_not_reached(self):
        self.cluster.refusal = fake_ceph.TimedOut('connecting')

        self.assertRaises(fake_ceph.TimedOut, self.clone)
        self.assertEqual(0, self.cluster.connected)


@ddt.ddt
class TranslateTestCase(base.ComputeTestCase):

    def translate(self, error):
        translated = rbd.translate(rbd_utils.RBDDriver(), error)
        self.assertIsInstance(translated, nova_exception.InternalError)
        self.assertEqual('The storage cluster of the host cannot be used',
                         str(translated))
        logged, = self.logged('ERROR')
        self.assertIn('pool vms of the cluster in /etc/ceph/dcn0.conf as '
                      'client nova: ', logged)
        return logged

    @ddt.data(
        (fake_ceph.TimedOut, 'monitors and OSDs'),
        (fake_ceph.Timeout, 'monitors and OSDs'),
        (fake_ceph.ObjectNotFound, 'images_rbd_pool'),
        (fake_ceph.PermissionDeniedError, 'ceph auth get'),
        (fake_ceph.RadosPermissionError, 'ceph auth get'),
        (fake_ceph.PermissionDenied, 'ceph auth get'),
        (fake_ceph.RadosNoSpace, 'ceph df'),
        (fake_ceph.RbdNoSpace, 'ceph df'),
        (fake_ceph.DiskQuotaExceeded, 'quota of the pool'),
        (fake_ceph.RadosError, 'health'),
        (fake_ceph.ImageExists, 'health'))
    @ddt.unpack
    def test_says_what_to_do(self, kind, remedy):
        logged = self.translate(kind('[errno 7] as librados says'))

        self.assertIn('client nova: [errno 7] as librados says. ', logged)
        self.assertIn(remedy, logged)

    def test_the_line_is_one_and_not_long(self):
        logged = self.translate(fake_ceph.RbdError('x\ny ' * 10_000))

        self.assertIn('client nova: x y x y', logged)
        self.assertLess(len(logged), 800)

    def test_all_errors_have_one_of_two_bases(self):
        for error in (fake_ceph.TimedOut, fake_ceph.Timeout):
            self.assertTrue(issubclass(error, rbd.errors()))
