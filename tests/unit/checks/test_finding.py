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

"""The texts of findings: whoever reports one has to fill them."""

from __future__ import annotations

import ast
import pathlib
import string

import ddt

from nova_rbd_multistore import checks
from nova_rbd_multistore.checks import finding
from nova_rbd_multistore.checks import row
from tests import base

PROBLEMS = {name: value for name, value in vars(finding).items()
            if isinstance(value, finding.Problem)}
# Those that found() itself gives.
OWN = {'workers', 'first'}


def fields(problem: finding.Problem) -> set[str]:
    """Return what stands in braces in the texts."""
    return {str(name) for text in (problem.explanation, problem.remedy)
            for _text, name, _spec, _how in string.Formatter().parse(text)
            if name is not None}


def is_problem(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in PROBLEMS
            and isinstance(node.value, ast.Name)
            and node.value.id == 'finding')


def keywords(call: ast.Call) -> set[str]:
    return {one.arg for one in call.keywords if one.arg is not None}


def given() -> dict[str, list[set[str]]]:
    """Return what each caller gives, by problem."""
    found: dict[str, list[set[str]]] = {name: [] for name in PROBLEMS}
    for path in pathlib.Path(checks.__path__[0]).glob('*.py'):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        named: list[ast.AST] = []
        unnamed: set[str] = set()
        for call in calls:
            if (isinstance(call.func, ast.Attribute)
                    and call.func.attr == 'found'):
                if is_problem(call.func.value):
                    found[call.func.value.attr].append(keywords(call))
                    named.append(call.func.value)
                else:
                    unnamed |= keywords(call)
        for call in calls:
            for argument in filter(is_problem, call.args):
                found[argument.attr].append(keywords(call) | unnamed)
                named.append(argument)
        # Who only looks at its code reports nothing.
        named += [node.value for node in nodes
                  if isinstance(node, ast.Attribute) and node.attr == 'code']
        for node in filter(is_problem, nodes):
            if not any(node is one for one in named):
                found[node.attr].append(unnamed)
    return found


@ddt.ddt
class ProblemTestCase(base.TestCase):

    @ddt.data(*PROBLEMS)
    def test_every_caller_fills_the_texts(self, name):
        callers = given()[name]
        self.assertNotEqual([], callers, 'nobody reports it')
        for words in callers:
            self.assertEqual(set(), fields(PROBLEMS[name]) - OWN - words)

    @ddt.data(*PROBLEMS)
    def test_texts(self, name):
        problem = PROBLEMS[name]
        words = {field: f'<{field}>' for field in fields(problem) - OWN}
        if 'reason' in words:
            words['reason'] = 'Glance said no.'
        found = problem.found(row.IMPORT, 'a', 'b', **words)
        self.assertEqual(
            (row.Verdict.FOUND, problem.code, ('a', 'b'), words),
            (found.verdict, found.code, found.workers, found.facts))
        for text in (found.detail, found.remedy):
            self.assertNotIn('..', text)
            self.assertNotIn('{', text)
            self.assertNotIn('  ', text)
        self.assertTrue(found.remedy.endswith('.'), found.remedy)

    def test_codes_are_unlike(self):
        codes = [problem.code for problem in PROBLEMS.values()]
        self.assertEqual(len(codes), len(set(codes)))

    def test_words_of_glance_are_no_template(self):
        found = finding.QUOTA.found(row.STAGE, 'a', reason='{workers} {0}')
        self.assertIn('{workers} {0}', found.detail)
