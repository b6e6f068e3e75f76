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


"""The configuration of Nova's services."""

import pathlib
import sys

from lab import accounts
from lab import authconf
from lab import computestate
from lab import confile
from lab import directory
from lab import host_init
from lab import launcher
from lab import mariadb
from lab import ports
from lab import rabbitmq
from lab import state

# The host under which the services that the lab has once are known.
CONTROLLER = 'controller'


def paste_file() -> pathlib.Path:
    """Return the pipeline definition that comes with Nova."""
    return pathlib.Path(sys.prefix) / 'etc/nova/api-paste.ini'


def controller(lab: state.State, cloud: computestate.Cloud,
               where: directory.StateDirectory) -> confile.Sections:
    """Return what API, scheduler, conductor and nova-manage read."""
    home = where.service('nova')
    return confile.merge(_service(lab, cloud, CONTROLLER, home), {
        'api': {'auth_strategy': 'keystone'},
        'api_database': {
            'connection': mariadb.connection(lab.database, 'nova_api')},
        'database': {
            'connection': mariadb.connection(lab.database, 'nova')},
        'keystone_authtoken': authconf.authtoken(lab, 'nova'),
        'conductor': {'workers': '1'},
        # The tests make more servers than Nova's default of 10 allows.
        'quota': {'instances': '40', 'cores': '40'},
        'scheduler': {'workers': '1'},
    })


def compute(lab: state.State, cloud: computestate.Cloud,
            of: computestate.Compute,
            site: state.Site) -> confile.Sections:
    """Return the configuration of a compute.

    It has no database: what a compute wants to know, the conductor tells it.
    """
    services = _service(lab, cloud, of.name, of.directory)
    return confile.merge(confile.merge(services, backend(lab, site)), {
        'DEFAULT': {
            'compute_driver': 'libvirt.LibvirtDriver',
            # The same on each host, as Nova's migrations want it.
            'instances_path': host_init.OWN['instances'],
            'log_file': str(of.log),
            # Guests do not listen to the power button.
            'shutdown_timeout': '2',
            'cpu_allocation_ratio': '16',
            'ram_allocation_ratio': '2',
        },
        'libvirt': {
            'rbd_secret_uuid': of.secret,
            # Hosts of the same address share their directories, Nova thinks;
            # SSH knows a host by its name.
            'migration_inbound_addr': of.name,
            # No libvirt of the lab listens but on a socket of its host.
            'live_migration_scheme': 'ssh',
            'cpu_mode': 'none',
            # MiB for translated code; QEMU takes up to 1 GiB by itself.
            'tb_cache_size': '64',
        },
        'vnc': {'enabled': 'false'},
        # The lab runs as root, so Nova's helper needs no sudo.
        'nova_sys_admin': {
            'helper_command':
                f'{launcher.python_program("privsep-helper")} '
                f'--config-file {of.conf}'},
    })


def _service(lab: state.State, cloud: computestate.Cloud, host: str,
             home: pathlib.Path) -> confile.Sections:
    return {
        'DEFAULT': {
            'debug': 'true',
            'host': host,
            'my_ip': ports.ADDRESS,
            'state_path': str(home),
            'transport_url': rabbitmq.transport_url(cloud.broker),
            # A service that is stopped waits this long, in seconds, for
            # what it has begun; Nova's own measure is three minutes.
            'graceful_shutdown_timeout': '6',
            'manager_shutdown_timeout': '4',
        },
        'oslo_concurrency': {'lock_path': str(home / 'locks')},
        'glance': authconf.endpoint(lab),
        'neutron': authconf.client(lab, 'nova'),
        'placement': authconf.client(lab, 'nova'),
        # So that a tenant's token that runs out ends nothing.
        'service_user': {'send_service_user_token': 'true',
                         **authconf.password(lab, 'nova')},
    }


def backend(lab: state.State, site: state.Site) -> confile.Sections:
    """Return what is about disks and images: the library's own part.

    A site with a Glance of its own uses that one, and has copies made through
    the hub's of what its own does not reach.
    """
    edge = lab.edge(site.name)
    spoke: confile.Sections = {} if edge is None else {
        'libvirt': {
            'images_rbd_glance_hub_endpoint': lab.glance_url,
            'images_rbd_glance_hub_store_name': lab.sites[0].store,
        },
        'glance': {'endpoint_override': edge.url},
    }
    return confile.merge({
        'libvirt': {
            'virt_type': 'qemu',
            'images_type': 'rbd',
            'images_rbd_pool': site.vms_pool,
            'images_rbd_ceph_conf': str(site.ceph_conf),
            'images_rbd_glance_store_name': site.store,
            'rbd_user': 'nova',
        },
        'glance': authconf.client(lab, accounts.COPIER),
    }, spoke)
