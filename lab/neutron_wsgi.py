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


"""Neutron's application for uWSGI, ready for its first request."""

from typing import Any


def load() -> Any:
    """Return the application."""
    from neutron.wsgi import api
    from sqlalchemy import orm

    # NOTE: with SQLAlchemy 2.1 the attributes that one table's class has
    # from another's come with this call or with the first query. Listing
    # ports needs one before it queries, and so fails for ever without.
    orm.configure_mappers()
    return api.application
