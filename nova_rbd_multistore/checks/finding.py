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

"""What can be wrong with a distributed import, and what helps.

Each problem is one entry. Its texts take the names of the workers and what
else is given to :meth:`Problem.found`.
"""

from __future__ import annotations

import dataclasses

from nova_rbd_multistore.checks import row

_SELF_URL = ('worker_self_reference_url in [DEFAULT] of glance-api.conf of '
             '{workers}')
_SET = (f'Set {_SELF_URL} to a URL of that worker alone, at which the other '
        f'workers reach it: scheme, host and port, without a path '
        f'(nova-rbd-multistore worker-config prints it), and restart it.')


@dataclasses.dataclass(frozen=True)
class Problem:
    """A kind of finding.

    :ivar code: for other programs; never changes.
    """

    code: str
    explanation: str
    remedy: str

    def found(self, check: str, *workers: str, **more: object) -> row.Row:
        """Return the finding.

        :param more: fills the texts, and goes to the facts of the row.
        """
        words = {'workers': row.joined(workers), 'first': workers[0]
                 if workers else '', **more}
        if 'reason' in words:
            # It ends a sentence, and may be one.
            words['reason'] = str(words['reason']).rstrip('.')
        return row.Row(
            check, workers, row.Verdict.FOUND,
            self.explanation.format(**words), self.code,
            self.remedy.format(**words), facts=more)


UNREACHABLE = Problem(
    'worker-down',
    '{workers} cannot be used: {reason}.{images}',
    'Start {workers}, or take it out of the load balancer and, if it never '
    'comes back, out of the list of workers. Only the worker that has the '
    'staged data can import or delete an image that waits there: until it '
    'runs, others answer HTTP 500.')
UNTRUSTED = Problem(
    'certificate-untrusted',
    'The certificate of {workers} is not trusted: {reason}.',
    'Give {workers} a certificate for the name in its URL by an authority '
    'that all workers trust (and this command, --os-cacert), else what is '
    'staged there cannot be imported through other workers.')
METHOD_DISABLED = Problem(
    'method-disabled',
    'The import method {method} is not enabled at {workers}{elsewhere}.',
    'Add {method} to enabled_import_methods in [DEFAULT] of glance-api.conf '
    'of {workers}. All workers behind a load balancer need the same.')
STORE_MISSING = Problem(
    'store-missing',
    'Store {store} is not known at {workers}{elsewhere}.',
    'Give all workers the same enabled_backends in [DEFAULT] of '
    'glance-api.conf, and name stores as Glance does.')
DEFAULT_STORE = Problem(
    'default-store-differs',
    'The default store is not the same at all workers: {defaults}.',
    'Set the same default_backend in [glance_store] of glance-api.conf of '
    'all workers.')

UNSET = Problem(
    'self-url-unset',
    'What is staged at {workers} is found by no other worker: no '
    'worker_self_reference_url (nor public_endpoint) is set there, so an '
    'import through {through} was not forwarded and failed.',
    _SET)
NO_SCHEME = Problem(
    'self-url-no-scheme',
    '{workers} calls itself {url}, without a scheme, so other workers cannot '
    'call it.',
    _SET)
PATH = Problem(
    'self-url-path',
    '{workers} calls itself {url}. Other workers append the whole path of a '
    'request to that, so its own path makes a URL that does not exist.',
    _SET)
DUPLICATE = Problem(
    'self-url-duplicate',
    '{workers} call themselves the same, {url}, so neither forwards what is '
    'staged at the other.',
    _SET)
OTHER_WORKER = Problem(
    'self-url-other-worker',
    '{workers} calls itself {url}, which is {owner}. Imports of what is '
    'staged at {workers} are forwarded to the wrong worker.',
    _SET)
LOAD_BALANCER = Problem(
    'self-url-load-balancer',
    '{workers} calls itself {url}, which is any worker. Whether an import '
    'reaches the worker that has the staged data is left to chance. (This may '
    'be public_endpoint, which counts where worker_self_reference_url is not '
    'set.)',
    _SET)
STALE = Problem(
    'self-url-stale',
    '{workers} calls itself {url}, a name that none of the workers has. It '
    'looks like one from before a host was renamed.',
    _SET)
SELF_UNREACHABLE = Problem(
    'self-url-unreachable',
    '{workers} calls itself {url}, and {through} cannot call that: {reason}.',
    'Check from {through} that the URL can be resolved and reached '
    '(curl URL/versions), that no firewall or network policy is between '
    'them, and, with https, that {through} trusts the certificate. Else: '
    + _SET)
SHARED = Problem(
    'staging-shared',
    'What is staged at {workers} was imported by {through} itself: both have '
    'the same staging directory. That works, but it is not distributed: it '
    'needs a file system that all workers share.',
    'Nothing, if that is meant to be so. To do without the shared file '
    'system give each worker a directory of its own '
    '(filesystem_store_datadir in [os_glance_staging_store]) and: ' + _SET)

FORBIDDEN = Problem(
    'not-permitted',
    'A request was refused: {reason}.',
    'Run the check as a user who may upload images, or allow it in '
    "Glance's policy ({policy}).")
QUOTA = Problem(
    'quota',
    'A quota is in the way: {reason}.',
    "Raise the project's quotas in Keystone (openstack registered limit / "
    'limit: image_size_total, image_stage_total, image_count_total, '
    'image_count_uploading), delete images that wait to be imported, or run '
    'the check in another project or with a smaller --size.')
STAGE_FAILED = Problem(
    'stage-failed',
    'Data could not be staged at {workers}: {reason}.',
    'Look at the log of {workers}: its staging directory '
    '(filesystem_store_datadir in [os_glance_staging_store]) has to exist, '
    'to be writable and to have space.')
IMPORT_FAILED = Problem(
    'import-failed',
    'What was staged at {first} and imported through {through} did not get '
    'into the stores: {reason}. Image {image}, request {request}.',
    'Look for the request and for the image in the log of {first}: the store '
    'has to be reachable and writable from there.')
NOT_FORWARDED = Problem(
    'import-not-forwarded',
    '{through} did not forward the import of what is staged at {first}: '
    '{reason}. Image {image}, request {request}.',
    'Check that worker_self_reference_url of both workers is as it was when '
    'the image was staged.')
DELETE_FAILED = Problem(
    'delete-failed',
    'Image {image}, staged at {first}, was not deleted through {through}: '
    '{reason}.',
    'Look for the request in the logs of both workers. The staged file of '
    'that name may still be in the staging directory of {first}.')
DATA_DIFFER = Problem(
    'data-differ',
    'The data of image {image}, read through {through}, are not those that '
    'were staged at {first}: {reason}.',
    'Compare rbd_store_pool and the ceph.conf of the workers: they have to '
    'use the same pools of the same clusters.')
CONVERSION = Problem(
    'conversion-differs',
    'A qcow2 image becomes raw when it is staged at {converting}, and stays '
    'qcow2 when it is staged at {workers}.',
    'Have the same image_import_plugins in [image_import_opts] and the same '
    'output_format in [image_conversion] at all workers '
    '(glance-image-import.conf).')
CONVERSION_FAILED = Problem(
    'conversion-failed',
    'A qcow2 image that was staged at {first} and imported through {through} '
    'did not become what it should: {reason}.',
    'Look for image {image} in the log of {first}; qemu-img has to be '
    'installed there, and its staging directory has to have space for the '
    'raw data.')
BALANCER_FAILED = Problem(
    'load-balancer',
    'Imports through {url} failed: {reason}.',
    'Check that the load balancer sends requests only to these workers, and '
    'to no others that are configured in another way.')
LEFT_OVER = Problem(
    'left-over',
    'Image {image}, which an earlier check made at {created}, is still '
    'there ({status}).',
    'Run the check with --remove-left-overs when no other one runs, or '
    'delete the image.')
NOT_REMOVED = Problem(
    'not-removed',
    'Image {image} of this check could not be removed: {reason}.',
    'Delete it when {workers} runs again (openstack image delete {image}); '
    'until then its staged file is in the staging directory of {workers}.')
