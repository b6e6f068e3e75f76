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

"""A boot with our backend, on Nova's own modules."""

from __future__ import annotations

import dataclasses
import logging
import pathlib

import ddt
import fixtures
from nova import exception as nova_exception
from nova import objects
from nova.virt.libvirt import imagebackend as nova_imagebackend
from requests_mock.contrib import fixture as requests_fixture

from nova_rbd_multistore import fixture
from nova_rbd_multistore import image as image_mod
from nova_rbd_multistore import obstacle
from nova_rbd_multistore.compute import imagebackend
from nova_rbd_multistore.compute import startup
from tests import fake_ceph
from tests import records
from tests.unit.compute import base

INSTANCE = '6f0e8f4b-3c0e-4b46-8d67-0b6d1b4d7c11'
DISK = f'{INSTANCE}_disk'


OURS = fixture.Store('dcn0').fsid
CENTRAL = fixture.Store('central').fsid


@dataclasses.dataclass(frozen=True)
class PlacedStore(fixture.Store):
    """A store whose locations are not where those of its cluster are."""

    url: str = ''

    def location(self, image_id):
        return {'url': self.url.format(image_id),
                'metadata': {'store': self.name}}


class BackendTestCase(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.use_service_credential(self.glance.nova)

    def disk(self):
        return imagebackend.Rbd(
            objects.Instance(uuid=INSTANCE), 'disk',
            disk_info_mapping={'bus': 'virtio', 'dev': 'vda', 'type': 'disk'})

    def clone(self, image_id, **options):
        self.disk().clone(self.context, image_id, **options)

    def place(self, store, url):
        """Let a store say that its images are elsewhere.

        :param url: with braces for the image's id.
        """
        stores = self.glance.deployment.stores
        names = [known.name for known in stores]
        stores[names.index(store)] = PlacedStore(store, url=url)

    @property
    def parent(self):
        """What the disk is a clone of, None without a disk."""
        volume = self.cluster.pools['vms'].get(DISK)
        return volume and volume.parent

    @property
    def asked(self):
        """What Glance was asked, without the image's id."""
        return [(request.user, request.method,
                 '/'.join(request.path.split('/')[4:]))
                for request in self.glance.requests
                if request.path.startswith('/v2/images/')]

    def copies(self):
        return [request for request in self.asked
                if request[1:] == ('POST', 'import')]


class CloneTestCase(BackendTestCase):

    def test_from_the_copy_that_is_there(self):
        image_id = self.image('central', 'dcn0')
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertEqual(
            [('demo', 'GET', ''), ('nova', 'GET', 'locations')], self.asked)
        self.assertEqual(1, self.cluster.connections)
        self.assertEqual(0, self.cluster.connected)

    def test_from_a_location_that_glance_shows(self):
        self.glance.deployment.show_locations = True
        image_id = self.image('central', 'dcn0')
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertEqual([('demo', 'GET', '')], self.asked)

    def test_from_a_copy_that_is_made(self):
        image_id = self.image('central')
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertEqual([('nova', 'POST', 'import')], self.copies())
        self.assertIn('dcn0', self.glance.image(image_id).stores)

    def test_of_an_image_by_its_url(self):
        image_id = self.image('central', 'dcn0')
        self.clone(f'{self.glance.url}/v2/images/{image_id}')

        self.assertEqual(('images', image_id, 'snap'), self.parent)

    def test_at_most_one_connection_for_each_look_at_the_locations(self):
        self.clone(self.image('central'))
        self.assertEqual(2, self.cluster.connections)
        del self.cluster.pools['vms'][DISK]
        self.clone(self.image('central'))

        # By now the fsid is known, and the first look needs none.
        self.assertEqual(3, self.cluster.connections)
        self.assertEqual(1, self.cluster.fsids_told)
        self.assertEqual(0, self.cluster.connected)

    def test_from_the_second_location_if_the_first_is_missing(self):
        image_id = self.image('dcn0', 'dcn1')
        self.place('dcn1', f'rbd://{OURS}/other/{{}}/snap')
        del self.cluster.pools['images'][image_id]
        self.cluster.pools['other'] = {}
        self.cluster.add('other', image_id, 'snap')
        self.clone(image_id)

        self.assertEqual(('other', image_id, 'snap'), self.parent)
        self.assertEqual([], self.copies())

    def test_from_the_second_location_if_the_first_is_not_protected(self):
        image_id = self.image('dcn0', 'dcn1')
        self.place('dcn1', f'rbd://{OURS}/images/{{}}-2/snap')
        self.cluster.pools['images'][image_id].protected.clear()
        self.cluster.add('images', f'{image_id}-2', 'snap')
        self.clone(image_id)

        self.assertEqual(
            ('images', f'{image_id}-2', 'snap'), self.parent)
        self.assertIn(f'Protect it: rbd snap protect images/{image_id}@snap',
                      self.logged('WARNING')[0])

    def test_no_connection_where_no_location_can_be_ours(self):
        self.clone(self.image('dcn0'))
        connections = self.cluster.connections
        self.flags('libvirt', images_rbd_glance_store_name=None)

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.clone,
            self.image('central', 'dcn1'))
        self.assertEqual(connections, self.cluster.connections)

    def test_never_from_the_disk_of_an_instance(self):
        image_id = self.image('dcn0')
        self.place('dcn0', f'rbd://{OURS}/vms/somebody_disk/snap')
        self.cluster.add('vms', 'somebody_disk', 'snap')

        self.assertRaises(
            nova_exception.BuildAbortException, self.clone, image_id)
        self.assertIsNone(self.parent)
        self.assertIn('somebody_disk', self.logged('WARNING')[0])

    def test_from_a_good_location_beside_a_broken_one(self):
        image_id = self.image('dcn1', 'dcn0')
        self.place('dcn1', f'rbd://{OURS}/images/%zz/{{}}/../snap?x')
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertIn('Passing over 1', self.logged('WARNING')[0])

    def test_of_what_is_not_a_record_of_glance(self):
        image_id = self.image('dcn0')
        self.glance.image(image_id).properties[
            image_mod.IMPORTING_PROPERTY] = ['dcn1', 'dcn0']

        exc = self.assertRaises(
            nova_exception.GlanceConnectionFailed, self.clone, image_id)
        self.assertNotIn(image_mod.IMPORTING_PROPERTY, str(exc))
        error, = self.logged('ERROR')
        self.assertIn(f'show image {image_id}', error)
        self.assertIn(f'{image_mod.IMPORTING_PROPERTY}: a list in place of '
                      f'text', error)
        self.assertLess(len(error), 600)
        self.assertIsNone(self.parent)

    def test_properties_of_a_megabyte_are_none_of_our_business(self):
        # oslo.log keeps it at that level, too; it logs bodies below.
        self.useFixture(fixtures.FakeLogger(
            'keystoneauth', level=logging.WARNING, nuke_handlers=False))
        image_id = self.image('dcn0')
        self.glance.image(image_id).properties['x'] = 'x' * 1_000_000
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertNotIn('x' * 1000, self.log.output)

    def test_where_the_client_may_not_write(self):
        self.cluster.writable.clear()

        self.assertRaises(
            nova_exception.Forbidden, self.clone, self.image('dcn0'))
        self.assertEqual(0, self.cluster.connected)

    def test_is_told_in_the_log(self):
        image_id = self.image('dcn0')
        self.clone(image_id)

        self.assertEqual(
            [f'Disk {DISK} is a clone of images/{image_id}@snap'],
            self.logged('INFO'))
        self.assertEqual([], self.logged('WARNING'))

    def test_tells_no_secret(self):
        self.clone(self.image('central'))

        for user in (self.glance.tenant, self.glance.nova):
            self.assertNotIn(user.token, self.log.output)

    def test_tells_no_key_of_another_store(self):
        image_id = self.image('central', 'dcn0')
        self.place('central', 's3+https://AKIA0123:c2VjcmV0@s3.example/b/{}')
        self.clone(image_id)

        self.assertNotIn('c2VjcmV0', '\n'.join(self.logged('DEBUG')))

    def test_later_disks_need_no_other_copy(self):
        image_id = self.image('central')
        for number in range(8):
            disk = imagebackend.Rbd(
                objects.Instance(uuid=INSTANCE), f'disk{number}',
                disk_info_mapping={})
            disk.clone(self.context, image_id)

        self.assertEqual(1, len(self.copies()))
        self.assertEqual(8, len(self.cluster.pools['vms']))


class VisibleTestCase(BackendTestCase):

    def test_image_of_another_project(self):
        # The service credential, which is an administrator's, could.
        image_id = self.image('central', 'dcn0', owner=self.glance.other,
                              visibility='private')

        self.assertRaises(
            nova_exception.ImageNotFound, self.clone, image_id)
        self.assertEqual([('demo', 'GET', '')], self.asked)
        self.assertEqual(0, self.cluster.connections)

    def test_no_image(self):
        self.assertRaises(
            nova_exception.ImageNotFound, self.clone, records.IMAGE_ID)

    def test_image_that_is_not_active(self):
        image_id = self.image('dcn0')
        self.glance.deactivate(image_id)

        self.assertRaises(
            nova_exception.ImageNotActive, self.clone, image_id)
        self.assertIsNone(self.parent)

    def test_image_that_is_being_removed(self):
        image_id = self.image('dcn0')
        self.glance.image(image_id).status = 'deleted'

        self.assertRaises(
            nova_exception.ImageNotFound, self.clone, image_id)

    def test_token_that_has_expired(self):
        image_id = self.image('dcn0')
        self.glance.expire_token(self.glance.tenant)

        self.assertRaises(
            nova_exception.ImageNotAuthorized, self.clone, image_id)
        self.assertIn('reaches Keystone', self.logged('WARNING')[0])

    def test_glance_that_does_not_answer(self):
        image_id = self.image('dcn0')
        self.glance.break_requests(fixture.Fault(), times=99)

        exc = self.assertRaises(
            nova_exception.GlanceConnectionFailed, self.clone, image_id)
        self.assertNotIn(self.glance.url, str(exc))
        self.assertIn(self.glance.url, self.logged('ERROR')[0])

    def test_glance_that_does_not_answer_about_locations(self):
        http = self.useFixture(requests_fixture.Fixture())
        url = f'{self.glance.url}/v2/images/{records.IMAGE_ID}'
        http.get(url, json=records.image('central,dcn0'))
        http.get(f'{url}/locations', status_code=503)

        # Another host may find them, so Nova shall try the build there.
        self.assertRaises(
            nova_exception.GlanceConnectionFailed, self.clone,
            records.IMAGE_ID)

    def test_token_that_expires_while_the_image_is_copied(self):
        image_id = self.image('central')
        self.glance.deployment.pace = fixture.Pace(staging=300.0)
        self.expire_at(100.0, self.glance.tenant)
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)

    def expire_at(self, seconds, user):
        sleep = self.glance.clock.sleep
        monotonic = self.glance.clock.monotonic

        def sleep_on(duration):
            sleep(duration)
            if monotonic() >= seconds:
                self.glance.expire_token(user)

        self.glance.clock = dataclasses.replace(
            self.glance.clock, sleep=sleep_on)


@ddt.ddt
class UnacceptableTestCase(BackendTestCase):
    """Nova downloads these images, as always."""

    @ddt.data('qcow2', 'iso', 'vmdk')
    def test_format_that_can_never_be_cloned(self, disk_format):
        image_id = self.image('central', disk_format=disk_format)

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.clone, image_id)
        warning, = self.logged('WARNING')
        self.assertIn(image_id, warning)
        self.assertIn(disk_format, warning)
        self.assertEqual([('demo', 'GET', '')], self.asked)
        self.assertEqual(0, self.cluster.connections)

    @ddt.data(None, '')
    def test_no_store_is_configured(self, store):
        self.flags('libvirt', images_rbd_glance_store_name=store)
        image_id = self.image('central')

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.clone, image_id)
        warning, = self.logged('WARNING')
        self.assertIn('images_rbd_glance_store_name', warning)
        self.assertEqual([], self.copies())

    def test_no_store_is_configured_and_none_is_needed(self):
        self.flags('libvirt', images_rbd_glance_store_name='')
        image_id = self.image('central', 'dcn0')
        self.clone(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)

    def test_copying_is_not_wanted(self):
        self.assertRaises(
            nova_exception.ImageUnacceptable, self.clone,
            self.image('central'), copy_to_store=False)
        self.assertEqual([], self.copies())


@ddt.ddt
class NoCopyTestCase(BackendTestCase):

    def refused(self, image_id):
        exc = self.assertRaises(
            nova_exception.BuildAbortException, self.clone, image_id)
        self.assertIn(INSTANCE, str(exc))
        self.assertEqual(INSTANCE, exc.kwargs['instance_uuid'])
        told = exc.kwargs['reason']
        self.assertIn(image_id, told)
        for internal in ('dcn0', 'Glance', 'task', 'nova.conf'):
            self.assertNotIn(internal, told)
        self.assertIsNone(self.parent)
        logged, = self.logged('ERROR')
        self.assertIn(image_id, logged)
        self.assertIn('store dcn0', logged)
        return logged

    def test_every_attempt_fails(self):
        image_id = self.image('central')
        del self.cluster.pools['images'][image_id]
        self.glance.fail_next(fixture.Failure.WRITE, times=3)

        self.assertIn('3 times', self.refused(image_id))
        self.assertEqual(3, len(self.copies()))

    def test_partial_copy_ends_it_after_the_first_attempt(self):
        image_id = self.image('central')
        self.cluster.add('images', image_id)
        self.glance.obstruct(image_id, 'dcn0')

        logged = self.refused(image_id)
        self.assertIn(f'(rbd --id admin rm images/{image_id})', logged)
        self.assertIn(OURS, logged)
        self.assertEqual(1, len(self.copies()))
        self.assertIn(image_id, self.cluster.pools['images'])

    def test_copy_that_is_being_written_does_not_end_it(self):
        image_id = self.image('central')
        self.cluster.add('images', image_id)
        volume = self.cluster.pools['images'][image_id]
        volume.watchers.append('192.0.2.7:0/1')
        self.glance.obstruct(image_id, 'dcn0')

        logged = self.refused(image_id)
        self.assertIn('3 times', logged)
        self.assertIn('open at 192.0.2.7:0/1', logged)
        self.assertEqual(3, len(self.copies()))

    @ddt.data(
        ('images_rbd_glance_copy_stall_timeout', 30, 'no sign of life'),
        ('images_rbd_glance_copy_timeout', 30, 'gave up after 30 s'))
    @ddt.unpack
    def test_partial_copy_is_told_of_with_another_reason(
            self, option, value, words):
        self.flags('libvirt', **{option: value})
        image_id = self.image('central')
        self.cluster.add('images', image_id)
        self.glance.deployment.pace = fixture.Pace(staging=1000.0)

        logged = self.refused(image_id)
        self.assertIn(words, logged)
        self.assertIn(f'(rbd --id admin rm images/{image_id})', logged)

    def test_copy_that_is_only_late_is_not_told_of(self):
        self.flags('libvirt', images_rbd_glance_copy_timeout=30)
        image_id = self.image('central')
        volume = self.cluster.pools['images'][image_id]
        volume.watchers.append('192.0.2.7:0/1')
        self.glance.deployment.pace = fixture.Pace(staging=1000.0)

        logged = self.refused(image_id)
        self.assertNotIn('rbd --id', logged)

    def test_copy_that_came_after_all_is_not_told_of(self):
        self.flags('libvirt', images_rbd_glance_copy_timeout=10)
        image_id = self.image('central')
        self.glance.deployment.pace = fixture.Pace(staging=1000.0)

        def find(*_):
            self.glance.image(image_id).stores.append('dcn0')
            return obstacle.Obstacle('1', True, 'a copy', 'Remove it.')

        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.compute.partial.Finder.__call__', find))
        self.assertNotIn('Remove it', self.refused(image_id))

    def test_attempts_are_configured(self):
        self.flags('libvirt', images_rbd_glance_copy_attempts=1)
        image_id = self.image('central')
        self.glance.fail_next(fixture.Failure.STAGING)

        self.assertIn('once', self.refused(image_id))
        self.assertEqual(1, len(self.copies()))

    def test_timeout_is_configured(self):
        self.flags('libvirt', images_rbd_glance_copy_timeout=30)
        image_id = self.image('central')
        self.glance.deployment.pace = fixture.Pace(staging=100.0)

        self.assertIn('after 30 s', self.refused(image_id))
        self.assertEqual(30.0, self.glance.clock.monotonic())

    def test_poll_interval_is_configured(self):
        self.flags('libvirt', images_rbd_glance_copy_poll_interval=1)
        self.glance.deployment.pace = fixture.Pace(staging=100.0)
        self.clone(self.image('central'))

        self.assertGreater(len(self.asked), 100)

    def test_stall_limit_is_configured(self):
        self.flags('libvirt', images_rbd_glance_copy_stall_timeout=60)
        image_id = self.image('central')
        self.glance.deployment.pace = fixture.Pace(starting=500.0)

        self.assertIn('no sign of life', self.refused(image_id))

    def test_store_is_not_glances(self):
        self.flags('libvirt', images_rbd_glance_store_name='dcn0')
        self.glance.deployment.stores = [fixture.Store('central')]

        self.assertIn(
            'images_rbd_glance_store_name', self.refused(
                self.image('central')))

    def test_credential_may_not_see_the_image(self):
        self.use_service_credential(self.glance.service)
        self.glance.deployment.show_locations = True
        message = self.refused(self.image('central', visibility='private'))

        self.assertIn('the service credential of [glance] does not', message)
        self.assertIn('roles service and admin', message)

    def test_credential_is_not_valid(self):
        self.glance.expire_token(self.glance.nova)
        message = self.refused(self.image('central'))

        self.assertIn('does not accept the service credential', message)
        self.assertIn('401', message)

    def test_locations_are_hidden_so_no_copy_is_paid_for(self):
        self.use_service_credential(self.glance.other)
        image_id = self.image('central', visibility='public')

        message = self.refused(image_id)
        self.assertIn('hides the locations', message)
        self.assertIn('fetch_image_location', message)
        self.assertEqual([], self.copies())

    def test_glance_is_too_old_to_tell_hidden_locations(self):
        self.glance.deployment.minor_version = 15

        message = self.refused(self.image('central'))
        self.assertIn('2.15', message)
        self.assertIn('Update Glance', message)
        self.assertEqual([], self.copies())

    def test_credential_may_not_copy(self):
        self.use_service_credential(self.glance.other)
        self.glance.deployment.show_locations = True

        message = self.refused(self.image('central', visibility='public'))
        self.assertIn('copy_image', message)
        self.assertIn('Glance was asked with the service credential of '
                      '[glance].', message)

    def test_store_is_in_another_cluster(self):
        image_id = self.image('central')
        self.place('dcn0', f'rbd://{CENTRAL}/images/{{}}/snap')

        self.assertIn('images_rbd_ceph_conf', self.refused(image_id))

    def test_locations_are_hidden_from_the_credential(self):
        self.flags('glance', auth_type=None)
        self.glance.deployment.copy_roles = None

        reason = self.refused(self.image('central'))
        self.assertIn("the tenant's token", reason)
        self.assertIn('[glance]', reason)

    @ddt.data('WRITE', 'STAGING')
    def test_download_where_that_was_chosen(self, failure):
        self.flags('libvirt', images_rbd_glance_copy_attempts=1,
                   images_rbd_glance_copy_fallback='download')
        image_id = self.image('central')
        self.glance.fail_next(fixture.Failure[failure])

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.clone, image_id)
        warnings = [line for line in self.logged('WARNING')
                    if 'images_rbd_glance_copy_fallback' in line]
        self.assertEqual(1, len(warnings))
        self.assertIn(image_id, warnings[0])
        self.assertEqual([], self.logged('ERROR'))

    @ddt.data('refuse', 'download')
    def test_image_removed_meanwhile_is_never_downloaded(self, fallback):
        self.flags('libvirt', images_rbd_glance_copy_fallback=fallback)
        image_id = self.image('central')
        self.when_asked_for_a_copy(lambda: self.glance.delete(image_id))

        self.assertRaises(
            nova_exception.ImageNotFound, self.clone, image_id)

    @ddt.data('refuse', 'download')
    def test_image_deactivated_meanwhile_is_never_downloaded(self, fallback):
        self.flags('libvirt', images_rbd_glance_copy_fallback=fallback)
        image_id = self.image('central')
        self.when_asked_for_a_copy(lambda: self.glance.deactivate(image_id))

        self.assertRaises(
            nova_exception.ImageNotActive, self.clone, image_id)

    def when_asked_for_a_copy(self, action):
        """Do something at the first pause after that."""
        sleep = self.glance.clock.sleep

        def sleep_on(duration):
            action()
            sleep(duration)

        self.glance.clock = dataclasses.replace(
            self.glance.clock, sleep=sleep_on)


@ddt.ddt
class BrokenClusterTestCase(BackendTestCase):

    def cache(self, image_id):
        """Make the disk in the way that Nova does."""
        directory = self.useFixture(fixtures.TempDir()).path
        self.config.config(instances_path=directory)
        disk = self.disk()
        disk.lock_path = directory
        disk.cache(self.fetch, 'base', None, context=self.context,
                   image_id=image_id)

    def fetch(self, target, context, image_id):
        raise AssertionError('no boot downloads in this test')

    def refused(self, image_id):
        exc = self.assertRaises(
            nova_exception.InternalError, self.cache, image_id)
        self.assertEqual(
            'The storage cluster of the host cannot be used', str(exc))
        told, = self.logged('ERROR')
        self.assertEqual(0, self.cluster.connected)
        self.assertEqual(0, self.cluster.contexts)
        return told

    def test_works_before(self):
        image_id = self.image('central', 'dcn0')
        self.cache(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)

    def test_does_not_answer(self):
        self.cluster.silent = True

        self.assertIn('does not answer in time',
                      self.refused(self.image('central', 'dcn0')))
        self.assertEqual([], self.asked)

    @ddt.data(fake_ceph.TimedOut, fake_ceph.PermissionDeniedError)
    def test_lets_nobody_in(self, kind):
        self.cluster.refusal = kind('[errno 1] connecting')

        self.assertIn('client nova: [errno 1] connecting.',
                      self.refused(self.image('central', 'dcn0')))

    def test_has_no_pool_for_disks(self):
        del self.cluster.pools['vms']

        self.assertIn('images_rbd_pool',
                      self.refused(self.image('central', 'dcn0')))

    def test_breaks_while_the_image_is_looked_for(self):
        image_id = self.image('central', 'dcn0')
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.compute.localimage.visible',
            self.break_cluster))

        self.assertIn('does not answer in time', self.refused(image_id))

    def break_cluster(self, services, image_id):
        self.cluster.silent = True
        return services.tenant.image(image_id)


class CreateImageTestCase(BackendTestCase):
    """The host's image cache has the image."""

    def setUp(self):
        super().setUp()
        self.base = self.useFixture(fixtures.TempDir()).join('base')
        pathlib.Path(self.base).touch()

    def create_image(self, **kwargs):
        self.disk().create_image(self.template, self.base, None, **kwargs)

    def template(self, target, **kwargs):
        """Nova's fetches nothing when the cache has it."""

    def test_disk_is_cloned_nevertheless(self):
        image_id = self.image('central')
        self.create_image(context=self.context, image_id=image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertEqual([('nova', 'POST', 'import')], self.copies())

    def test_refusal_is_no_flat_disk(self):
        image_id = self.image('central')
        self.glance.fail_next(fixture.Failure.WRITE, times=3)

        self.assertRaises(
            nova_exception.BuildAbortException, self.create_image,
            context=self.context, image_id=image_id)
        self.assertIsNone(self.parent)

    def test_never_download_covers_the_cache(self):
        self.flags('workarounds', never_download_image_if_on_rbd=True)
        image_id = self.image('central', disk_format='qcow2')

        self.assertRaises(
            nova_exception.ImageUnacceptable, self.create_image,
            context=self.context, image_id=image_id)

    def test_flat_disk_of_the_cache_is_a_warning(self):
        image_id = self.image('central', disk_format='qcow2')
        imported = self.useFixture(fixtures.MockPatch(
            'nova.storage.rbd_utils.RBDDriver.import_image')).mock
        self.create_image(context=self.context, image_id=image_id)

        imported.assert_called_once_with(self.base, DISK)
        self.assertIn('flat disk', self.logged('WARNING')[-1])

    def test_disk_that_is_there_is_left_alone(self):
        image_id = self.image('central')
        self.cluster.add('vms', DISK)
        self.create_image(context=self.context, image_id=image_id)

        self.assertEqual([], self.glance.requests)

    def test_disk_of_no_image_is_not_cloned(self):
        imported = self.useFixture(fixtures.MockPatch(
            'nova.storage.rbd_utils.RBDDriver.import_image')).mock
        self.create_image(context=self.context)

        imported.assert_called_once_with(self.base, DISK)
        self.assertEqual([], self.glance.requests)


class NovasLockTestCase(BackendTestCase):
    """The host's image cache has no image; Nova would lock it now."""

    def setUp(self):
        super().setUp()
        self.base = self.useFixture(fixtures.TempDir()).join('base')
        self.prepared = []

    def create_image(self, image_id):
        disk = self.disk()

        def template(target, context, image_id):
            """What Nova's driver does while it has the lock."""
            self.prepared.append(self.parent)
            try:
                disk.clone(context, image_id)
            except nova_exception.ImageUnacceptable:
                pathlib.Path(target).touch()

        disk.create_image(template, self.base, None, context=self.context,
                          image_id=image_id)

    def test_is_not_taken_for_a_clone(self):
        image_id = self.image('central')
        self.create_image(image_id)

        self.assertEqual(('images', image_id, 'snap'), self.parent)
        self.assertEqual([], self.prepared)

    def test_is_taken_for_a_download_and_nothing_is_asked_again(self):
        self.flags('libvirt', images_rbd_glance_copy_fallback='download',
                   images_rbd_glance_copy_attempts=1)
        image_id = self.image('central')
        self.glance.fail_next(fixture.Failure.WRITE)
        imported = self.useFixture(fixtures.MockPatch(
            'nova.storage.rbd_utils.RBDDriver.import_image')).mock
        self.create_image(image_id)

        imported.assert_called_once_with(self.base, DISK)
        self.assertEqual([None], self.prepared)
        self.assertEqual(1, len(self.copies()))
        self.assertEqual(
            1, len([line for line in self.logged('WARNING')
                    if 'Leaving it to Nova to download' in line]))


class DeletedTestCase(BackendTestCase):
    """The instance is deleted while its boot waits."""

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MonkeyPatch(
            'nova_rbd_multistore.compute.deletion.requested', self.requested))

    def requested(self, context, instance_uuid):
        self.assertEqual(INSTANCE, instance_uuid)
        return True

    def test_boot_ends_as_nova_ends_it(self):
        image_id = self.image('central')
        exc = self.assertRaises(
            nova_exception.UnexpectedDeletingTaskStateError, self.clone,
            image_id)
        self.assertIn(INSTANCE, str(exc))
        self.assertIsNone(self.parent)
        self.assertEqual([], self.logged('ERROR'))
        self.assertIn('is being deleted', self.logged('INFO')[-1])


class CopyToStoreTestCase(BackendTestCase):

    def test_returns_when_the_store_has_the_image(self):
        image_id = self.image('central')
        self.disk().copy_to_store(self.context, {'id': image_id})

        self.assertIn('dcn0', self.glance.image(image_id).stores)
        self.assertIsNone(self.parent)

    def test_credential_is_not_valid(self):
        image_id = self.image('central')
        self.glance.expire_token(self.glance.nova)

        self.assertRaises(
            nova_exception.BuildAbortException, self.disk().copy_to_store,
            self.context, {'id': image_id})

    def test_aborts_the_build_otherwise(self):
        image_id = self.image('central')
        self.glance.fail_next(fixture.Failure.WRITE, times=3)

        self.assertRaises(
            nova_exception.BuildAbortException, self.disk().copy_to_store,
            self.context, {'id': image_id})


@ddt.ddt
class CredentialTestCase(base.ComputeTestCase):
    """What is wrong with the options shows when the service starts."""

    def test_type_that_does_not_exist(self):
        self.flags('glance', auth_type='pasword')
        error = self.assertRaises(
            startup.UnusableCredential, imagebackend.Backend, True)

        self.assertIn('[glance]', str(error))
        self.assertIn('pasword', str(error))

    def test_section_without_a_type(self):
        self.flags('glance', auth_section='service_user')
        error = self.assertRaises(
            startup.UnusableCredential, imagebackend.Backend, True)

        self.assertIn('auth_type', str(error))

    @ddt.data('glance', 'service_user')
    def test_chosen_group_holds_none(self, group):
        for each in ('glance', 'service_user'):
            self.flags(each, auth_type=None, auth_section=None)
        self.flags('libvirt', images_rbd_glance_credential=group)
        error = self.assertRaises(
            startup.UnusableCredential, imagebackend.Backend, True)

        self.assertIn(f'[{group}]', str(error))
        self.assertIn('images_rbd_glance_credential = user', str(error))

    def test_half_of_a_hub(self):
        self.flags('libvirt',
                   images_rbd_glance_hub_endpoint='http://hub.invalid')

        self.assertRaises(
            startup.InvalidOptions, imagebackend.Backend, True)

    def test_shows_without_a_store_too(self):
        self.flags('glance', auth_type='pasword')
        self.flags('libvirt', images_rbd_glance_store_name='')

        self.assertRaises(
            startup.UnusableCredential, imagebackend.Backend, True)


class BackendClassTestCase(BackendTestCase):

    def test_rbd_is_ours_and_all_others_are_novas(self):
        ours = imagebackend.Backend(use_cow=True).BACKEND
        theirs = nova_imagebackend.Backend(use_cow=True).BACKEND

        self.assertIs(imagebackend.Rbd, ours.pop('rbd'))
        theirs.pop('rbd')
        self.assertEqual(theirs, ours)

    def test_configured_type_is_ours(self):
        backend = imagebackend.Backend(use_cow=True).by_name(
            objects.Instance(uuid=INSTANCE), 'disk')

        self.assertIsInstance(backend, imagebackend.Rbd)

    def test_says_what_it_does(self):
        imagebackend.Backend(use_cow=True)

        line, = self.logged('INFO')
        self.assertIn('store dcn0', line)
        self.assertIn('the service credential of [glance]', line)
        self.assertNotIn(self.glance.nova.token, line)

    def test_says_that_the_type_is_another(self):
        self.flags('libvirt', images_type='qcow2')
        imagebackend.Backend(use_cow=True)

        line, = self.logged('WARNING')
        self.assertIn('qcow2', line)

    def test_says_that_no_store_is_configured(self):
        self.flags('libvirt', images_rbd_glance_store_name='')
        imagebackend.Backend(use_cow=True)

        line, = self.logged('WARNING')
        self.assertIn('images_rbd_glance_store_name', line)
