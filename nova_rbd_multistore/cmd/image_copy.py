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

"""``image copy``: bring images into stores."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from nova_rbd_multistore.cmd import argument
from nova_rbd_multistore.cmd import base
from nova_rbd_multistore.cmd import columns
from nova_rbd_multistore.cmd import exitcodes

if TYPE_CHECKING:
    from nova_rbd_multistore.placing import placement
    from nova_rbd_multistore.placing import running

_COLUMNS = ('image', 'name', 'store', 'result', 'seconds', 'reason')


class Copy(base.Lister):
    """Bring images into stores, with Glance's import method copy-image.

    What is there is left alone, and a copy that runs is joined, so the
    command can be given again at any time. Without --wait it ends when Glance
    has accepted the copies, or cannot accept them because another import
    holds the image; a copy may still fail then. With --wait it ends when the
    images are there, and asks again, three times at most, for a copy that
    failed.

    Glance makes one import of an image at a time. All the missing stores of
    an image are asked for by one import, which stages the image once and
    writes to one store after the other.

    Results are present, accepted, joined, copied, failed and timed_out.
    """

    EXAMPLES = """\
examples:
  Have an image at two edge sites before the morning:
    nova-rbd-multistore image copy ubuntu-24.04 --store dcn0 --store dcn1
  The same, and know that it is there:
    nova-rbd-multistore image copy ubuntu-24.04 --store dcn0 --store dcn1 \\
        --wait --timeout 1800
  In a script:
    nova-rbd-multistore -q image copy "$id" --store dcn0 --wait -f json
"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the command's options."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'images', metavar='IMAGE', nargs='+',
            help='Id, or name if only one has it.')
        parser.add_argument(
            '--store', metavar='STORE', action='append', required=True,
            dest='stores', help='Name of a store in Glance. Can be repeated.')
        parser.add_argument(
            '--wait', action=argparse.BooleanOptionalAction, default=False,
            help='Wait until the images are there (default: until Glance has '
                 'accepted that).')
        parser.add_argument(
            '--timeout', metavar='SECONDS', type=argument.seconds,
            default=3600.0,
            help='For all of it (default 3600); 0 for no limit. Copies that '
                 'run then go on in Glance.')
        parser.add_argument(
            '--interval', metavar='SECONDS', type=argument.seconds,
            default=5.0,
            help='Longest time between two looks at an image (default 5).')
        parser.add_argument(
            '--parallel', metavar='N', type=argument.count, default=4,
            help='Images at the same time (default 4). Each is staged on a '
                 'Glance worker, so mind its disk.')
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace,
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """Return the rows."""
        from nova_rbd_multistore.cmd import progress
        from nova_rbd_multistore.placing import images
        from nova_rbd_multistore.placing import running

        access = self.access()
        plan = _plan(images.Images(access), parsed_args)
        shown = progress.Progress(
            self.app.screen,
            {image.id: image.name or image.id for image in plan.images},
            plan.total)
        quiet = self.app.options.verbose_level == 0
        if not quiet:
            self._warn(plan)
        try:
            # The copier asks again by itself, and knows the deadline.
            outcomes = running.Run(
                plan, lambda: images.Images(access, retries=0),
                (lambda news: None) if quiet else shown.tell).outcomes()
        except KeyboardInterrupt:
            self.app.screen.close()
            self.app.screen.line(
                'Interrupted. Copies that Glance has accepted go on there; '
                'see image show.')
            raise
        self.app.screen.close()
        self.code = _code(outcomes)
        return _COLUMNS, [_row(outcome) for outcome in outcomes]

    def _warn(self, plan: running.Plan) -> None:
        for image in plan.images:
            if image.disk_format != 'raw':
                self.app.screen.line(
                    f'Warning: image {image.id} has the format '
                    f'{image.disk_format}; computes clone raw images only.')


def _plan(service: Any, parsed_args: argparse.Namespace) -> running.Plan:
    from nova_rbd_multistore import copier
    from nova_rbd_multistore.placing import placement
    from nova_rbd_multistore.placing import running

    found, stores = running.find(
        service, parsed_args.images, parsed_args.stores)
    return running.Plan(
        found, stores, parsed_args.wait,
        copier.Settings(
            timeout=parsed_args.timeout or None,
            poll_interval=parsed_args.interval, advice=placement.ADVICE),
        parsed_args.parallel)


def _code(outcomes: Sequence[placement.Outcome]) -> int:
    """Return the exit code: a failure says more than a deadline."""
    codes = {exitcodes.of(outcome.error) for outcome in outcomes
             if outcome.error is not None}
    return next((code for code in (exitcodes.NOT_COPIED, exitcodes.TIMED_OUT)
                 if code in codes), exitcodes.OK)


def _row(outcome: placement.Outcome) -> tuple[Any, ...]:
    image, error = outcome.image, outcome.error
    return (image.id, columns.Optional(image.name), outcome.store,
            outcome.result.value, round(outcome.seconds, 1),
            columns.Sentences(error.reason if error else None))
