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

"""Options. Those that Nova registers itself are read, not declared again."""

from __future__ import annotations

from keystoneauth1 import loading
from oslo_config import cfg

REFUSE = 'refuse'
DOWNLOAD = 'download'

AUTO = 'auto'
USER = 'user'
# The other choices of a credential are these groups, in order of preference.
CREDENTIAL_GROUPS = ('glance', 'service_user')

LIBVIRT_OPTS = [
    cfg.IntOpt(
        'images_rbd_glance_copy_attempts',
        default=3, min=1,
        help="""
How many times to ask Glance to copy an image before a boot gives up.

Counts copies that Glance accepted and that then ended without the image in
the store, for example because the store could not be written to for a moment;
also copies that other computes asked for, as far as this boot saw them fail.
The waits between attempts double, from 1 second to at most 30 seconds. All
attempts share the time of ``images_rbd_glance_copy_timeout``.

Related options:

* images_rbd_glance_store_name - must be set to a store name
* images_rbd_glance_copy_timeout - controls the overall copy timeout
"""),
    cfg.IntOpt(
        'images_rbd_glance_copy_stall_timeout',
        default=3600, min=0,
        help="""
How many seconds an import may hold an image without any sign of life.

Glance allows one import of an image at a time. When the Glance API worker
that runs it dies, the image stays locked for an hour. A boot that needs a copy
then fails with the name of the task that holds the lock and the time at which
Glance lets go of it, and need not wait out
``images_rbd_glance_copy_timeout``. The default is the time after which Glance
lets go.

Glance gives no sign of life while it stages an image or writes it to a store,
but for a message in the task about once a minute while it writes. So this has
to be longer than staging the largest image takes, and, where the tasks of
images are not visible to the credential in use, longer than writing it takes.
A lower value than the default makes boots notice a dead worker sooner. Where
tasks are visible, a lock that has been silent for longer before the boot began
is seen at once; otherwise silence counts from the beginning of the boot.

A worker that dies while it writes to the local store is noticed within about a
minute, unless this is 0: nobody has the RBD image open any more. That needs a
service credential with the role admin.

Possible values:

* 0 - no limit
* >0 - seconds

Related options:

* images_rbd_glance_store_name - must be set to a store name
* images_rbd_glance_copy_timeout - controls the overall copy timeout
"""),
    cfg.StrOpt(
        'images_rbd_glance_copy_fallback',
        default=REFUSE,
        choices=[
            (REFUSE, 'The boot fails, with the reason in the fault of the '
                     'instance'),
            (DOWNLOAD, 'Nova downloads the image from Glance to this host '
                       'and uploads it as a flat disk, unless '
                       '``[workarounds] never_download_image_if_on_rbd`` '
                       'is set'),
        ],
        help="""
What to do when Glance could not copy an image into the local store.

A flat disk takes the full size of the image in the local cluster, once for
each instance, and each download takes the way from the remote store to this
host. That is why it has to be chosen here.

Images that can never be cloned because their format is not raw are not
affected: Nova downloads and converts them as always.

Related options:

* images_rbd_glance_store_name - must be set to a store name
* [workarounds] never_download_image_if_on_rbd
"""),
    cfg.StrOpt(
        'images_rbd_glance_hub_endpoint',
        # Not a URIOpt, which would refuse an empty value.
        regex=r'^(https?://\S+)?$',
        help="""
URL of the Glance that knows the stores of all sites, without a version.

For sites with a Glance of their own, which usually has the store of that site
and the one of the hub. It cannot read an image that is only at another edge
site, so such an image is copied in two steps: through this Glance into
``images_rbd_glance_hub_store_name``, then through the one of ``[glance]`` into
``images_rbd_glance_store_name``. Both steps use the same credential and share
the time of ``images_rbd_glance_copy_timeout``, and the copy at the hub stays
there. Without this option a boot that would need such a copy fails.

Not needed where the Glance of ``[glance]`` knows all stores.

Related options:

* images_rbd_glance_hub_store_name - must be set, too
* images_rbd_glance_copy_timeout - controls the overall copy timeout
* [glance] endpoint_override, api_servers - the Glance of this site
"""),
    cfg.StrOpt(
        'images_rbd_glance_hub_store_name',
        help="""
Store into which images of other edge sites are copied first.

It has to be one that both the Glance of ``images_rbd_glance_hub_endpoint`` and
the one of ``[glance]`` have, by the same name. That is the store of the hub.

Related options:

* images_rbd_glance_hub_endpoint - must be set, too
"""),
    cfg.StrOpt(
        'images_rbd_glance_credential',
        default=AUTO,
        choices=[
            (AUTO, 'That of ``[glance]`` if ``auth_type`` or '
                   '``auth_section`` is set there, else that of '
                   '``[service_user]`` likewise, else the token of the tenant '
                   'who boots'),
            ('glance', 'The keystoneauth options of ``[glance]``. The service '
                       'does not start without'),
            ('service_user', 'The keystoneauth options of '
                             '``[service_user]``. The service does not start '
                             'without'),
            (USER, 'The token of the tenant who boots, as Nova does'),
        ],
        help="""
Whose credential copies images, follows copies and reads locations.

A service credential makes Glance's default policies and hidden locations
suffice, and a long copy does not end with the token of the tenant. It never
makes an image usable that the tenant cannot see: that is asked with the
token of the tenant, before anything else.

The default uses what most deployments have configured already, and does
without a service credential where there is none. Name a group to be sure
that this credential and no other is used. ``user`` needs a Glance that lets
tenants copy images (policy ``copy_image``) and shows them locations
(``show_multiple_locations``).

Related options:

* [glance] auth_type, [glance] auth_section
* [service_user] auth_type, [service_user] auth_section
"""),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options that Nova does not know.

    Credentials for Glance go to ``[glance]``, where Nova already has the
    options of the session and of the endpoint but none for authentication.
    """
    conf.register_opts(LIBVIRT_OPTS, group='libvirt')
    loading.register_auth_conf_options(conf, 'glance')


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """Return the options for oslo-config-generator."""
    return [
        ('libvirt', LIBVIRT_OPTS),
        ('glance', loading.get_auth_common_conf_options()
         + loading.get_auth_plugin_conf_options('password')),
    ]
