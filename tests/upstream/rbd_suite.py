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

"""Run Nova's own tests of its RBD backend, with ours in its place.

Prints one JSON object: how many ran, and for each that did not pass the last
line of its traceback. A process of its own, because Nova's test base changes
the interpreter it runs in.
"""

import contextlib
import importlib
import json
import sys
import unittest


def main() -> int:
    # First, because it decides about threads.
    importlib.import_module('nova.test')

    from nova_rbd_multistore.compute import register
    register.register()

    from nova.tests.unit.virt.libvirt import test_imagebackend

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(
        test_imagebackend.RbdTestCase)
    result = unittest.TestResult()
    with contextlib.redirect_stdout(sys.stderr):
        suite.run(result)
    failed = {case.id().rpartition('.')[2]: trace.strip().splitlines()[-1]
              for case, trace in [*result.failures, *result.errors]}
    print(json.dumps({'ran': result.testsRun, 'failed': failed,
                      'skipped': len(result.skipped)}))
    return 0


if __name__ == '__main__':
    sys.exit(main())
