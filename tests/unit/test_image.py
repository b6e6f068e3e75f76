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

"""Glance's dictionaries become Image, Task and Location."""

from __future__ import annotations

import datetime
import re
import urllib.parse
import uuid

import ddt
import hypothesis
from hypothesis import strategies

from nova_rbd_multistore import exception
from nova_rbd_multistore import image
from tests import base
from tests import records

FSID = '5b4cf4a3-7c4e-4c6b-8d0e-2b6f0f3f1d11'

FULL_IMAGE = records.image(
    lock='t1', importing='dcn0', failed='', direct_url='rbd://a/b/c/d',
    locations=[records.location('rbd://a/b/c/d', 'central')],
    updated_at='2026-01-31T12:00:00Z')


@ddt.ddt
class ImageTestCase(base.TestCase):

    def test_attributes_are_glances(self):
        seen = image.Image.from_glance(records.image(
            'central,dcn0', lock='t1', importing='dcn1,dcn10', failed='dcn2'))

        self.assertEqual(records.IMAGE_ID, seen.id)
        self.assertEqual('active', seen.status)
        self.assertTrue(seen.active)
        self.assertEqual('debian-12', seen.name)
        self.assertEqual('raw', seen.disk_format)
        self.assertEqual(64 * records.MIB, seen.size)
        self.assertEqual(records.PROJECT_ID, seen.owner)
        self.assertEqual({'central', 'dcn0'}, seen.stores)
        self.assertEqual('t1', seen.lock)
        self.assertEqual({'dcn1', 'dcn10'}, seen.importing)
        self.assertEqual({'dcn2'}, seen.failed)
        self.assertEqual((), seen.locations)

    def test_store_names_compare_exactly(self):
        seen = image.Image.from_glance(records.image(
            'central,dcn10', importing='dcn11', failed='xdcn1'))

        self.assertNotIn('dcn1', seen.stores)
        self.assertNotIn('dcn1', seen.importing)
        self.assertNotIn('dcn1', seen.failed)

    def test_lists_are_absent_before_the_first_import(self):
        seen = image.Image.from_glance(records.image(None))

        self.assertEqual(frozenset(), seen.stores)
        self.assertEqual(frozenset(), seen.importing)
        self.assertEqual(frozenset(), seen.failed)
        self.assertIsNone(seen.lock)

    def test_lists_are_empty_strings_after_an_import(self):
        seen = image.Image.from_glance(records.image(
            'central,dcn0', importing='', failed='', lock=''))

        self.assertEqual(frozenset(), seen.importing)
        self.assertEqual(frozenset(), seen.failed)
        self.assertIsNone(seen.lock)

    def test_stray_commas_and_blanks_name_no_store(self):
        seen = image.Image.from_glance(records.image(' central , ,dcn0,'))

        self.assertEqual({'central', 'dcn0'}, seen.stores)

    def test_every_other_status_is_not_active(self):
        for status in ('queued', 'saving', 'importing', 'uploading', 'killed',
                       'deactivated', 'deleted', 'pending_delete'):
            seen = image.Image.from_glance(records.image(status=status))
            self.assertFalse(seen.active, status)

    def test_size_is_none_while_unknown(self):
        self.assertIsNone(
            image.Image.from_glance(records.image(size=None)).size)

    def test_equal_records_are_equal_images(self):
        # A sign of life is a difference between two of them.
        one = image.Image.from_glance(records.image('central,dcn0'))
        two = image.Image.from_glance(records.image('dcn0,central'))

        self.assertEqual(one, two)

    def test_locations_with_their_stores(self):
        seen = image.Image.from_glance(records.image(locations=[
            records.location('rbd://a/b/c/d', 'central'),
            records.location('rbd://e/f/g/h')]))

        self.assertEqual(
            (image.Location('rbd://a/b/c/d', 'central'),
             image.Location('rbd://e/f/g/h', None)), seen.locations)

    def test_direct_url_is_a_location(self):
        seen = image.Image.from_glance(
            records.image(direct_url='rbd://a/b/c/d'))

        self.assertEqual((image.Location('rbd://a/b/c/d'),), seen.locations)

    def test_direct_url_is_not_listed_twice(self):
        seen = image.Image.from_glance(records.image(
            locations=[records.location('rbd://a/b/c/d', 'central')],
            direct_url='rbd://a/b/c/d'))

        self.assertEqual(
            (image.Location('rbd://a/b/c/d', 'central'),), seen.locations)

    @ddt.data('stores', image.IMPORTING_PROPERTY, image.FAILED_PROPERTY)
    def test_a_list_that_is_not_text_is_refused(self, part):
        # Taken for an empty one, it would lead to a copy of what is there.
        exc = self.assertRaises(
            exception.InvalidRecord, image.Image.from_glance,
            records.image(**{part: ['central', 'dcn0']}))

        self.assertEqual(part, exc.part)
        self.assertEqual(f'{part}: a list in place of text', str(exc))

    @ddt.data({}, 'rbd://a/b/c/d', 7)
    def test_locations_that_are_no_list_are_refused(self, locations):
        exc = self.assertRaises(
            exception.InvalidRecord, image.Image.from_glance,
            records.image(locations=locations))

        self.assertEqual('locations', exc.part)

    @hypothesis.given(records.JSON | records.broken(FULL_IMAGE))
    def test_any_json_is_an_image_of_the_declared_types(self, record):
        try:
            seen = image.Image.from_glance(record)
        except exception.InvalidRecord as exc:
            self.assertIn(exc.part, {'the answer', *FULL_IMAGE})
            self.assertLess(len(str(exc)), 200)
            return
        self.assertIsInstance(hash(seen), int)
        for word in (seen.id, seen.status):
            self.assertTrue(isinstance(word, str) and word)
        for names in (seen.stores, seen.importing, seen.failed):
            self.assertIsInstance(names, frozenset)
            self.assertTrue(all(name and ',' not in name for name in names))
        for text in (seen.lock, seen.name, seen.disk_format, seen.owner):
            self.assertTrue(text is None or isinstance(text, str) and text)
        self.assertTrue(seen.size is None or isinstance(seen.size, int))
        for location in seen.locations:
            self.assertIsInstance(location.url, str)


class LocationsTestCase(base.TestCase):

    def test_what_is_no_list_is_refused(self):
        for body in (None, '', 'rbd://a/b/c/d', 7, {}, {'url': 'x'}):
            self.assertRaises(
                exception.InvalidRecord, image.locations_from_glance, body)

    def test_elements_that_are_no_locations_have_no_url(self):
        self.assertEqual(
            (*[image.Location('')] * 5, image.Location('rbd://a/b/c/d')),
            image.locations_from_glance(
                [None, 'x', {}, {'url': None}, {'url': ['x']},
                 {'url': 'rbd://a/b/c/d', 'metadata': 'x'}]))

    def test_what_names_no_store_does_not_hide_the_location(self):
        for store in (None, '', 7, ['dcn0'], 'x' * 256, 'dcn0\nx', '\x1b[2J'):
            location, = image.locations_from_glance(
                [{'url': 'rbd://a/b/c/d', 'metadata': {'store': store}}])
            self.assertEqual(
                image.Location('rbd://a/b/c/d', None), location, store)

    @hypothesis.given(strategies.lists(
        records.broken(records.location('rbd://a/b/c/d', 'central'))
        | records.JSON, max_size=4))
    def test_any_list_has_locations_of_the_declared_types(self, body):
        locations = image.locations_from_glance(body)

        self.assertEqual(len(body), len(locations))
        for location in locations:
            self.assertIsInstance(location.url, str)
            self.assertTrue(location.store is None or (
                location.store.isprintable()
                and 0 < len(location.store) < 256))


class TaskTestCase(base.TestCase):

    def test_attributes_are_glances(self):
        task = image.Task.from_glance(
            records.task('t1', 'processing', 90, message='Copied 15 MiB'))

        self.assertEqual('t1', task.id)
        self.assertEqual('processing', task.status)
        self.assertEqual('Copied 15 MiB', task.message)
        self.assertEqual(records.PROJECT_ID, task.owner)
        self.assertEqual('req-t1', task.request_id)
        self.assertEqual(
            datetime.datetime(2026, 1, 31, 12, 1, 30, tzinfo=datetime.UTC),
            task.updated_at)

    def test_empty_message_is_none(self):
        self.assertIsNone(image.Task.from_glance(records.task()).message)

    def test_times_without_zone_are_utc(self):
        task = image.Task.from_glance(
            records.task(updated_at='2026-01-31T12:00:00.000000'))

        self.assertEqual(
            datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC),
            task.updated_at)

    def test_times_of_other_zones_are_converted(self):
        task = image.Task.from_glance(
            records.task(updated_at='2026-01-31T13:00:00+01:00'))

        self.assertEqual(
            datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC),
            task.updated_at)
        self.assertEqual(datetime.UTC, task.updated_at.tzinfo)

    def test_what_is_no_time_is_none(self):
        for moment in (None, '', 'yesterday', 1769860800, '2026-13-01',
                       '0001-01-01T00:00:00+01:00',
                       '9999-12-31T23:59:59-01:00'):
            task = image.Task.from_glance(records.task(updated_at=moment))
            self.assertIsNone(task.updated_at, moment)

    def test_message_is_one_short_line(self):
        task = image.Task.from_glance(records.task(
            message='Copied\n15 MiB\x1b[2J ' + 'x' * 1_000_000))

        self.assertTrue(task.message.startswith('Copied 15 MiB'))
        self.assertTrue(task.message.isprintable())
        self.assertLess(len(task.message), 600)

    @hypothesis.given(
        records.JSON | records.broken(records.task())
        | strategies.builds(
            lambda moment: records.task(updated_at=moment.isoformat()),
            strategies.datetimes(
                timezones=strategies.none() | strategies.timezones())))
    def test_any_json_is_a_task_of_the_declared_types(self, record):
        try:
            task = image.Task.from_glance(record)
        except exception.InvalidRecord as exc:
            self.assertIn(exc.part, {'the answer', *records.task()})
            return
        self.assertIsInstance(task.id, str)
        self.assertIsInstance(task.status, str)
        for text in (task.message, task.owner, task.request_id):
            self.assertTrue(text is None or isinstance(text, str) and text)
        if task.updated_at is not None:
            self.assertEqual(datetime.UTC, task.updated_at.tzinfo)


def written_by_glance_store(*parts: str) -> str:
    """Return the URL as ``StoreLocation.get_uri`` of its RBD driver does."""
    return 'rbd://' + '/'.join(
        urllib.parse.quote(part, safe='') for part in parts)


PART = strategies.text(
    strategies.characters(exclude_categories=('C', 'Z'),
                          exclude_characters='/@'), min_size=1)


# Mostly what is right, so that what is wrong often stands alone.
GOOD = ['a', 'B', '0', '-', '.', '~', ':', '+', '%41', '%2e', '%c3%A9']
BAD = ['/', '@', '?', '#', ' ', '\xe9', '%', '%4', '%2f', '%00', '%FF']

SEGMENTS = strategies.lists(
    strategies.sampled_from(GOOD * 4 + BAD), min_size=1, max_size=4).map(
        ''.join)

URLS = strategies.text() | strategies.builds(
    '{}{}/{}'.format,
    strategies.sampled_from(['rbd://'] * 9 + ['rbd:', 'RBD://', '']),
    strategies.sampled_from([FSID] * 9 + [FSID.upper(), f'{{{FSID}}}', '']),
    strategies.lists(SEGMENTS, min_size=3, max_size=3).map('/'.join)
    | strategies.lists(strategies.text(), max_size=4).map('/'.join))


def normal(url: str) -> str:
    """Spell each byte of an RBD location as glance_store would.

    Escapes have many spellings. Byte by byte, so that nothing is decoded.
    """
    def spell(found: re.Match[str]) -> str:
        text = found[0]
        byte = int(text[1:], 16) if len(text) == 3 else ord(text)
        return urllib.parse.quote_from_bytes(bytes([byte]), safe='')

    fsid, *names = url.removeprefix('rbd://').split('/')
    return '/'.join((f'rbd://{fsid.lower()}', *(
        re.sub('%[0-9A-Fa-f]{2}|.', spell, name) for name in names)))


@ddt.ddt
class RbdSnapshotTestCase(base.TestCase):

    def test_parts(self):
        snapshot = image.RbdSnapshot.parse(
            f'rbd://{FSID}/images/{records.IMAGE_ID}/snap')

        self.assertEqual(FSID, snapshot.fsid)
        self.assertEqual('images', snapshot.pool)
        self.assertEqual(records.IMAGE_ID, snapshot.image)
        self.assertEqual('snap', snapshot.snapshot)

    def test_shown_as_ceph_shows_it(self):
        snapshot = image.RbdSnapshot(FSID, 'images', 'a', 'snap')

        self.assertEqual('images/a@snap', str(snapshot))

    def test_fsid_is_brought_into_the_form_that_clusters_have(self):
        snapshot = image.RbdSnapshot.parse(
            f'rbd://{FSID.upper()}/images/a/snap')

        self.assertEqual(FSID, snapshot.fsid)

    @ddt.named_data(
        ('other_scheme', f'http://{FSID}/images/a/snap', 'scheme'),
        ('scheme_in_capitals', f'RBD://{FSID}/images/a/snap', 'scheme'),
        ('file_store', '/var/lib/glance/images/a', 'scheme'),
        ('empty', '', 'scheme'),
        ('only_a_scheme', 'rbd://', '1 parts'),
        ('image_without_cluster', 'rbd://a', '1 parts'),
        ('three_parts', f'rbd://{FSID}/images/a', '3 parts'),
        ('five_parts', f'rbd://{FSID}/images/a/snap/x', '5 parts'),
        ('query', f'rbd://{FSID}/images/a/', 'snapshot is empty'),
        ('empty_pool', f'rbd://{FSID}//a/snap', 'pool is empty'),
        ('empty_fsid', 'rbd:///images/a/snap', 'fsid is empty'),
        ('fsid_is_no_uuid', 'rbd://ceph/images/a/snap', 'not a UUID'),
        ('slash_in_image', f'rbd://{FSID}/images/vms%2Fa/snap',
         'image has a character'),
        ('snapshot_in_image', f'rbd://{FSID}/images/a%40b/snap',
         'image has a character'),
        ('newline_in_pool', f'rbd://{FSID}/ima%0Ages/a/snap',
         'pool has a character'),
        ('nul_in_snapshot', f'rbd://{FSID}/images/a/snap%00',
         'snapshot has a character'),
        ('port', f'rbd://{FSID}:6789/images/a/snap', 'not a UUID'),
        ('user', f'rbd://admin@{FSID}/images/a/snap', 'fsid has a character'),
        ('query_of_a_snapshot', f'rbd://{FSID}/images/a/snap?x', 'a query'),
        ('fragment', f'rbd://{FSID}/images/a/snap#x', 'a fragment'),
        ('no_escape', f'rbd://{FSID}/images/a%zz/snap', 'to be escaped'),
        ('half_an_escape', f'rbd://{FSID}/images/a%4/snap', 'to be escaped'),
        ('blank', f'rbd://{FSID}/images/a b/snap', 'to be escaped'),
        ('not_ascii', f'rbd://{FSID}/images/\xe9/snap', 'to be escaped'),
        ('half_a_character', f'rbd://{FSID}/images/\ud800/snap',
         'to be escaped'),
        ('newline_at_the_end', f'rbd://{FSID}/images/a/snap\n',
         'to be escaped'),
        ('way_up', f'rbd://{FSID}/images/../vms/a/snap', '6 parts'),
        ('escaped_way_up', f'rbd://{FSID}/images/..%2Fvms%2Fa/snap',
         'image has a character'),
        ('fsid_in_braces', f'rbd://%7B{FSID}%7D/images/a/snap', 'not a UUID'),
        ('fsid_of_a_urn', f'rbd://urn:uuid:{FSID}/images/a/snap',
         'not a UUID'),
        ('fsid_without_hyphens',
         f'rbd://{FSID.replace("-", "")}/images/a/snap', 'not a UUID'),
        ('fsid_in_other_digits',
         f'rbd://{FSID.replace("5", "%EF%BC%95")}/images/a/snap',
         'not a UUID'),
        # Glance takes it for an image in the pool of its store.
        ('short_form_of_glance_store', f'rbd://{records.IMAGE_ID}',
         '1 parts'),
        # librbd ends the process over an empty name of a snapshot.
        ('empty_snapshot', f'rbd://{FSID}/images/a/%', 'to be escaped'),
        ('snapshot_of_nothing', f'rbd://{FSID}/images/a/?snap', 'a query'),
        ('emoji', f'rbd://{FSID}/images/\U0001f4a9/snap', 'to be escaped'),
        ('escaped_right_to_left', f'rbd://{FSID}/images/a%E2%80%AEb/snap',
         'image has a character'),
        ('escaped_escape', f'rbd://{FSID}/images/a%252F..%2Fvms/snap',
         'image has a character'),
        ('long_fsid', f'rbd://{"0" * 1000}/images/a/snap', 'not a UUID'),
        ('many_parts', 'rbd://' + 'a/' * 1000, '1001 parts'),
        ('megabyte', f'rbd://{FSID}/images/{"a" * 1_000_000}/snap',
         'characters, more than'),
        ('not_utf_8', f'rbd://{FSID}/images/%ff/snap', 'not UTF-8'),
    )
    @ddt.unpack
    def test_refuses(self, url, reason):
        exc = self.assertRaises(
            exception.InvalidLocation, image.RbdSnapshot.parse, url)

        self.assertIn(reason, exc.reason)
        self.assertEqual(url, exc.url)

    @hypothesis.given(strategies.uuids(), PART, PART, PART)
    def test_reads_what_glance_store_writes(self, fsid, pool, name, snapshot):
        url = written_by_glance_store(str(fsid), pool, name, snapshot)

        self.assertEqual(
            image.RbdSnapshot(str(fsid), pool, name, snapshot),
            image.RbdSnapshot.parse(url))

    def test_other_schemes_are_foreign_and_nothing_is_wrong_with_them(self):
        for url in ('http://a/b', 'file:///var/lib/glance/images/a',
                    's3+https://key:secret@host/bucket/a', 'RBD://a/b/c/d'):
            self.assertRaises(
                exception.ForeignLocation, image.RbdSnapshot.parse, url)

    def test_what_is_no_url_is_not_foreign(self):
        for url in ('', 'rbd:a', '/var/lib/glance/images/a', 'x' * 1000):
            exc = self.assertRaises(
                exception.InvalidLocation, image.RbdSnapshot.parse, url)
            self.assertNotIsInstance(exc, exception.ForeignLocation)

    @hypothesis.given(URLS)
    @hypothesis.settings(max_examples=400)
    def test_any_text_is_a_snapshot_or_refused(self, url):
        try:
            snapshot = image.RbdSnapshot.parse(url)
        except exception.InvalidLocation as exc:
            self.assertEqual(url, exc.url)
            self.assertTrue(str(exc).isprintable())
            return
        self.assertTrue(url.isascii())
        self.assertNotIn('%', re.sub('%[0-9A-Fa-f]{2}', '', url))
        split = urllib.parse.urlsplit(url)
        self.assertEqual(('', ''), (split.query, split.fragment))
        self.assertEqual(normal(url), written_by_glance_store(
            snapshot.fsid, snapshot.pool, snapshot.image, snapshot.snapshot))
        self.assertEqual(str(uuid.UUID(snapshot.fsid)), snapshot.fsid)
        for part in (snapshot.pool, snapshot.image, snapshot.snapshot):
            self.assertTrue(part.isprintable() and part)
            self.assertFalse(set(part) & set('/@'))
