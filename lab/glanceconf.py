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

"""The configuration of a Glance worker."""

from collections.abc import Sequence
import json
import pathlib
import sys

from lab import authconf
from lab import confile
from lab import mariadb
from lab import settings
from lab import state
from lab import workerstate

# Where the wheel puts it.
_PASTE = pathlib.Path('etc/glance/glance-api-paste.ini')


def paste_file() -> pathlib.Path:
    """Return the pipeline definition that comes with Glance."""
    return pathlib.Path(sys.prefix) / _PASTE


def database(lab: state.State) -> confile.Sections:
    """Return the part of the configuration that glance-manage needs."""
    return {'database': {
        'connection': mariadb.connection(lab.database, 'glance'),
        # Each of the 16 request threads and 16 import threads may hold one.
        'max_pool_size': '20', 'max_overflow': '30'}}


def worker(lab: state.State, of: workerstate.Worker,
           asked: settings.GlanceSettings) -> confile.Sections:
    """Return the content of a worker's glance-api.conf."""
    sites = _sites(lab, of)
    mine = {
        'DEFAULT': _general(sites, of, asked),
        **database(lab),
        'keystone_authtoken': authconf.authtoken(lab, 'glance'),
        'paste_deploy': {'flavor': 'keystone',
                         'config_file': str(paste_file())},
        'oslo_policy': {'policy_file': str(of.policy)},
        'oslo_concurrency': {'lock_path': str(of.tasks)},
        'wsgi': {'task_pool_threads': str(asked.task_pool_threads),
                 # Within uWSGI sys.executable is another Python.
                 'python_interpreter': sys.executable},
        'glance_store': {
            'default_backend': _default_store(sites, of, asked)},
        'os_glance_staging_store': {
            'filesystem_store_datadir': str(asked.staging or of.staging)},
        'os_glance_tasks_store': {
            'filesystem_store_datadir': str(of.tasks)},
        **{site.store: _store(site, asked) for site in sites},
    }
    if asked.file_store is not None:
        mine[settings.FILE_STORE] = {
            'filesystem_store_datadir': str(asked.file_store)}
    return confile.merge(mine, asked.overrides)


def policy(asked: settings.GlanceSettings) -> str:
    """Return the content of a worker's policy file (JSON is YAML, too)."""
    rules = ({} if asked.copy_policy is None
             else {'copy_image': asked.copy_policy})
    return json.dumps({**rules, **asked.policies}) + '\n'


def _sites(lab: state.State, of: workerstate.Worker) -> Sequence[state.Site]:
    """Return the sites whose stores a worker knows.

    The Glance of an edge site knows its own and the hub's, as in clouds with
    distributed compute nodes: it does not reach the other edges.
    """
    if of.site is None:
        return lab.sites
    return lab.sites[0], lab.site(of.site)


def _default_store(sites: Sequence[state.Site], of: workerstate.Worker,
                   asked: settings.GlanceSettings) -> str:
    if of.site is not None:
        return sites[-1].store
    return sites[0].store if asked.file_store is None \
        else settings.FILE_STORE


def _general(sites: Sequence[state.Site], of: workerstate.Worker,
             asked: settings.GlanceSettings) -> dict[str, str]:
    show = str(asked.show_locations).lower()
    backends = [f'{site.store}:rbd' for site in sites]
    if asked.file_store is not None:
        backends.append(f'{settings.FILE_STORE}:file')
    # What other workers call to reach what was staged here.
    own_url = of.self_url if asked.self_reference_url is None \
        else asked.self_reference_url
    return {
        'debug': str(asked.log_debug).lower(),
        'enabled_backends': ', '.join(backends),
        'enabled_import_methods': f'[{",".join(asked.import_methods)}]',
        'show_multiple_locations': show,
        'show_image_direct_url': show,
        **({} if own_url == settings.UNSET
           else {'worker_self_reference_url': own_url}),
        **({} if asked.public_endpoint is None
           else {'public_endpoint': asked.public_endpoint}),
    }


def _store(site: state.Site,
           asked: settings.GlanceSettings) -> dict[str, str]:
    return {
        'store_description': f'Ceph cluster of site {site.name}',
        'rbd_store_ceph_conf': str(site.ceph_conf),
        'rbd_store_user': 'glance',
        'rbd_store_pool': site.images_pool,
        'rbd_thin_provisioning': str(asked.thin_provisioning).lower(),
    }
