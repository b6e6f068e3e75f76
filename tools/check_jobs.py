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

"""Check the jobs in zuul.d with Zuul's own parsers, without a Zuul.

usage: check_jobs.py [REPOSITORY...]

The parsers are those of Zuul's scheduler: what it would refuse to read is
refused here. Besides, playbooks have to exist, a DevStack job has to require
the projects of its plugins, and regular expressions have to be usable. Jobs
and templates of other projects have to be in a list here; with git
repositories of these projects, the list is compared with what they define.

This is not all that Zuul looks at: it does not put a job together with its
parents, and knows nothing of what they allow.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import pathlib
import re
import subprocess
import sys
import types
from typing import Any

from zuul import configloader
from zuul import model

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROJECT = 'openstack/nova-rbd-multistore'

# Of devstack-plugin-ceph and openstack-zuul-jobs.
THEIR_JOBS = frozenset({
    'devstack-plugin-ceph-tempest-py3', 'openstack-tox-linters',
    'openstack-tox-pep8', 'openstack-tox-py311', 'openstack-tox-py312',
    'openstack-tox-py313'})
THEIR_TEMPLATES = frozenset({
    'publish-openstack-docs-pti', 'release-notes-jobs-python3'})

# Where Zuul looks, and it reads the first of these that a branch has.
_PLACES = ('zuul.yaml', 'zuul.d/', '.zuul.yaml', '.zuul.d/')


@dataclasses.dataclass
class Definitions:
    """What the files of a project define, as Zuul's objects."""

    jobs: dict[str, Any] = dataclasses.field(default_factory=dict)
    templates: set[str] = dataclasses.field(default_factory=set)
    projects: list[Any] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)

    def named_jobs(self) -> set[str]:
        """Return the jobs that others build on or that a pipeline runs."""
        parents = {job.parent for job in self.jobs.values()}
        run = {name for project in self.projects
               for pipeline in project.pipelines.values()
               for name in pipeline.job_list.jobs}
        return (parents | run) - {None, model.Job.BASE_JOB_MARKER}

    def named_templates(self) -> set[str]:
        """Return the templates that the project uses."""
        return {name for project in self.projects
                for name in project.templates}


def parse(project: str, files: Iterable[tuple[str, str]]) -> Definitions:
    """Parse files, given as paths and texts."""
    found = Definitions()
    # The constructor wants a scheduler, which parsing does not.
    parser = configloader.TenantParser.__new__(configloader.TenantParser)
    for path, text in files:
        context = configloader.ParseContext(
            types.SimpleNamespace(connections={}), None, None, None)
        source = model.SourceContext(
            f'opendev.org/{project}', project, 'opendev.org', 'main', path)
        parsed = parser.loadProjectYAML(text, source, context)
        found.jobs.update((job.name, job) for job in parsed.jobs)
        found.templates.update(one.name for one in parsed.project_templates)
        found.projects.extend(parsed.projects)
        errors = context.error_list + [
            error for name, value in vars(parsed).items()
            if name.endswith('_errors') for error in value]
        found.errors.extend(f'{path}: {error.error}' for error in errors)
    return found


def configuration(names: Iterable[str]) -> list[str]:
    """Return those of the names of files that Zuul reads."""
    names = sorted(names)
    for place in _PLACES:
        found = [name for name in names if name == place or (
            place.endswith('/') and name.startswith(place)
            and name.endswith('.yaml'))]
        if found:
            return found
    return []


def of_checkout(root: pathlib.Path) -> Definitions:
    """Parse what is in this directory, committed or not."""
    paths = (*root.glob('*zuul.yaml'), *root.glob('*zuul.d/**/*.yaml'))
    names = configuration(str(path.relative_to(root)) for path in paths)
    return parse(PROJECT, ((name, (root / name).read_text())
                           for name in names))


def of_repository(path: str) -> Definitions:
    """Parse what is committed in a git repository, bare or not."""
    def git(*arguments: str) -> str:
        return subprocess.run(['git', '-C', path, *arguments], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    names = git('ls-tree', '-r', '--name-only', 'HEAD').splitlines()
    return parse(path, ((name, git('show', f'HEAD:{name}'))
                        for name in configuration(names)))


def problems(ours: Definitions, root: pathlib.Path) -> Iterator[str]:
    """Yield what is wrong with our jobs, as far as we can know alone."""
    yield from ours.errors
    for job in ours.jobs.values():
        for playbook in (*job.pre_run, *job.run, *job.post_run):
            if not (root / playbook.path).is_file():
                yield f'{job.name}: there is no {playbook.path}'
        for name, regex in _regexes(job):
            yield from (f'{job.name}: {name}: {problem}: {regex!r}'
                        for problem in _regex_problems(regex))
        for project in sorted(_plugins(job, root) - _required(job, ours)):
            yield (f'{job.name}: {project} is the project of a plugin, and '
                   f'not in required-projects')


def _regexes(job: Any) -> Iterator[tuple[str, str]]:
    for name, value in job.variables.items():
        if name.endswith(('_regex', '_tests')):
            values = [value] if isinstance(value, str) else value
            yield from ((name, one) for one in values if '{{' not in one)


def _regex_problems(regex: str) -> Iterator[str]:
    if regex != regex.strip():
        yield 'matches nothing with the space or newline at an end'
    try:
        re.compile(regex)
    except re.error as exc:
        yield str(exc)


def _plugins(job: Any, root: pathlib.Path) -> set[str]:
    """Return the projects of the plugins of a job and of what ours needs."""
    urls = job.variables.get('devstack_plugins', {}).values()
    projects = {url.partition('opendev.org/')[2] for url in urls}
    if PROJECT in projects:
        settings = (root / 'devstack' / 'settings').read_text()
        projects.update(f'openstack/{name}' for name in re.findall(
            r'^plugin_requires \S+ (\S+)', settings, re.MULTILINE))
    return projects


def _required(job: Any, ours: Definitions) -> set[str]:
    inherited = (_required(ours.jobs[job.parent], ours)
                 if job.parent in ours.jobs else set())
    return inherited | set(job.required_projects)


def unknown(
    kind: str, ours: set[str], named: set[str], theirs: frozenset[str],
) -> Iterator[str]:
    """Yield what is named and nobody defines, and what is not named."""
    for name in sorted(named - ours - theirs):
        yield f'{kind} {name} is neither ours nor in the list of others\''
    for name in sorted(theirs - named):
        yield f'{kind} {name} is in the list of others\', and not used'


def undefined(repositories: list[str]) -> Iterator[str]:
    """Yield what none of the repositories defines."""
    found = [of_repository(path) for path in repositories]
    jobs = {name for one in found for name in one.jobs}
    templates = {name for one in found for name in one.templates}
    for name in sorted(THEIR_JOBS - jobs):
        yield f'job {name} is in none of the repositories'
    for name in sorted(THEIR_TEMPLATES - templates):
        yield f'template {name} is in none of the repositories'


def main(repositories: list[str]) -> int:
    """Print what is wrong, and return the exit status."""
    ours = of_checkout(ROOT)
    wrong = [
        *problems(ours, ROOT),
        *unknown('job', set(ours.jobs), ours.named_jobs(), THEIR_JOBS),
        *unknown('template', ours.templates, ours.named_templates(),
                 THEIR_TEMPLATES)]
    if repositories:
        wrong.extend(undefined(repositories))
    for problem in wrong:
        print(problem, file=sys.stderr)
    print(f'{len(ours.jobs)} jobs, {len(wrong)} problems; '
          f'{len(repositories)} repositories of others searched')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
