#!/usr/bin/env bash
#
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

# plugin.sh - what DevStack calls in each phase

_XTRACE_RBD_MULTISTORE_PLUGIN=$(set +o | grep xtrace)
set +o xtrace

source "$NOVA_RBD_MULTISTORE_DIR/devstack/lib/rbd-multistore"

case "$1 $2" in
    "stack pre-install")
        check_rbd_multistore
        ;;
    "stack install")
        echo_summary "Installing nova-rbd-multistore"
        install_rbd_multistore
        ;;
    "stack post-config")
        echo_summary "Configuring nova-rbd-multistore"
        configure_rbd_multistore
        ;;
    "stack extra")
        echo_summary "Starting nova-rbd-multistore"
        start_rbd_multistore
        ;;
    "unstack "*)
        stop_rbd_multistore
        ;;
    "clean "*)
        cleanup_rbd_multistore
        ;;
esac

$_XTRACE_RBD_MULTISTORE_PLUGIN
