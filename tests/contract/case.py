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

"""What all cases have in common."""

from __future__ import annotations

import abc
import html
import re
from typing import Any

import testtools

from tests.contract import deployment
from tests.contract import watching

_ERROR_PAGE = re.compile(
    r'<html>\n <head>\n  <title>(?P<title>[^<]+)</title>\n </head>\n'
    r' <body>\n  <h1>(?P=title)</h1>\n  (?P<words>.*)<br /><br />\n\n\n\n'
    r' </body>\n</html>', re.DOTALL)


class Case(testtools.TestCase, abc.ABC):
    """A case, for which a subclass chooses the deployment."""

    def setUp(self) -> None:
        super().setUp()
        self.glance = self.deploy()

    @abc.abstractmethod
    def deploy(self) -> deployment.Deployment:
        """Return the Glance to ask."""

    def copy(
        self, image_id: str, *stores: str, user: str = deployment.COPIER,
        worker: int | None = None, **body: Any,
    ) -> deployment.Answer:
        """Ask for a copy."""
        return self.submit(self.glance.access(user, worker), image_id,
                           *stores, **body)

    def submit(
        self, access: Any, image_id: str, *stores: str, **body: Any,
    ) -> deployment.Answer:
        return deployment.send(
            access, 'POST', f'/v2/images/{image_id}/import',
            {'method': {'name': 'copy-image'}, 'stores': stores, **body})

    def get(
        self, path: str, user: str = deployment.TENANT,
    ) -> deployment.Answer:
        return deployment.send(self.glance.access(user), 'GET', path)

    def tasks(
        self, image_id: str, user: str = deployment.COPIER,
    ) -> list[dict[str, Any]]:
        """Return the tasks of an image that a user sees."""
        answer = self.get(f'/v2/images/{image_id}/tasks', user)
        self.assertEqual(200, answer.status, answer.text)
        tasks: list[dict[str, Any]] = answer.json()['tasks']
        return tasks

    def look(self, image_id: str) -> watching.Look:
        return watching.look(
            self.glance.access(deployment.COPIER), image_id)

    def watch(self, image_id: str) -> list[watching.Look]:
        """Return all looks until the image is free."""
        return list(watching.until_free(
            self.glance.access(deployment.COPIER), image_id,
            self.glance.clock))

    def run_copy(
        self, image_id: str, *stores: str, **body: Any,
    ) -> watching.Look:
        """Copy and return the look after the end of the import."""
        self.assert_accepted(self.copy(image_id, *stores, **body))
        return self.watch(image_id)[-1]

    def assert_accepted(self, answer: deployment.Answer) -> None:
        self.assertEqual((202, ''), answer[:2])

    def assert_refused(
        self, status: int, words: str, answer: deployment.Answer,
    ) -> None:
        """Check an error page, word for word."""
        self.assertEqual(words, self.words(status, answer))

    def words(self, status: int, answer: deployment.Answer) -> str:
        """Check the form of an error page and return what it says."""
        self.assertEqual(status, answer.status, answer.text)
        self.assertEqual('text/html; charset=UTF-8', answer.content_type)
        page = _ERROR_PAGE.fullmatch(answer.text)
        assert page is not None, answer.text
        self.assertEqual(str(status), page['title'].split()[0])
        return html.unescape(page['words'])
