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

"""The secrets of a lab, for tests that nobody tells them."""

from __future__ import annotations

import re

from lab import state

_TOKEN = re.compile(r'gAAAAA[\w-]{20,}')
_KEY = re.compile(r'^\s*key\s*=\s*(\S+)', re.MULTILINE)


class Secrets:
    """Passwords, keys of Ceph, and whatever looks like one of its tokens."""

    def __init__(self, lab: state.State) -> None:
        self._known = {
            f'password of {user.name}': user.password for user in lab.users}
        self._known |= {
            f'password of {user} in MariaDB': password
            for user, password in lab.database.passwords.items()}
        if lab.cloud is not None:
            self._known['password in RabbitMQ'] = lab.cloud.broker.password
        for site in lab.sites:
            for keyring in (site.keyrings.admin, site.keyrings.glance,
                            site.keyrings.nova):
                key, = _KEY.findall(keyring.read_text())
                self._known[f'key in {keyring}'] = key

    def add(self, what: str, secret: str) -> str:
        """Take in another one, and return it."""
        self._known[what] = secret
        return secret

    def within(self, text: str) -> list[str]:
        """Name those that are in a text."""
        return [what for what, secret in self._known.items()
                if secret in text] + ['a token'] * bool(_TOKEN.search(text))
