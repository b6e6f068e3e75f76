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

"""Record answers of the lab's Glance: ``python -m tests.payloads.record``.

The lab is that in ``$LAB_STATE`` (default ``.lab-test``). Each is a JSON
file with the versions it came from, the request, and the answer. Ids are
replaced by counted ones, the same id by the same, so that recording again
changes no more than what Glance changed, and the times.
"""

from __future__ import annotations

import os
import sys

from lab import cloud
from lab import fixture
from lab import settings
from tests.contract import deployment
from tests.contract import labdeployment
from tests.payloads import record_uploads
from tests.payloads import recorder as recorder_mod


def _record_good_copy(recorder: recorder_mod.Recorder) -> None:
    glance = recorder.glance
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    recorder.get('image-idle', path)
    recorder.get('tasks-none', f'{path}/tasks')
    with glance.queue() as reach:
        recorder.copy('import-accepted', image_id, 'dcn0', reach=reach)
        recorder.get('image-queued', path)
        recorder.get('tasks-pending', f'{path}/tasks')
        recorder.copy('import-409-busy', image_id, 'dcn0')
    recorder.until(image_id, importing=False)
    recorder.get('image-copied', path)
    recorder.get('tasks-success', f'{path}/tasks')
    recorder.get('locations', f'{path}/locations', deployment.COPIER)
    recorder.copy('import-400-present', image_id, 'dcn0')
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    with glance.unreadable_hub():
        recorder.copy('import-accepted', image_id, 'dcn0')
        recorder.until(image_id, importing=True)
        recorder.get('image-copying', path)
        recorder.get('tasks-processing', f'{path}/tasks')
    recorder.until(image_id, importing=False)


def _record_failures(recorder: recorder_mod.Recorder) -> None:
    glance = recorder.glance
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    glance.obstruct(image_id, 'dcn0')
    recorder.copy('import-accepted', image_id, 'dcn0')
    recorder.until(image_id, importing=False)
    recorder.get('image-failed-write', path)
    recorder.get('tasks-failure', f'{path}/tasks')
    glance.clear(image_id, 'dcn0')
    with glance.queue() as reach:
        recorder.copy('import-accepted', image_id, 'dcn0', reach=reach)
        recorder.get('image-queued-again', path)
    recorder.until(image_id, importing=False)
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    glance.hide_data(image_id)
    recorder.copy('import-accepted', image_id, 'dcn0')
    recorder.until(image_id, importing=False)
    recorder.get('image-failed-staging', path)
    glance.show_data(image_id)


def _record_quota(recorder: recorder_mod.Recorder) -> None:
    image_id = recorder.glance.make_image()
    with recorder.glance.quota('image_size_total') as reach:
        recorder.copy('import-413-quota', image_id, 'dcn0', reach=reach)


def _record_refusals(recorder: recorder_mod.Recorder) -> None:
    glance = recorder.glance
    image_id = glance.make_image()
    path = f'/v2/images/{image_id}'
    recorder.copy('import-409-unknown-store', image_id, 'dcn')
    recorder.copy('import-400-unknown-method', image_id, 'dcn0',
                  method='copy-images')
    recorder.copy('import-404', image_id, 'dcn0', deployment.OTHER)
    recorder.get('locations-403', f'{path}/locations')
    recorder.get('image-404', path, deployment.OTHER)
    recorder.get('tasks-404', f'{path}/tasks', deployment.OTHER)
    glance.deactivate(image_id)
    recorder.get('image-deactivated', path)
    recorder.copy('import-409-not-active', image_id, 'dcn0')


def _record_default_settings(recorder: recorder_mod.Recorder) -> None:
    image_id = recorder.glance.make_image()
    recorder.get('image-hidden-locations', f'/v2/images/{image_id}')
    recorder.copy('import-403-policy', image_id, 'dcn0')


def _record_settings(recorder: recorder_mod.Recorder) -> None:
    recorder.get('stores', '/v2/info/stores')
    recorder.get('stores-detail', '/v2/info/stores/detail', deployment.COPIER)
    recorder.get('stores-detail-403', '/v2/info/stores/detail')
    recorder.get('stores-401', '/v2/info/stores',
                 reach=lambda user: deployment.without_token(
                     recorder.glance.access(user)))
    recorder.get('versions', '/versions')


# Each with a Glance that has no other image, and that shows a tenant most.
_PARTS = (_record_good_copy, _record_failures, _record_quota,
          _record_refusals, _record_settings, *record_uploads.PARTS)


def main() -> int:
    """Run the command."""
    lab = cloud.Lab.load(os.environ.get('LAB_STATE', '.lab-test'))
    recorder_mod.RECORDED.mkdir(exist_ok=True)
    recorder = recorder_mod.Recorder()
    with fixture.GlanceConfigured(lab, settings.OPEN):
        for part in _PARTS:
            with labdeployment.LabDeployment(
                    lab, settings.OPEN) as recorder.glance:
                part(recorder)
    with labdeployment.LabDeployment(lab) as recorder.glance:
        _record_default_settings(recorder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
