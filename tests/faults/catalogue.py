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

"""Faults as the documentation lists them, and what their tests measure."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import enum
import json
import os
import pathlib
import re
from typing import Any
from typing import TypeVar
import unittest

# Lines of JSON, in the order of the tests.
_REPORT = pathlib.Path(__file__).parents[2] / 'build' / 'faults.jsonl'

_UUID = re.compile(
    r'(?:req-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
    # As Keystone writes those of projects.
    r'|\b[0-9a-f]{32}\b')

# Where a lab has Glance.
_URL = re.compile(r'http://127\.0\.0\.1:\d+')

# Where a lab has its files.
_PLACE = re.compile(r"/[^\s:']+/(?=ceph\.conf)")

_Test = TypeVar('_Test', bound=Callable[..., None])


class Group(enum.Enum):
    """What is at fault, in the order of the table."""

    TARGET = 'The local store or its cluster'
    SOURCE = 'The stores that have the image'
    WORKER = 'A Glance API worker'
    ACCESS = 'The way to Glance'
    IDENTITY = 'Keystone and tokens'
    IMAGE = 'The image'
    CONTENTION = 'Other copies'
    COMPUTE = 'The compute'


class Since(enum.Enum):
    """From when the seconds of a row count."""

    BOOT = 'from the start of the boot'
    FAULT = 'from the fault'
    REPAIR = 'from its end'


@dataclasses.dataclass(frozen=True)
class Fault:
    """A row of the table, as far as it is known before a run.

    :ivar title: what is wrong, in one sentence without a full stop.
    :ivar remedy: what the operator has to do; '' for nothing.
    """

    group: Group
    title: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What a run saw of a fault.

    :ivar outcome: what became of the boot, in words.
    :ivar operator: the lines in the log of the compute.
    :ivar tenant: the fault of the instance, '' for none.
    :ivar seconds: until the boot ended.
    """

    outcome: str
    operator: tuple[str, ...]
    tenant: str
    seconds: float
    since: Since


def fault(group: Group, title: str, remedy: str) -> Callable[[_Test], _Test]:
    """Mark a test as the one that shows a fault."""
    def mark(test: _Test) -> _Test:
        test.__dict__['fault'] = Fault(group, title, remedy)
        return test

    return mark


def fault_of(test: Callable[..., None]) -> Fault | None:
    """Return the fault that a test shows, None for none."""
    found: Fault | None = getattr(test, 'fault', None)
    return found


def report(test: unittest.TestCase, measured: Measurement) -> None:
    """Add what a test has seen of its fault to the report of this run.

    It is in ``$LAB_FAULTS`` (default ``build/faults.jsonl``).
    """
    shown = fault_of(getattr(test, test.id().rpartition('.')[2]))
    assert shown is not None, 'this test shows no fault of the table'
    path = pathlib.Path(os.environ.get('LAB_FAULTS', _REPORT))
    path.parent.mkdir(parents=True, exist_ok=True)
    row: dict[str, Any] = {
        **dataclasses.asdict(shown), 'group': shown.group.name,
        **dataclasses.asdict(measured), 'since': measured.since.name,
        'operator': [_anonymous(line) for line in measured.operator],
        'tenant': _anonymous(measured.tenant)}
    with path.open('a') as rows:
        rows.write(json.dumps(row) + '\n')


def _anonymous(text: str) -> str:
    text = _URL.sub('http://glance.example.com:9292', _UUID.sub('...', text))
    return _PLACE.sub('/etc/ceph/', text)
