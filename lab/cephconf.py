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

"""The configuration and the keys of a site's Ceph cluster."""

import base64
import os
import pathlib
import struct
import time

from lab import ceph_mgr
from lab import ceph_mon
from lab import ceph_osd
from lab import confile
from lab import ports
from lab import state

# Capabilities as deployers give them, by entity. The compute's user clones
# from the images pool and cannot write there.
CAPABILITIES = {
    'mon.': {'mon': 'allow *'},
    'client.admin': {'mon': 'allow *', 'osd': 'allow *', 'mgr': 'allow *',
                     'mds': 'allow *'},
    f'osd.{ceph_osd.ID}': {'mon': 'allow profile osd',
                           'mgr': 'allow profile osd', 'osd': 'allow *'},
    f'mgr.{ceph_mgr.ID}': {'mon': 'allow profile mgr', 'osd': 'allow *',
                           'mds': 'allow *'},
    'client.glance': {'mon': 'profile rbd',
                      'osd': 'profile rbd pool={images}'},
    'client.nova': {'mon': 'profile rbd',
                    'osd': 'profile rbd pool={vms}, '
                           'profile rbd-read-only pool={images}'},
}

# Collecting changes of a map for a second before they are proposed makes
# sense with several monitors and is only slow with one: 18 s from nothing to
# a usable cluster become 6 s.
_FAST = {
    'paxos_propose_interval': '0.02',
    'paxos_min_wait': '0.01',
    'mon_tick_interval': '1',
}

# A cluster of one OSD without replicas on somebody's machine is healthy when
# it does what it is for.
_HEALTHY = {
    'osd_pool_default_size': '1',
    'osd_pool_default_min_size': '1',
    'mon_allow_pool_size_one': 'true',
    'mon_warn_on_pool_no_redundancy': 'false',
    'auth_allow_insecure_global_id_reclaim': 'false',
    'mon_data_avail_warn': '1',
    'mon_data_avail_crit': '0',
}


def write(site: state.Site, osd_ports: range, osd_gib: int) -> None:
    """Write a site's ceph.conf and keyrings, with new keys."""
    confile.write(site.ceph_conf,
                  confile.ini(sections(site, osd_ports, osd_gib)))
    keys = {entity: _new_key() for entity in CAPABILITIES}
    pools = {'images': site.images_pool, 'vms': site.vms_pool}
    directory = site.ceph_conf.parent
    confile.write(directory / 'mon.keyring', confile.ini({
        entity: {'key': keys[entity], **{
            f'caps {service}': f'"{caps.format(**pools)}"'
            for service, caps in CAPABILITIES[entity].items()}}
        for entity in CAPABILITIES}))
    for entity, path in {
            f'osd.{ceph_osd.ID}': directory / 'osd' / 'keyring',
            f'mgr.{ceph_mgr.ID}': directory / 'mgr' / 'keyring',
            'client.admin': site.keyrings.admin,
            'client.glance': site.keyrings.glance,
            'client.nova': site.keyrings.nova}.items():
        confile.write(path, confile.ini({entity: {'key': keys[entity]}}))


def sections(site: state.Site, osd_ports: range,
             osd_gib: int) -> confile.Sections:
    """Return the content of a site's ceph.conf."""
    directory = site.ceph_conf.parent
    return {
        'global': _cluster(site),
        'mon': {
            'mon_data': str(directory / 'mon'),
            'mon_cluster_log_to_file': 'false',
            'mon_allow_pool_delete': 'true',
            # None that listens.
            'mgr_initial_modules': 'iostat',
            **_daemon(directory, 'mon'),
        },
        'osd': _osd(directory, osd_ports, osd_gib),
        'mgr': {
            'mgr_data': str(directory / 'mgr'),
            # What Nova asks for is known a second after the start, not five.
            'mgr_tick_period': '1',
            'mgr_stats_period': '1',
            **_daemon(directory, 'mgr'),
        },
        'client': {
            # A mistake in an address or a key shows in 15 s, not in 300.
            'client_mount_timeout': '15',
        },
        'client.admin': {'keyring': str(site.keyrings.admin)},
        'client.glance': {
            'keyring': str(site.keyrings.glance),
            # Without these a copy into a cluster that is down hangs for
            # ever. They are Glance's alone: under a compute they would turn
            # a short trouble of the cluster into write errors of a guest.
            'rados_osd_op_timeout': '15',
            'rados_mon_op_timeout': '15',
        },
        'client.nova': {'keyring': str(site.keyrings.nova)},
    }


def _cluster(site: state.Site) -> dict[str, str]:
    return {
        'fsid': site.fsid,
        'mon_host': f'v2:{ports.ADDRESS}:{site.mon_port}',
        'mon_initial_members': ceph_mon.ID,
        'public_addr': ports.ADDRESS,
        'cluster_addr': ports.ADDRESS,
        # One port in place of two per messenger; no client here is older.
        'ms_bind_msgr1': 'false',
        'auth_cluster_required': 'cephx',
        'auth_service_required': 'cephx',
        'auth_client_required': 'cephx',
        'osd_pool_default_pg_num': '8',
        # Pools of this size need no balancing, and most labs have no mgr.
        'osd_pool_default_pg_autoscale_mode': 'off',
        **_HEALTHY,
        **_FAST,
    }


def _osd(directory: pathlib.Path, osd_ports: range,
         osd_gib: int) -> dict[str, str]:
    return {
        'osd_data': str(directory / 'osd'),
        'osd_objectstore': 'bluestore',
        'bluestore_block_size': str(osd_gib << 30),
        # The least that Ceph accepts; the default is 4 GiB for each OSD.
        'osd_memory_target': '939524096',
        'ms_bind_port_min': str(osd_ports.start),
        'ms_bind_port_max': str(osd_ports.stop - 1),
        **_daemon(directory, 'osd'),
    }


def _daemon(directory: pathlib.Path, kind: str) -> dict[str, str]:
    # Everything that would go below /var or /run by default.
    return {
        'admin_socket': str(directory / f'{kind}.asok'),
        'crash_dir': str(directory),
        'run_dir': str(directory),
        'pid_file': '',
        'log_file': '',
        'log_to_stderr': 'true',
        'err_to_stderr': 'true',
    }


def _new_key() -> str:
    # What ceph-authtool --gen-print-key prints: type 1 (AES), time of
    # creation in seconds and nanoseconds, length, secret.
    secret = os.urandom(16)
    head = struct.pack('<hiih', 1, int(time.time()), 0, len(secret))
    return base64.b64encode(head + secret).decode()
