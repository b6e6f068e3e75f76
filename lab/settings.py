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

"""What a lab is asked to be; pure data with its limits."""

from collections.abc import Mapping
import dataclasses
import pathlib
import re

from lab import exception
from lab import ports

STORAGE = 'storage'
CLOUD = 'cloud'
# The choices of --profile.
PROFILES = (STORAGE, CLOUD)

# The choices of --names: which workers have theirs. Those that do not run
# have them, too, behind a headless service of Kubernetes with
# publishNotReadyAddresses.
ALL = 'all'
RUNNING = 'running'
PUBLISH = (ALL, RUNNING)

DEFAULT_SITES = ('central', 'dcn0', 'dcn1')
DEFAULT_PORT_BASE = 21000
DEFAULT_OSD_GIB = 8
# Has a Glance of its own unless told otherwise, in a lab with such a site.
DEFAULT_EDGE = 'dcn0'
DEFAULT_WORKERS = 3
MAX_SITES = 16
MAX_WORKERS = 9
MAX_COMPUTES = 16

# The Glance store of GlanceSettings.file_store.
FILE_STORE = 'files'

_SITE_NAME = re.compile(r'[a-z][a-z0-9_-]{0,31}')

# A site's name becomes the name of a Glance store, which is a section of
# glance-api.conf. These sections have another meaning there.
TAKEN_SECTIONS = frozenset((
    'barbican', 'cors', 'database', 'default', FILE_STORE, 'glance',
    'glance_store', 'healthcheck', 'image_conversion', 'image_format',
    'image_import_opts', 'import_filtering_opts',
    'inject_metadata_properties', 'key_manager', 'keystone_authtoken',
    'oslo_concurrency', 'oslo_limit', 'oslo_messaging_notifications',
    'oslo_middleware', 'oslo_policy', 'oslo_reports', 'paste_deploy',
    'profiler', 'task', 'taskflow_executor', 'vault', 'wsgi'))


@dataclasses.dataclass(frozen=True)
class LabSettings:
    """What ``up`` builds; a lab keeps its settings until ``down``.

    The first site is the hub: its store is Glance's default. ``osd_gib`` is
    the size of a site's only OSD in GiB, a sparse file. ``computes`` is how
    many computes a site has, by site: with the profile ``cloud`` those that
    are not named have one, with ``storage`` there are none. ``edges`` are
    the sites with a Glance of their own, in the order of ``sites``; None is
    ``DEFAULT_EDGE``, in a lab where that is a site and not the hub.
    ``workers`` is how many the hub's Glance has. ``names``: whether they have
    names, and which, one of ``PUBLISH``; None is no names. ``tls``: whether
    they talk TLS with each other.
    """

    sites: tuple[str, ...] = DEFAULT_SITES
    profile: str = STORAGE
    port_base: int = DEFAULT_PORT_BASE
    osd_gib: int = DEFAULT_OSD_GIB
    computes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    edges: tuple[str, ...] | None = None
    workers: int = DEFAULT_WORKERS
    names: str | None = None
    tls: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.sites) <= MAX_SITES:
            raise exception.InvalidSettings(
                f'a lab has 1 to {MAX_SITES} sites, not {len(self.sites)}')
        for name in self.sites:
            _check_site_name(name)
        if len(set(self.sites)) != len(self.sites):
            raise exception.InvalidSettings(
                f'a site is named twice: {", ".join(self.sites)}')
        if self.profile not in PROFILES:
            raise exception.InvalidSettings(
                f'profile {self.profile!r} is not one of '
                f'{", ".join(PROFILES)}')
        ports.check_base(self.port_base)
        if self.osd_gib < 1:
            raise exception.InvalidSettings(
                f'an OSD has at least 1 GiB, not {self.osd_gib}')
        if not 1 <= self.workers <= MAX_WORKERS:
            raise exception.InvalidSettings(
                f'the Glance of the hub has 1 to {MAX_WORKERS} workers, not '
                f'{self.workers}')
        if self.names is not None and self.names not in PUBLISH:
            raise exception.InvalidSettings(
                f'names are of {" or ".join(PUBLISH)}, not {self.names}')
        self._check_computes()
        self._check_edges()
        if self.profile == CLOUD:
            object.__setattr__(self, 'computes', {
                name: self.computes.get(name, 1) for name in self.sites})
            if sum(self.computes.values()) > MAX_COMPUTES:
                raise exception.InvalidSettings(
                    f'a lab has at most {MAX_COMPUTES} computes')

    def _check_computes(self) -> None:
        if self.computes and self.profile != CLOUD:
            raise exception.InvalidSettings(
                f'there are computes only with the profile {CLOUD!r}')
        for name, count in self.computes.items():
            if name not in self.sites:
                raise exception.InvalidSettings(
                    f'computes are asked for at {name!r}, which is not one '
                    f'of the sites {", ".join(self.sites)}')
            if count < 0:
                raise exception.InvalidSettings(
                    f'{name} cannot have {count} computes')

    def _check_edges(self) -> None:
        asked = (DEFAULT_EDGE,) if self.edges is None else self.edges
        for name in self.edges or ():
            if name not in self.sites[1:]:
                raise exception.InvalidSettings(
                    f'a Glance of its own is asked for at {name!r}, which is '
                    f'not one of the edge sites '
                    f'{", ".join(self.sites[1:])}')
        object.__setattr__(self, 'edges', tuple(
            name for name in self.sites[1:] if name in asked))

    def differences(self, other: 'LabSettings') -> list[str]:
        """Name each setting that is not the same in ``other``."""
        mine, theirs = dataclasses.asdict(self), dataclasses.asdict(other)
        return [f'{key} is {_show(mine[key])}, asked for '
                f'{_show(theirs[key])}'
                for key in mine if mine[key] != theirs[key]]


# A self_reference_url that is not there.
UNSET = ''


@dataclasses.dataclass(frozen=True)
class GlanceSettings:
    """How one Glance worker is configured; each field is one knob.

    ``copy_policy``: the rule of ``copy_image``; None leaves Glance's default,
    which is administrators only. ``policies``: further rules by name; they
    win. ``show_locations``: both ``show_multiple_locations`` and
    ``show_image_direct_url``.
    ``self_reference_url``: None is the worker's own URL, as it should be, and
    ``UNSET`` none. ``public_endpoint``: None is none. ``staging``: another
    directory than the worker's own, None is that one.
    ``file_store``: the directory of one more store, ``FILE_STORE``, which is
    the default in place of the hub's; None is no such store. The default of
    an edge site's Glance is its own store all the same.
    ``overrides``: further options, section to option to value; they win.
    """

    copy_policy: str | None = None
    show_locations: bool = False
    thin_provisioning: bool = True
    import_methods: tuple[str, ...] = (
        'glance-direct', 'copy-image', 'web-download')
    task_pool_threads: int = 16
    log_debug: bool = True
    self_reference_url: str | None = None
    public_endpoint: str | None = None
    staging: pathlib.Path | None = None
    file_store: pathlib.Path | None = None
    policies: Mapping[str, str] = dataclasses.field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, str]] = dataclasses.field(
        default_factory=dict)


# For computes that have the tenant's token alone, as upstream's do.
OPEN = GlanceSettings(copy_policy='', show_locations=True)


def _check_site_name(name: str) -> None:
    if not _SITE_NAME.fullmatch(name):
        raise exception.InvalidSettings(
            f'{name!r} cannot name a site: lower case letters, digits, "-" '
            f'and "_", at most 32, beginning with a letter')
    if name in TAKEN_SECTIONS or name.startswith('os_glance_'):
        raise exception.InvalidSettings(
            f'{name!r} cannot name a site: Glance gives that name another '
            f'meaning')


def _show(value: object) -> str:
    if isinstance(value, dict):
        return ','.join(f'{key}={one}' for key, one in value.items())
    return ','.join(value) if isinstance(value, tuple) else str(value)
