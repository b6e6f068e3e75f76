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

"""``image show``: an image, and how it stands in each store."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from nova_rbd_multistore.cmd import argument
from nova_rbd_multistore.cmd import base
from nova_rbd_multistore.cmd import columns

if TYPE_CHECKING:
    from nova_rbd_multistore.placing import standing

_COLUMNS = ('store', 'state', 'since', 'locked_until', 'task', 'task_status',
            'message', 'request_id', 'fsid', 'pool', 'detail')
# What fits on a terminal, and says the most.
_TABLE_COLUMNS = ('store', 'state', 'since', 'locked_until', 'detail')


class Show(base.Lister):
    """Show an image, and how it stands in each store of Glance.

    A store has the image (present), is about to get it (queued, copying), was
    to get it (stalled: the import shows no sign of life; failed), or does not
    have it (absent). In a table the image comes first; -f json and -f yaml
    give one object, the image with its list of stores; -f csv and -f value
    give the stores only.

    Only administrators see the tasks of other projects, which say most about
    an import.
    """

    EXAMPLES = """\
examples:
  What becomes of a copy, again and again:
    watch nova-rbd-multistore image show ubuntu-24.04
  The stores that have an image:
    nova-rbd-multistore image show ubuntu-24.04 -f json |
        jq -r '.stores[] | select(.state == "present") | .store'
"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the command's options."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'image', metavar='IMAGE', help='Id, or name if only one has it.')
        parser.add_argument(
            '--stalled-after', metavar='SECONDS', default=600.0,
            type=argument.seconds,
            help='Call an import stalled that shows no sign of life for that '
                 'long (default 600). One that writes shows some about once '
                 'a minute, one that stages a large image does not.')
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace,
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """Return the rows."""
        from nova_rbd_multistore import timing
        from nova_rbd_multistore.placing import images
        from nova_rbd_multistore.placing import looking

        seen = looking.look(
            images.Images(self.access()), parsed_args.image,
            timing.Clock.system().utcnow())
        self._seen = seen
        rows = [_row(one)
                for one in seen.standings(parsed_args.stalled_after)]
        if parsed_args.formatter == 'table' and not parsed_args.columns:
            parsed_args.columns = list(_TABLE_COLUMNS)
        return _COLUMNS, rows

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str],
        data: Any,
    ) -> int:
        """Write the image and its stores."""
        names, values = _fields(self._seen)
        stdout = self.app.stdout
        # Of these formats both kinds of cliff's formatters are one class.
        formatter: Any = self.formatter
        match parsed_args.formatter:
            case 'json' | 'yaml':
                shown, selector = self._generate_columns_and_selector(
                    parsed_args, column_names)
                rows = [dict(zip(column_names, map(_plain, row), strict=True))
                        for row in data]
                stores = [{name: row[name] for name in shown} for row in rows]
                formatter.emit_one(
                    (*names, 'stores'), (*values, stores), stdout,
                    parsed_args)
                return 0
            case 'table':
                formatter.emit_one(names, values, stdout, parsed_args)
        return super().produce_output(parsed_args, column_names, data)


def _fields(seen: standing.Seen) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    image = seen.image
    fields = {
        'id': image.id,
        'name': columns.Optional(image.name),
        'status': image.status,
        'disk_format': columns.Optional(image.disk_format),
        'size': columns.Size(image.size),
        'owner': columns.Optional(image.owner),
        'import_task': columns.Optional(image.lock),
        'import_hidden': seen.hidden,
    }
    return tuple(fields), tuple(fields.values())


def _row(one: standing.Standing) -> tuple[Any, ...]:
    task, pool = one.task, one.pool
    return (
        one.store, one.state.value, columns.time(one.since),
        columns.time(one.locked_until),
        columns.Optional(task.id if task else None),
        columns.Optional(task.status if task else None),
        columns.Optional(task.message if task else None),
        columns.Optional(task.request_id if task else None),
        columns.Optional(pool.fsid if pool else None),
        columns.Optional(pool.pool if pool else None),
        columns.Sentences(one.detail or None))


def _plain(value: Any) -> Any:
    return value.machine_readable() if isinstance(
        value, columns.FORMATTABLE) else value
