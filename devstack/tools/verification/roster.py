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

"""All checks, in the order in which they are made."""

from __future__ import annotations

from devstack.tools.verification import check
from devstack.tools.verification.checks import boots
from devstack.tools.verification.checks import compute
from devstack.tools.verification.checks import ending
from devstack.tools.verification.checks import workers

CHECKS = (
    check.Check(
        'compute', 'n-cpu runs the compute service that it should',
        compute.running),
    check.Check(
        'policy', 'users may neither copy images nor see locations',
        compute.policy, library_only=True),
    check.Check(
        'stores', 'Glance has the store that the compute names',
        compute.stores),
    check.Check(
        'conversion', 'a qcow2 image becomes raw, in the central store only',
        compute.conversion),
    check.Check(
        'first-boot', 'a boot has the image copied, once, and clones it',
        boots.first, library_only=True),
    check.Check(
        'second-boot', 'the next boot copies nothing', boots.second,
        needs=('first-boot',), library_only=True),
    check.Check(
        'crowd', 'several boots at once share one copy', boots.crowd,
        library_only=True),
    check.Check(
        'other-cluster', 'an image of another cluster is copied, too',
        boots.other, library_only=True, left_out=boots.without_other),
    check.Check(
        'imports', 'the check of a distributed import finds nothing',
        workers.imports_between),
    check.Check(
        'forwarding', 'an import goes to the worker with the staged data',
        workers.forwarded),
    check.Check(
        'deletion', 'a deletion goes to the worker with the staged data',
        workers.deleted),
    check.Check(
        'nothing-left', 'all that was made is gone', ending.nothing_left,
        left_out=ending.without),
)


def chosen(names: list[str]) -> tuple[check.Check, ...]:
    """Return the checks of these names, and those on which they build.

    :param names: none for all.
    """
    if not names:
        return CHECKS
    wanted = set(names)
    for one in CHECKS:
        if one.name in names:
            wanted |= set(one.needs)
    return tuple(one for one in CHECKS if one.name in wanted)
