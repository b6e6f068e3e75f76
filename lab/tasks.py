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

"""Change tasks in Glance's database, which its API does not allow."""

from __future__ import annotations

import pymysql

from lab import ports
from lab import state


def age(described: state.State, task_id: str, seconds: float) -> None:
    """Let time pass since the last update of a task."""
    _execute(described, 'UPDATE tasks SET updated_at = updated_at - INTERVAL '
             '%s SECOND WHERE id = %s', int(seconds), task_id)


def end(described: state.State, task_id: str) -> None:
    """Let a task that nobody runs any more have failed.

    Glance does so only when the next import takes its lock over.
    """
    _execute(described, 'UPDATE tasks SET status = %s WHERE id = %s AND '
             'status IN (%s, %s)', 'failure', task_id, 'pending',
             'processing')


def _execute(described: state.State, statement: str,
             *arguments: int | str) -> None:
    database = described.database
    with pymysql.connect(
            host=ports.ADDRESS, port=database.port, user='glance',
            password=database.passwords['glance'],
            database='glance', autocommit=True) as connection, \
            connection.cursor() as cursor:
        cursor.execute(statement, arguments)
