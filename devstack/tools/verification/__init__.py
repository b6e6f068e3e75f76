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

"""Whether a DevStack with this plugin does what it is for.

``main`` has the command line, ``roster`` the list of checks. A module of
``checks`` does what there is to do and reads what there is to see;
``judging`` decides what it means, without reading anything. What they look at
is in the modules beside them.
"""
