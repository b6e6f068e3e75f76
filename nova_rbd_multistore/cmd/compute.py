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

"""nova-compute, with our RBD image backend."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Register the backend and become nova-compute.

    Options, configuration and log files are nova-compute's.
    """
    # NOTE: oslo.config and oslo.log name their default files after the
    # program, and operators' files are named after nova-compute.
    sys.argv[0] = os.path.join(os.path.dirname(sys.argv[0]), 'nova-compute')

    # NOTE: this import decides whether Nova runs on native threads or on
    # eventlet, and has to come before any other that touches threads or
    # sockets. That is why this module imports nothing at its top.
    from nova.cmd import compute

    from nova_rbd_multistore.compute import register
    from nova_rbd_multistore.compute import startup

    try:
        register.register()
        compute.main()
    except startup.NovaShapeMismatch as exc:
        sys.exit(f'nova-compute-rbd-multistore: {exc}')
